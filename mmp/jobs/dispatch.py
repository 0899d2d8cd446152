"""Sends what is due: claim, check, freeze, hand over, mark, with a commit between any two steps.

What goes wrong half way loses nothing: a lease ends, or its worker's death ends it, and the same
octets go again. Only a crash between the relay's yes and our commit makes the relay see a mail
twice, with the same Message-ID.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event as Flag
from uuid import uuid4

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session, joinedload, undefer

from mmp.adapters.clock import Clock
from mmp.adapters.mailer import Lane, Mailer, Outgoing
from mmp.adapters.scheduler.liveness import Liveness
from mmp.core.mail import (
    Outcome,
    Reason,
    Result,
    Site,
    Stage,
    fill_in,
    redacted,
)
from mmp.jobs import claims
from mmp.jobs.results import after, end
from mmp.models import Event, Mail, MailAttempt
from mmp.models.enums import EventStatus
from mmp.models.mail import MailState
from mmp.services import outbox

BATCH = 20
"""Claimed at once: small, so that what is urgent overtakes, and leases do not grow old."""
REST = {Result.UNREACHABLE: 30.0, Result.UNANSWERED: 30.0, Result.STOPPED: 900.0}
"""Seconds in which this worker sends nothing after trouble that is no mail's fault."""
ABOUT_CANCELLED_EVENTS = frozenset({"event_cancelled"})
"""Kinds that go although, or because, their event is cancelled."""

_ATTEMPT = MailAttempt.__table__.c

log = logging.getLogger("mmp.mail")


