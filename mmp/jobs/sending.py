"""Hands over what is due, on some connections to the mail server at once. Mails come claimed,
written and frozen by the batch; then each is looked at once more, handed over and marked, with a
commit before the next on its connection.

One thread leads all conversations and writes the next mails while it waits for answers: threads of
their own, measured, spent their time waiting for each other.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mmp.adapters.mailer import Lanes, Outgoing
from mmp.core.mail import Outcome, Reason, fill_in
from mmp.jobs.batches import Batch, Letter, is_off
from mmp.jobs.marks import Going, Mark, Seen
from mmp.jobs.noting import Clerk, Note, handed_over
from mmp.jobs.results import end, mark_of
from mmp.jobs.writing import Writer, Writing
from mmp.models.mail import MailState

FIRST_BATCH = 20
SECONDS_A_BATCH = 0.5
"""About how long one may take: then what is urgent overtakes, and changes are seen."""


class Beside:
    """A batch that is written in steps, whenever there is time."""

    def __init__(self, writing: Writing) -> None:
        self._writing: Writing | None = writing
        self._awaited: Going | None = None
        self._batch: Batch | None = None
        self._mishap: Exception | None = None

    def step(self) -> bool:
        """Go a step further; False where there is nothing to do now."""
        if self._writing is None:
            return False
        try:
            if self._awaited is not None and not self._awaited.pipeline.is_answered():
                return False
            self._awaited = next(self._writing)
        except StopIteration as end:
            self._writing, self._batch = None, end.value
        except Exception as error:  # mails are on their way: nothing may disturb that
            self._writing, self._mishap = None, error
        return True

    def result(self) -> Batch | None:
        """The batch, written to its end. Raises what went wrong with it."""
        while self._writing is not None:
            if not self.step() and self._awaited is not None:
                self._awaited.pipeline.wait()
        if self._mishap is not None:
            raise self._mishap
        return self._batch


@dataclass
class Sending:
    """Sends until nothing is due, or `stopped` says so. `trouble` is told what makes all rest."""

    writer: Writer
    clerks: Sequence[Clerk]
    lanes: Lanes
    most: int
    """Mails that it claims at once."""
    stopped: Callable[[], bool]
    trouble: Callable[[Outcome], None]
    claimed: int = field(default=0, init=False)
    _size: int = field(default=FIRST_BATCH, init=False)
    _since: float = field(default=0.0, init=False)
    _beside: Beside | None = field(default=None, init=False)
    """The batch that comes next; None where nothing more is to come."""
    _waiting: deque[Letter] = field(default_factory=deque, init=False)
    _on_their_way: dict[int, Letter] = field(default_factory=dict, init=False)
    _notes: list[Note] = field(default_factory=list, init=False)
    """Not with the clerk yet."""
    _changed: list[int] = field(default_factory=list, init=False)
    """To be written anew."""

    def empty(self) -> int:
        """Send all that is due; give how many mails were claimed. While an answer is awaited, the
        next ones are written."""
        self._size = min(FIRST_BATCH, self.most)
        self._beside, self._since = Beside(self.writer.next(self._size)), time.monotonic()
        try:
            while self._ask_clerks() or self._on_their_way:
                self._go_on()
        finally:
            # Whatever else went wrong, what has left is not forgotten.
            self._end()
            while (self._ask_clerks() or self._on_their_way) and self._go_on():
                pass
        return self.claimed

    def _end(self) -> None:
        """Begin nothing any more."""
        self._waiting.clear()
        self._beside = None

    def _refill(self, count: int) -> None:
        """Have so many waiting, if there are some."""
        while self._beside is not None and len(self._waiting) < count:
            beside, self._beside = self._beside, None
            if self._changed:
                self.writer.hand.give_back(self._changed)
                self._changed.clear()
            if (batch := beside.result()) is None:
                return
            took = max(time.monotonic() - self._since, 0.001)
            self._size = max(1, min(self.most, round(batch.claimed * SECONDS_A_BATCH / took)))
            self.claimed += batch.claimed
            self._waiting.extend(batch.letters)
            self._beside, self._since = Beside(self.writer.next(self._size)), time.monotonic()

    def _ask_clerks(self) -> bool:
        """Hand over what there is to write down, and as many mails to look at as connections will
        be free then: none of them begins before. Whether a clerk is at it."""
        idle = next((clerk for clerk in self.clerks if not clerk.busy), None)
        if idle is not None:
            if self.stopped():
                self._end()
            wanted = sum(clerk.wants for clerk in self.clerks)
            room = self.lanes.free + len(handed_over(self._notes)) - wanted
            self._refill(room)
            following = [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]
            if self._notes or following:
                notes, self._notes = self._notes, []
                idle.write(notes, following)
        return any(clerk.busy for clerk in self.clerks)

    def _go_on(self) -> bool:
        """Wait until a clerk or a connection has something to tell; False if none ever will."""
        busy = [clerk for clerk in self.clerks if clerk.busy]
        done = [clerk for clerk in busy if clerk.done]
        if busy and not self._on_their_way and not done:
            while not busy[0].done and self._write_on():
                pass
            done = busy[:1]
        for clerk in done:
            self._begin(clerk.following, self._result(clerk))
        if done:
            return True
        bells = [bell for clerk in busy if (bell := clerk.bell) is not None]
        ended = self.lanes.ended(bells, meanwhile=self._write_on)
        for number, outcome in ended:
            if outcome.stops_all:
                self.trouble(outcome)
            letter = self._on_their_way.pop(number)
            self._notes.append(Note(letter, self.writer.attempted(letter, outcome), outcome))
        return bool(ended or busy)

    def _result(self, clerk: Clerk) -> Mapping[int, Seen]:
        """What it saw. The connections of what it wrote down are free again, and not before."""
        notes, seen = clerk.notes, clerk.result()
        for number in handed_over(notes):
            self.lanes.let_go(number)
        return seen

    def _write_on(self) -> bool:
        """Write a bit of the next batch; False where there is nothing to write now."""
        return self._beside is not None and self._beside.step()

    def _begin(self, letters: Sequence[Letter], seen: Mapping[int, Seen]) -> None:
        began = 0
        for letter in letters:
            if not self.stopped() and self._goes(letter, seen):
                self.lanes.begin(letter.number, _outgoing(letter))
                self._on_their_way[letter.number] = letter
                began += 1
        for _ in range(began):  # one for one: neither has to wait for the other
            self._write_on()

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
        elif email != letter.email and not letter.elsewhere:
            self._changed.append(letter.number)
            return False
        else:
            return True
        self._notes.append(Note(letter, Mark(letter.number, mark_of(letter, verdict))))
        return False


def _outgoing(letter: Letter) -> Outgoing:
    """The mail as it leaves, with its secret tokens."""
    frozen = letter.outgoing
    assert frozen is not None  # it is written
    octets = fill_in(frozen.octets, letter.secrets)
    return Outgoing(frozen.message_id, frozen.sender, frozen.recipient, octets)
