"""Claims mails, writes them and keeps what they will say, by the batch."""

from collections.abc import Generator
from dataclasses import dataclass, field

from mmp.adapters.clock import Clock
from mmp.core.mail import Outcome, Site
from mmp.jobs.batches import Batch, Letter, prepare
from mmp.jobs.marks import Hand, Mark, attempt_of
from mmp.jobs.results import after, mark_of

Writing = Generator[None, None, Batch | None]
"""It pauses often. Whoever wants the batch goes on to the end."""


@dataclass
class Writer:
    """One worker's."""

    hand: Hand
    clock: Clock
    site: Site
    worker: str
    _rest: list[int] = field(default_factory=list, init=False)
    """Claimed already, but too big for one batch."""

    def next(self, size: int) -> Writing:
        """Up to `size` mails, claimed, written and frozen, by and by; None if none is due."""
        numbers = self._rest or self.hand.claim(now=self.clock.now(), limit=size)
        if not numbers:
            return None
        yield
        now = self.clock.now()
        batch = yield from prepare(self.hand.session, numbers, site=self.site, now=now)
        self._rest = batch.rest
        self._keep(batch)
        return batch

    def _keep(self, batch: Batch) -> None:
        """In one commit: what the mails say, and what became of those that do not go."""
        marks = [Mark(letter.number, mark_of(letter, changes)) for letter, changes in batch.ended]
        marks += [self.attempted(letter, outcome) for letter, outcome in batch.unwritten]
        with self.hand.transaction():
            self.hand.freeze(batch.frozen)
            if marks:
                self.hand.mark(marks)

    def attempted(self, letter: Letter, outcome: Outcome) -> Mark:
        """What an attempt makes of a mail."""
        now = self.clock.now()
        attempt = attempt_of(outcome, worker=self.worker, now=now)
        return Mark(letter.number, mark_of(letter, after(letter, outcome, now)), attempt)
