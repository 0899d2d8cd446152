"""Hands over what is due, on some connections to the mail server at once. Mails come claimed,
written and frozen by the batch; then each is looked at once more, handed over and marked, with a
commit before the next on its connection.

One thread leads all conversations and writes the next mails while it waits for answers: threads of
their own, measured, spent their time waiting for each other.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, repeat

from mmp.adapters.mailer import Lanes, Outgoing
from mmp.core.mail import Outcome, Reason, Result, Stage, fill_in
from mmp.jobs.batches import Batch, Letter, is_off
from mmp.jobs.marks import Hand, Mark, Seen
from mmp.jobs.results import end, mark_of
from mmp.jobs.writing import Writer, Writing
from mmp.models.mail import MailState
from mmp.services import outbox

FIRST_BATCH = 20
SECONDS_A_BATCH = 0.5
"""About how long one may take: then what is urgent overtakes, and changes are seen."""
PATIENCE = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts to write down what came of a mail that has left, the last ones for as
long as it takes."""

log = logging.getLogger("mmp.mail")


class Beside:
    """A batch that is written in steps, whenever there is time."""

    def __init__(self, writing: Writing) -> None:
        self._writing: Writing | None = writing
        self._batch: Batch | None = None
        self._mishap: Exception | None = None

    def step(self) -> bool:
        """Go a step further; False where all is done."""
        if self._writing is None:
            return False
        try:
            next(self._writing)
        except StopIteration as end:
            self._writing, self._batch = None, end.value
        except Exception as error:  # mails are on their way: nothing may disturb that
            self._writing, self._mishap = None, error
        return True

    def result(self) -> Batch | None:
        """The batch, written to its end. Raises what went wrong with it."""
        while self.step():
            pass
        if self._mishap is not None:
            raise self._mishap
        return self._batch


@dataclass
class Sending:
    """Sends until nothing is due, or `stopped` says so. `trouble` is told what makes all rest."""

    hand: Hand
    writer: Writer
    lanes: Lanes
    most: int
    """Mails that it claims at once."""
    stopped: Callable[[], bool]
    trouble: Callable[[Outcome], None]
    wait: Callable[[float], bool]
    """Lets so many seconds pass; True where the program is to stop."""
    _beside: Beside = field(init=False)
    _on_their_way: dict[int, Letter] = field(default_factory=dict, init=False)

    def empty(self) -> int:
        """Send all that is due; give how many mails were claimed. While an answer is awaited, the
        next ones are written."""
        claimed, size = 0, min(FIRST_BATCH, self.most)
        self._beside = Beside(self.writer.next(size))
        while (batch := self._beside.result()) is not None and not self.stopped():
            claimed += batch.claimed
            began = time.monotonic()
            self._beside = Beside(self.writer.next(size))
            self._send_all(batch.letters)
            took = max(time.monotonic() - began, 0.001)
            size = max(1, min(self.most, round(batch.claimed * SECONDS_A_BATCH / took)))
        return claimed

    def _send_all(self, letters: Sequence[Letter]) -> None:
        try:
            changed = self._send_in_turn(deque(letters))
        finally:
            # Whatever else went wrong, what has left is not forgotten.
            while self._on_their_way and (ended := self.lanes.ended()):
                self._finish(ended, deque())
        if changed:
            self.hand.give_back(changed)

    def _send_in_turn(self, waiting: deque[Letter]) -> list[int]:
        """Send them; give the numbers of those that have to be written anew."""
        changed: list[int] = []
        seen = self.hand.look(_first(waiting, self.lanes.free))
        while True:
            for _ in range(min(self.lanes.free, len(waiting))):
                if self.stopped():
                    break
                letter = waiting.popleft()
                if self._goes(letter, seen):
                    self.lanes.begin(letter.number, _outgoing(letter))
                    self._on_their_way[letter.number] = letter
                    self._beside.step()  # one for one: neither has to wait for the other
                elif letter.number in seen:
                    changed.append(letter.number)
            if self._on_their_way:
                seen = self._finish(self.lanes.ended(), waiting)
            elif not waiting or self.stopped():
                return changed
            else:
                seen = self.hand.look(_first(waiting, self.lanes.free))

    def _goes(self, letter: Letter, seen: Mapping[int, Seen]) -> bool:
        """Whether a mail may go, as it was seen just now. One that is not to go any more ends; one
        whose reader has another address by now has to be written anew."""
        if letter.number not in seen:
            return False
        email, status = seen[letter.number]
        now = self.writer.clock.now()
        if is_off(letter.kind, status):
            verdict = end(MailState.CANCELLED, Reason.EVENT_CANCELLED, now)
        elif letter.expires_at is not None and letter.expires_at <= now:
            verdict = end(MailState.EXPIRED, Reason.TOO_LATE, now)
        else:
            return email == letter.email
        self.hand.mark([Mark(letter.number, mark_of(letter, verdict))])
        return False

    def _finish(
        self, ended: Sequence[tuple[int, Outcome]], waiting: deque[Letter]
    ) -> dict[int, Seen]:
        """Commit what came of mails, and after that look at those that follow."""
        pairs = [(self._on_their_way.pop(number), outcome) for number, outcome in ended]
        for _, outcome in pairs:
            if outcome.stops_all:
                self.trouble(outcome)
        marked, seen = self._note(pairs, _first(waiting, self.lanes.free))
        for (letter, outcome), ours in zip(pairs, marked, strict=True):
            if not ours:
                log.warning("mail %s: %s after its lease had ended", letter.uuid, outcome.result)
        return seen

    def _note(
        self, pairs: Sequence[tuple[Letter, Outcome]], following: Sequence[int]
    ) -> tuple[list[bool], dict[int, Seen]]:
        """Write down what came of mails, however often the database has to be asked: forgotten,
        they would be sent again. Only a stop of the program ends it."""
        waits, again = chain(PATIENCE, repeat(PATIENCE[-1])), False
        while True:
            try:
                if again:
                    self.hand.reconnect()
                return self._note_once(pairs, following)
            except self.hand.mishaps as error:
                log.warning("%d mails cannot be marked yet: %s", len(pairs), type(error).__name__)
                if self.wait(next(waits)):
                    raise
                again = True

    def _note_once(
        self, pairs: Sequence[tuple[Letter, Outcome]], following: Sequence[int]
    ) -> tuple[list[bool], dict[int, Seen]]:
        marks = [self.writer.attempted(letter, outcome) for letter, outcome in pairs]
        refused = [pair for pair in pairs if _is_refused_for_good(pair[1])]
        if not refused:
            return self.hand.mark_and_look(marks, following)
        with self.hand.transaction() as session:
            for letter, outcome in refused:
                outbox.suppress(
                    session,
                    now=self.writer.clock.now(),
                    address=letter.email,
                    code=str(outcome.code),
                    text=outcome.text,
                )
            ours = self.hand.mark(marks)
        return ours, self.hand.look(following)


def _first(waiting: deque[Letter], count: int) -> list[int]:
    return [waiting[at].number for at in range(min(count, len(waiting)))]


def _outgoing(letter: Letter) -> Outgoing:
    """The mail as it leaves, with its secret tokens."""
    assert letter.outgoing is not None  # it is written
    octets = fill_in(letter.outgoing.octets, letter.secrets)
    return replace(letter.outgoing, octets=octets)


def _is_refused_for_good(outcome: Outcome) -> bool:
    """Whether the server does not know the address. What it cannot even be told is no address."""
    refused = outcome.result is Result.ADDRESS_REFUSED
    return refused and outcome.stage is Stage.RCPT and outcome.code is not None
