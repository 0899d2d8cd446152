"""The fake: keeps what was sent, and answers as the test wishes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mmp.adapters.mailer.protocol import InTurn, Outgoing
from mmp.core.mail import Outcome, Result, Stage

ACCEPTED = Outcome(Result.SENT, Stage.DOT, 250, "OK")


class MemoryMailer:
    """`sent` holds what was accepted. `answer` may say otherwise, or do something in between."""

    def __init__(self, answer: Callable[[Outgoing], Outcome | None] | None = None) -> None:
        self.sent: list[Outgoing] = []
        self.answer = answer
        self.lanes = 0

    @contextmanager
    def lane(self) -> Iterator["MemoryMailer"]:
        self.lanes += 1
        yield self

    @contextmanager
    def abreast(self, width: int) -> Iterator[InTurn]:
        with self.lane() as lane:
            yield InTurn(lane, width)

    def send(self, mail: Outgoing) -> Outcome:
        outcome = (self.answer(mail) if self.answer else None) or ACCEPTED
        if outcome.result is Result.SENT:
            self.sent.append(mail)
        return outcome
