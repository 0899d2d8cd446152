"""Claims mails, writes them and keeps what they will say, by the batch."""

from collections.abc import Generator
from dataclasses import dataclass, field

from mmp.adapters.clock import Clock
from mmp.core.mail import Outcome, Site
from mmp.jobs.batches import Batch, Letter, prepare
from mmp.jobs.marks import Going, Hand, Mark, attempt_of
from mmp.jobs.results import after, mark_of

Writing = Generator[Going | None, None, Batch | None]
"""It pauses often, and says what of the database it has to wait for. Whoever wants the batch goes
on to the end."""


@dataclass
class Writer:
    """One worker's."""

    hand: Hand
    clock: Clock
    site: Site
    worker: str
    beside: bool = False
    """Whether nobody else needs its connection while the database works on it."""
    _rest: list[int] = field(default_factory=list, init=False)
    """Claimed already, but too big for one batch."""

    def next(self, size: int) -> Writing:
        """Up to `size` mails, claimed, written and frozen, by and by; None if none is due."""
        numbers = self._rest or self.hand.claim(now=self.clock.now(), limit=size)
        if not numbers:
            return None
        yield None
        now = self.clock.now()
        batch = yield from prepare(self.hand.session, numbers, site=self.site, now=now)
        self._rest = batch.rest
        if (going := self._keep(batch)) is not None:
            if self.beside:
                yield going
            going.result()
        return batch

    def _keep(self, batch: Batch) -> Going | None:
        """In one commit: what the mails say, and what became of those that do not go."""
        marks = [Mark(letter.number, mark_of(letter, changes)) for letter, changes in batch.ended]
        marks += [self.attempted(letter, outcome) for letter, outcome in batch.unwritten]
        return self.hand.keep(batch.frozen, marks)

    def attempted(self, letter: Letter, outcome: Outcome) -> Mark:
        """What an attempt makes of a mail."""
        now = self.clock.now()
        attempt = attempt_of(outcome, worker=self.worker, now=now)
        return Mark(letter.number, mark_of(letter, after(letter, outcome, now)), attempt)
