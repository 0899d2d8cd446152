"""Writes down what came of mails, and looks at those that follow.

PostgreSQL answers when the disk has: meanwhile the other connections go on. SQLite answers at once.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, repeat

from mmp.core.mail import Outcome, Result, Stage
from mmp.jobs.batches import Letter
from mmp.jobs.marks import Going, Hand, Mark, Seen
from mmp.services import outbox

PATIENCE = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts to write down what came of a mail that has left, the last ones for as
long as it takes."""

log = logging.getLogger("mmp.mail")


@dataclass(frozen=True, slots=True)
class Note:
    """What came of a mail; without `outcome` it was not handed over."""

    letter: Letter
    mark: Mark
    outcome: Outcome | None = None


def handed_over(notes: Sequence[Note]) -> list[int]:
    """The numbers of those mails that a connection had."""
    return [note.letter.number for note in notes if note.outcome is not None]


Seeing = dict[int, Seen]


@dataclass
class Clerk:
    """One at a time: `write`, then `result`. `beside` says whether the database works on it while
    the caller goes on, with a connection that is this one's alone."""

    hand: Hand
    wait: Callable[[float], bool]
    """Lets so many seconds pass; True where the program is to stop."""
    now: Callable[[], datetime]
    beside: bool
    busy: bool = field(default=False, init=False)
    notes: Sequence[Note] = field(default=(), init=False)
    following: Sequence[Letter] = field(default=(), init=False)
    """The mails it looks at."""
    _going: Going | None = field(default=None, init=False)
    _seen: Seeing = field(default_factory=dict, init=False)

    def write(self, notes: Sequence[Note], following: Sequence[Letter]) -> None:
        """Commit the notes, and after that look at the mails that follow."""
        self.busy, self.notes, self.following = True, notes, following
        if not self.beside or _refused(notes):
            self._seen = self._write()
            return
        try:
            self._going = self.hand.begin([note.mark for note in notes], self._numbers)
        except self.hand.mishaps as error:
            self._seen = self._write(error)

    @property
    def wants(self) -> int:
        """How many connections it will need beyond those whose mails it writes down."""
        return max(0, len(self.following) - len(handed_over(self.notes))) if self.busy else 0

    @property
    def _numbers(self) -> list[int]:
        return [letter.number for letter in self.following]

    @property
    def bell(self) -> int | None:
        """What can be read when there is news of the result."""
        return self._going.pipeline.descriptor if self._going else None

    @property
    def done(self) -> bool:
        """Whether there is a result."""
        try:
            return self.busy and (self._going is None or self._going.pipeline.is_answered())
        except self.hand.mishaps:
            return True  # a bad one

    def result(self) -> Seeing:
        """Those that follow, as they were seen."""
        going, self._going, self.busy = self._going, None, False
        return self._result(going)

    def _result(self, going: Going | None) -> Seeing:
        if going is None:
            return self._seen
        try:
            ours, seen = going.result()
        except self.hand.mishaps as error:
            return self._write(error)
        _tell_of_lost(self.notes, ours)
        return seen

    def _write(self, mishap: Exception | None = None) -> Seeing:
        """However often the database has to be asked: forgotten, mails would be sent again. Only a
        stop of the program ends it. The `mishap` is what went wrong already."""
        waits = chain(PATIENCE, repeat(PATIENCE[-1]))
        while True:
            try:
                if mishap is not None:
                    self._put_off(mishap, next(waits))
                    self.hand.reconnect()
                return self._write_once()
            except self.hand.mishaps as error:
                if error is mishap:
                    raise
                mishap = error

    def _put_off(self, mishap: Exception, seconds: float) -> None:
        name = type(mishap).__name__
        log.warning("%d mails cannot be marked yet: %s", len(self.notes), name)
        if self.wait(seconds):
            raise mishap

    def _write_once(self) -> Seeing:
        marks = [note.mark for note in self.notes]
        if refused := _refused(self.notes):
            with self.hand.transaction():
                self._suppress(refused)
                ours = self.hand.mark(marks)
            seen = self.hand.look(self._numbers)
        else:
            ours, seen = self.hand.mark_and_look(marks, self._numbers)
        _tell_of_lost(self.notes, ours)
        return seen

    def _suppress(self, refused: Sequence[Note]) -> None:
        for note in refused:
            assert note.outcome is not None  # refused by it
            outbox.suppress(
                self.hand.session,
                now=self.now(),
                address=note.letter.email,
                code=str(note.outcome.code),
                text=note.outcome.text,
            )


def _tell_of_lost(notes: Sequence[Note], ours: Sequence[bool]) -> None:
    for note, was_ours in zip(notes, ours, strict=True):
        if not was_ours and note.outcome:
            came = note.outcome.result
            log.warning("mail %s: %s after its lease had ended", note.letter.uuid, came)


def _refused(notes: Sequence[Note]) -> list[Note]:
    return [note for note in notes if note.outcome and _is_refused_for_good(note.outcome)]


def _is_refused_for_good(outcome: Outcome) -> bool:
    """Whether the server does not know the address. What it cannot even be told is no address."""
    refused = outcome.result is Result.ADDRESS_REFUSED
    return refused and outcome.stage is Stage.RCPT and outcome.code is not None
