"""Writes down what came of mails, and looks at those that follow.

PostgreSQL answers when the disk has: that is waited for in a thread of its own, while the other
connections go on. SQLite answers at once, and a thread would only be in the way.
"""

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, repeat

from mmp.core.mail import Outcome, Result, Stage
from mmp.jobs.batches import Letter
from mmp.jobs.marks import Hand, Mark, Seen
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


Seeing = dict[int, Seen]


@dataclass
class Clerk:
    """One at a time: `write`, then `result`. `beside` says whether in a thread of its own."""

    hand: Hand
    wait: Callable[[float], bool]
    """Lets so many seconds pass; True where the program is to stop."""
    now: Callable[[], datetime]
    beside: bool
    busy: bool = field(default=False, init=False)
    _future: Future[Seeing] = field(default_factory=Future, init=False)

    def __enter__(self) -> "Clerk":
        if self.beside:
            self._pool = ThreadPoolExecutor(1, "mmp-notes")
            self.bell, self._rope = os.pipe()
            os.set_blocking(self.bell, False)
        return self

    def __exit__(self, *_: object) -> None:
        if self.beside:
            self._pool.shutdown()
            os.close(self.bell)
            os.close(self._rope)

    def write(self, notes: Sequence[Note], following: Sequence[int]) -> None:
        """Commit the notes, and after that look at the mails that follow."""
        self.busy = True
        if self.beside:
            self._future = self._pool.submit(self._write_and_ring, notes, following)
        else:
            self._future = Future()
            self._future.set_result(self._write(notes, following))

    def _write_and_ring(self, notes: Sequence[Note], following: Sequence[int]) -> Seeing:
        try:
            return self._write(notes, following)
        finally:
            os.write(self._rope, b".")

    @property
    def done(self) -> bool:
        """Whether there is a result."""
        return self.busy and self._future.done()

    def result(self) -> Seeing:
        """Those that follow, as they were seen."""
        try:
            return self._future.result()
        finally:
            self.busy = False
            if self.beside:
                os.read(self.bell, 1)

    def _write(self, notes: Sequence[Note], following: Sequence[int]) -> Seeing:
        """However often the database has to be asked: forgotten, mails would be sent again. Only a
        stop of the program ends it."""
        waits, again = chain(PATIENCE, repeat(PATIENCE[-1])), False
        while True:
            try:
                if again:
                    self.hand.reconnect()
                return self._write_once(notes, following)
            except self.hand.mishaps as error:
                log.warning("%d mails cannot be marked yet: %s", len(notes), type(error).__name__)
                if self.wait(next(waits)):
                    raise
                again = True

    def _write_once(self, notes: Sequence[Note], following: Sequence[int]) -> Seeing:
        if not notes:
            return self.hand.look(following)
        marks = [note.mark for note in notes]
        refused = [note for note in notes if note.outcome and _is_refused_for_good(note.outcome)]
        if refused:
            with self.hand.transaction():
                self._suppress(refused)
                ours = self.hand.mark(marks)
            seen = self.hand.look(following)
        else:
            ours, seen = self.hand.mark_and_look(marks, following)
        for note, was_ours in zip(notes, ours, strict=True):
            if not was_ours and note.outcome:
                came = note.outcome.result
                log.warning("mail %s: %s after its lease had ended", note.letter.uuid, came)
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


def _is_refused_for_good(outcome: Outcome) -> bool:
    """Whether the server does not know the address. What it cannot even be told is no address."""
    refused = outcome.result is Result.ADDRESS_REFUSED
    return refused and outcome.stage is Stage.RCPT and outcome.code is not None
