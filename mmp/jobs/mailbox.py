"""Takes the mail out of the mailbox where answers and bounces arrive."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event as Flag

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mmp.adapters.clock import Clock
from mmp.adapters.mailbox import Letter, Mailbox, MailboxTrouble
from mmp.core.errors import NotFound
from mmp.core.inbound import MOST_OCTETS
from mmp.services import inbound

EVERY = timedelta(minutes=1)
PASSING = (OperationalError, InterfaceError, IntegrityError, StaleDataError, NotFound)
"""The database is away, or somebody did something at the same moment: next time all may be well."""
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
        receive: Callable[..., object] = inbound.receive,
    ) -> None:
        self._sessions, self._mailbox, self._clock = sessions, mailbox, clock
        self._authserv_id, self._receive = authserv_id, receive
        self.stopping = Flag()

    def run(self) -> int:
        """Take what waits; gives how many mails that were. A mailbox that cannot be read is logged
        and tried again the next time; so is a mail that the database cannot take just now, and the
        others come. What is wrong with a mail itself puts it into the worklist."""
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
        octets, now = letter.octets, self._clock.now()
        try:
            with self._kept() as session:
                self._receive(session, now=now, octets=octets, authserv_id=self._authserv_id)
        except Exception as error:
            # Its words may hold addresses: only what went wrong is told.
            log.error("mail %s was not taken: %s", letter.number, type(error).__name__)
            return not isinstance(error, PASSING) and self._set_aside(octets, now)
        return True

    def _set_aside(self, octets: bytes, now: datetime) -> bool:
        """Whether the mail stands in the worklist: where not even that can be written, it is not
        the mail that is broken."""
        try:
            with self._kept() as session:
                inbound.set_aside(session, now=now, octets=octets)
        except SQLAlchemyError:
            return False
        return True

    @contextmanager
    def _kept(self) -> Iterator[Session]:
        with self._sessions() as session:
            session.info["clock"] = self._clock  # what it changes is planned anew
            yield session
            session.commit()
