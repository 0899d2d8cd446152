"""One lane: a thread with a connection to the mail server and one to the database, which it uses
for one mail after another. Mails are claimed, written and frozen by the batch, and then, each by
itself, looked at once more, handed over and marked, with a commit before the next.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.exc import DBAPIError

from mmp.adapters.clock import Clock
from mmp.adapters.mailer import Lane as Way
from mmp.core.mail import Outcome, Reason, Result, Site, Stage, fill_in
from mmp.jobs.batches import Batch, Letter, is_off, prepare
from mmp.jobs.claims import worker_of
from mmp.jobs.marks import Hand, attempt_of
from mmp.jobs.results import after, end, mark_of
from mmp.models.mail import MailState
from mmp.services import outbox

FIRST_BATCH = 20
SECONDS_A_BATCH = 1.0
"""About how long one may take: then what is urgent overtakes, and changes are seen."""
PATIENCE = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
"""Seconds between attempts to write down what came of a mail that has left."""

log = logging.getLogger("mmp.mail")


@dataclass
class Lane:
    """Sends until nothing is due, or `stopped` says so. `trouble` is told what rests all lanes."""

    hand: Hand
    way: Way
    clock: Clock
    site: Site
    most: int
    """Mails that it claims at once."""
    stopped: Callable[[], bool]
    trouble: Callable[[Outcome], None]
    wait: Callable[[float], object]

    def empty(self) -> int:
        """Send all that is due; give how many mails were claimed."""
        claimed, size = 0, min(FIRST_BATCH, self.most)
        while not self.stopped():
            numbers = self.hand.claim(now=self.clock.now(), limit=size)
            if not numbers:
                break
            claimed += len(numbers)
            began = time.monotonic()
            self._send_all(numbers)
            took = max(time.monotonic() - began, 0.001)
            size = max(1, min(self.most, round(size * SECONDS_A_BATCH / took)))
        return claimed

    def _send_all(self, numbers: Sequence[int]) -> None:
        changed = False
        while numbers and not self.stopped():
            batch = prepare(self.hand.session, numbers, site=self.site, now=self.clock.now())
            self._write(batch)
            for letter in batch.letters:
                if self.stopped():
                    return
                changed = not self._send(letter) or changed
            numbers = batch.rest
        if changed:
            self.hand.give_back()

    def _write(self, batch: Batch) -> None:
        """In one commit: what the mails of a batch say, and which of them do not go."""
        now = self.clock.now()
        with self.hand.transaction():
            self.hand.freeze(batch.frozen)
            for letter, changes in batch.ended:
                self.hand.mark(letter.number, mark_of(letter, changes))
            for letter, outcome in batch.unwritten:
                attempt = attempt_of(outcome, worker=worker_of(self.hand.owner), now=now)
                self.hand.mark(letter.number, mark_of(letter, after(letter, outcome, now)), attempt)

    def _send(self, letter: Letter) -> bool:
        """Hand over one mail and commit what came of it; False if it has to be written anew."""
        seen = self.hand.look(letter.number)
        if seen is None:
            return True
        email, status = seen
        if email != letter.email:
            return False
        now = self.clock.now()
        if is_off(letter.kind, status):
            changes = end(MailState.CANCELLED, Reason.EVENT_CANCELLED, now)
        elif letter.expires_at is not None and letter.expires_at <= now:
            changes = end(MailState.EXPIRED, Reason.TOO_LATE, now)
        else:
            self._hand_over(letter)
            return True
        self.hand.mark(letter.number, mark_of(letter, changes))
        return True

    def _hand_over(self, letter: Letter) -> None:
        assert letter.outgoing is not None  # it is written
        octets = fill_in(letter.outgoing.octets, letter.secrets)
        outcome = self.way.send(replace(letter.outgoing, octets=octets))
        if outcome.stops_all:
            self.trouble(outcome)  # before anything else, so that the other lanes stop
        if not self._note(letter, outcome):
            log.warning("mail %s: %s after its lease had ended", letter.uuid, outcome.result)

    def _note(self, letter: Letter, outcome: Outcome) -> bool:
        """Write down what came of a mail, however often the database has to be asked: forgotten,
        it would be sent again."""
        for seconds in (0.0, *PATIENCE):
            try:
                if seconds:
                    self.wait(seconds)
                    self.hand.reconnect()
                return self._note_once(letter, outcome)
            except DBAPIError as error:
                log.warning("mail %s cannot be marked yet: %s", letter.uuid, type(error).__name__)
        self.hand.reconnect()
        return self._note_once(letter, outcome)

    def _note_once(self, letter: Letter, outcome: Outcome) -> bool:
        now = self.clock.now()
        attempt = attempt_of(outcome, worker=worker_of(self.hand.owner), now=now)
        mark = mark_of(letter, after(letter, outcome, now))
        if outcome.result is not Result.ADDRESS_REFUSED or outcome.stage is not Stage.RCPT:
            return self.hand.mark(letter.number, mark, attempt)
        with self.hand.transaction() as session:
            if outcome.code is not None:
                code = str(outcome.code)
                outbox.suppress(
                    session, now=now, address=letter.email, code=code, text=outcome.text
                )
            return self.hand.mark(letter.number, mark, attempt)
