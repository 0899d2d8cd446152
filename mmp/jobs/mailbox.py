"""Takes the mail out of the mailbox where answers and bounces arrive."""

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event as Flag

from sqlalchemy.orm import Session

from mmp.adapters.clock import Clock
from mmp.adapters.mailbox import Letter, Mailbox, MailboxTrouble
from mmp.core.inbound import MOST_OCTETS
from mmp.services.inbound import receive

EVERY = timedelta(minutes=1)
log = logging.getLogger("mmp.mailbox")


class MailboxPoll:
    """Looks into the mailbox. Each mail is committed before it is marked as taken: a crash between
    the two brings it once more, and its fingerprint makes that harmless."""

    def __init__(
        self,
        sessions: Callable[[], Session],
        mailbox: Mailbox,
        clock: Clock,
        *,
        authserv_id: str | None = None,
    ) -> None:
        self._sessions, self._mailbox, self._clock = sessions, mailbox, clock
        self._authserv_id = authserv_id
        self.stopping = Flag()

    def run(self) -> int:
        """Take what waits; gives how many mails that were. A mailbox that cannot be read is logged
        and tried again the next time; so is a mail that cannot be taken, and the others come."""
        taken = 0
        try:
            with self._mailbox.open() as mailbox:
                for letter in mailbox.waiting(MOST_OCTETS + 1):
                    if self.stopping.is_set():
                        break
                    if self._received(letter):
                        mailbox.take(letter)
                        taken += 1
        except MailboxTrouble as trouble:
            log.warning("the mailbox cannot be read: %s", trouble)
        return taken

    def _received(self, letter: Letter) -> bool:
        try:
            with self._sessions() as session:
                session.info["clock"] = self._clock  # what it changes is planned anew
                now = self._clock.now()
                octets = letter.octets
                receive(session, now=now, octets=octets, authserv_id=self._authserv_id)
                session.commit()
        except Exception as error:
            # Its words may hold addresses: only what went wrong is told.
            log.error("mail %s was not taken: %s", letter.number, type(error).__name__)
            return False
        return True