@dataclass
class Dispatcher:
    """One worker's sending. `run` is called whenever something may be due, by one thread."""

    sessions: Callable[[], Session]
    mailer: Mailer
    clock: Clock
    site: Site
    liveness: Liveness
    monotonic: Callable[[], float] = time.monotonic
    batch: int = BATCH
    stopping: Flag = field(default_factory=Flag)
    _rests_until: float = field(default=float("-inf"), init=False)

    def run(self) -> datetime | None:
        """Send all that is due; give when the next mail is (None: nothing waits)."""
        with self.sessions() as session:
            self.liveness.show()
            self._free(session)
            due = claims.next_due(session)
            session.rollback()
            if self.monotonic() < self._rests_until or not self._is_now(due):
                return due
            try:
                with self.mailer.lane() as lane:
                    self._empty(session, lane)
            finally:
                session.rollback()
                claims.give_back(session, owner=self.liveness.owner)
                session.commit()
            return claims.next_due(session)

    def _is_now(self, due: datetime | None) -> bool:
        return due is not None and due <= self.clock.now()

    def _free(self, session: Session) -> None:
        """Take from the dead. Looks first: an idle worker writes nothing."""
        owners = claims.owners(session)
        if owners and claims.free(session, dead=self.liveness.dead(owners)):
            session.commit()

    def _empty(self, session: Session, lane: Lane) -> None:
        owner = self.liveness.owner
        while not self.stopping.is_set():
            now = self.clock.now()
            numbers = claims.claim(session, owner=owner, now=now, limit=self.batch)
            session.commit()
            if not numbers:
                return
            for number in numbers:
                if self.stopping.is_set():
                    return
                outcome = self.one(session, lane, number)
                if outcome is not None and outcome.stops_all:
                    self._rest(outcome)
                    return

    def one(self, session: Session, lane: Lane, number: int) -> Outcome | None:
        """Send one leased mail and commit what came of it; None where it was not to go."""
        mail = _load(session, number, self.liveness.owner)
        if mail is None:
            session.rollback()
            return None
        if ended := self._must_not_go(mail):
            claims.mark(session, owner=self.liveness.owner, number=number, **ended)
            session.commit()
            return None
        try:
            outgoing = self._checked(session, mail)
        except Exception as error:  # whatever a template or a row can be wrong in
            session.rollback()
            outcome = _unwritten(mail, error)
        else:
            session.commit()
            if outgoing is None:
                return None
            outcome = lane.send(outgoing)
        self._note(session, mail, outcome)
        session.commit()
        return outcome

    def _must_not_go(self, mail: Mail) -> dict[str, object] | None:
        now = self.clock.now()
        if mail.expires_at is not None and mail.expires_at <= now:
            return end(MailState.EXPIRED, Reason.TOO_LATE, now)
        if not mail.person.email:
            return end(MailState.CANCELLED, Reason.NO_ADDRESS, now)
        cancelled = mail.event is not None and mail.event.status is EventStatus.CANCELLED
        if cancelled and mail.kind not in ABOUT_CANCELLED_EVENTS:
            return end(MailState.CANCELLED, Reason.EVENT_CANCELLED, now)
        return None

    def _checked(self, session: Session, mail: Mail) -> Outgoing | None:
        """The mail as it leaves, frozen by its first attempt; None if it is not ours any more."""
        number, secrets = mail.id, outbox.secrets_in(mail, site=self.site)
        contents, frozen = self._contents(session, mail)
        if not claims.keep(session, owner=self.liveness.owner, number=number, **frozen):
            return None
        return replace(contents, octets=fill_in(contents.octets, secrets))

    def _contents(self, session: Session, mail: Mail) -> tuple[Outgoing, dict[str, object]]:
        """What goes, and what of it is to be frozen. Frozen octets go as they are, except that a
        mail whose reader has another address by now is written anew, to that one."""
        if mail.octets and mail.address and mail.address == mail.person.email:
            frozen = Outgoing(mail.message_id or "", mail.sender or "", mail.address, mail.octets)
            return frozen, {}
        now = self.clock.now()
        made = outbox.compose(session, mail, site=self.site, now=now)
        return Outgoing(made.message_id, made.sender, made.address, made.octets), {
            "frozen_at": now,
            "message_id": made.message_id,
            "sender": made.sender,
            "address": mail.person.email,
            "subject": made.subject,
            "octets": made.octets,
        }

    def _note(self, session: Session, mail: Mail, outcome: Outcome) -> None:
        """Write down the attempt, and if the mail is still ours, what it means for it."""
        now = self.clock.now()
        attempt = {
            "uuid": uuid4(),
            "at": now,
            "worker": self.liveness.owner,
            "result": outcome.result.value,
            "stage": outcome.stage.value,
            "code": outcome.code,
            "text": outcome.text,
        }
        columns = [literal(value, _ATTEMPT[name].type) for name, value in attempt.items()]
        # With its reader the mail itself may be gone by now.
        row = select(Mail.id, *columns).where(Mail.id == mail.id)
        session.execute(insert(MailAttempt).from_select(["mail_id", *attempt], row))
        ours = claims.mark(
            session, owner=self.liveness.owner, number=mail.id, **after(mail, outcome, now)
        )
        if not ours:
            log.warning("mail %s: %s after its lease had ended", mail.uuid, outcome.result)

    def _rest(self, outcome: Outcome) -> None:
        self._rests_until = self.monotonic() + REST[outcome.result]
        level = logging.ERROR if outcome.result is Result.STOPPED else logging.WARNING
        log.log(
            level,
            "no mail leaves for %d s: %s at %s: %s %s",
            REST[outcome.result],
            outcome.result,
            outcome.stage,
            outcome.code or "",
            outcome.text,
        )


def _load(session: Session, number: int, owner: str) -> Mail | None:
    """A mail with all that writing it needs, if `owner` holds it."""
    mail = session.scalar(
        select(Mail)
        .where(Mail.id == number, claims.mine(owner))
        .options(
            joinedload(Mail.person),
            joinedload(Mail.programme),
            joinedload(Mail.event).joinedload(Event.programme),
            undefer(Mail.octets),
        )
    )
    session.expunge_all()  # commits and rollbacks shall not make it change under our hands
    return mail


def _unwritten(mail: Mail, error: Exception) -> Outcome:
    """A mail that could not be written: without an address for good, else until it is mended."""
    if isinstance(error, outbox.NoUsableAddress):
        return Outcome(Result.ADDRESS_REFUSED, Stage.RENDER, None, str(error))
    log.error("mail %s (%s) cannot be written", mail.uuid, mail.template, exc_info=error)
    return Outcome(Result.PUT_OFF, Stage.RENDER, None, redacted(f"{type(error).__name__}: {error}"))
