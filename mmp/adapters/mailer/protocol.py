"""What the dispatch asks of a way to send mail."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from mmp.core.mail import Outcome


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail as it leaves: envelope and octets. Kept out of logs, for it holds addresses."""

    message_id: str
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    octets: bytes = field(repr=False)


class Lane(Protocol):
    """One conversation, reused for one mail after another."""

    def send(self, mail: Outgoing) -> Outcome:
        """Hand over one mail and say what came of it. Raises nothing that a server can cause."""


class Lanes(Protocol):
    """Several conversations, led by one thread: while a server thinks about one, the next goes on.
    Mails are known by numbers."""

    @property
    def free(self) -> int:
        """How many could begin now."""

    def let_go(self, number: int) -> None:
        """What came of this mail is written down: its connection may begin with another."""

    def begin(self, number: int, mail: Outgoing) -> None:
        """Begin to hand over a mail."""

    def ended(
        self, bells: Sequence[int] = (), *, meanwhile: Callable[[], bool] = lambda: False
    ) -> list[tuple[int, Outcome]]:
        """Wait until something has come of at least one mail, if any is on its way, or until there
        is something to read from one of the files `bells`. As long as nothing is, `meanwhile` is
        called; False from it: nothing to do but wait."""


class Mailer(Protocol):
    """Opens lanes, which connect when they first send and end with their `with`."""

    def lane(self) -> AbstractContextManager[Lane]: ...

    def abreast(self, width: int) -> AbstractContextManager[Lanes]: ...


class InTurn:
    """Lanes of a way that nobody has to wait for."""

    def __init__(self, lane: Lane, width: int) -> None:
        self._lane, self._width = lane, width
        self._ended: list[tuple[int, Outcome]] = []
        self._begun: set[int] = set()

    @property
    def free(self) -> int:
        return self._width - len(self._begun)

    def let_go(self, number: int) -> None:
        self._begun.remove(number)

    def begin(self, number: int, mail: Outgoing) -> None:
        self._begun.add(number)
        self._ended.append((number, self._lane.send(mail)))

    def ended(
        self, bells: Sequence[int] = (), *, meanwhile: Callable[[], bool] = lambda: False
    ) -> list[tuple[int, Outcome]]:
        ended, self._ended = self._ended, []
        return ended
