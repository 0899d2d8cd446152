"""Verbs of the outbox. They flush and never commit: a mail exists if and only if its cause does."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Table, func, select, true, update
from sqlalchemy.orm import Session

from mmp.core.mail import Reason, pack
from mmp.models import Base, Delivery, Event, Mail, Person, Programme
from mmp.models.enums import DeliveryState
from mmp.models.mail import WAITING, MailState

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

CHANNEL = "mmp_mail"
"""PostgreSQL tells workers on it that there is something to look at, once it is committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A mail to be put into the outbox, as `enqueue` takes it. `optional` says that its reader may
    ask for no more of the kind (RFC 8058)."""

    kind: str
    person_id: int
    template: str
    parameters: Mapping[str, Any]
    dedupe_key: str
    due_at: datetime | None = None
    expires_at: datetime | None = None
    urgent: bool = False
    optional: bool = False
    programme_id: int | None = None
    event_id: int | None = None


def enqueue(
    session: Session,
    *,
    now: datetime,
    kind: str,
    person: Person,
    template: str,
    parameters: Mapping[str, Any],
    dedupe_key: str,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    urgent: bool = False,
    optional: bool = False,
    programme: Programme | None = None,
    event: Event | None = None,
) -> Mail:
    """Put one mail to `person` into the outbox, due at `due_at` (UTC, by default `now`).

    The same `dedupe_key` never makes a second mail: the row that is there comes back unchanged,
    whatever became of it. `parameters` are what `core.mail.pack` takes; of a secret address they
    hold a `Link` with what its token is derived from, never the token. After `expires_at` it is
    not sent any more. `urgent` overtakes what is not. Raises TypeError for other parameters.
    """
    session.flush()  # so that person, programme and event have their numbers
    mail = NewMail(
        kind=kind,
        person_id=person.id,
        template=template,
        parameters=parameters,
        dedupe_key=dedupe_key,
        due_at=due_at,
        expires_at=expires_at,
        urgent=urgent,
        optional=optional,
        programme_id=programme.id if programme else None,
        event_id=event.id if event else None,
    )
    made: Mail | None = session.scalar(
        insert_into(session, Mail)
        .values(_columns(mail, now))
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(Mail)
    )
    if made is not None:
        wake_workers(session)
        return made
    return session.scalars(select(Mail).where(Mail.dedupe_key == dedupe_key)).one()


def enqueue_many(session: Session, *, now: datetime, mails: Sequence[NewMail]) -> dict[str, int]:
    """Put many mails into the outbox in one statement; give the numbers of those that are new by
    their dedupe keys. Rules as of `enqueue`."""
    if not mails:
        return {}
    made = session.execute(
        insert_into(session, Mail)
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(Mail.dedupe_key, Mail.id),
        [_columns(mail, now) for mail in mails],
    )
    found = {row.dedupe_key: row.id for row in made}
    wake_workers(session)
    return found


def _columns(mail: NewMail, now: datetime) -> dict[str, Any]:
    due_at = mail.due_at or now
    return {
        "uuid": uuid4(),
        "dedupe_key": mail.dedupe_key,
        "kind": mail.kind,
        "template": mail.template,
        "parameters": pack(mail.parameters),
        "person_id": mail.person_id,
        "programme_id": mail.programme_id,
        "event_id": mail.event_id,
        "urgent": mail.urgent,
        "optional": mail.optional,
        "created_at": now,
        "due_at": due_at,
        "next_at": due_at,
        "expires_at": mail.expires_at,
        "state": MailState.DUE,
        "tries": 0,
    }


def cancel(session: Session, *, now: datetime, mail: Mail, reason: str) -> bool:
    """Stop a mail that has not gone. Tells whether it could still be stopped: one that is just
    being handed over may have left."""
    stopped = _stop(session, Mail.id == mail.id, now=now, reason=reason)
    session.refresh(mail)
    return stopped > 0


def cancel_all(
    session: Session,
    *,
    now: datetime,
    reason: str,
    person: Person | None = None,
    event: Event | None = None,
    kinds: Collection[str] | None = None,
    optional_of: Programme | None = None,
) -> int:
    """Stop everything that has not gone to this person, about this event, of these kinds; or only
    what they need not get of a programme.

    Gives how many were stopped. Raises ValueError where neither person nor event is named.
    """
    if person is None and event is None:
        raise ValueError("name a person or an event")
    session.flush()
    return _stop(
        session,
        *([Mail.person_id == person.id] if person else []),
        *([Mail.event_id == event.id] if event else []),
        *([Mail.kind.in_(kinds)] if kinds is not None else []),
        *([Mail.programme_id == optional_of.id] if optional_of else []),
        *([Mail.optional == true()] if optional_of else []),
        now=now,
        reason=reason,
    )


def hold(session: Session, *, mail: Mail, reason: str = Reason.BY_COORDINATOR) -> bool:
    """Keep a mail back until it is released. Tells whether it was waiting."""
    waiting = (MailState.DUE, MailState.LEASED)
    held = {"state": MailState.HELD, "reason": reason, "lease_owner": None, "lease_until": None}
    done = _change(session, Mail.id == mail.id, Mail.state.in_(waiting), **held)
    session.refresh(mail)
    return done > 0


def hold_all(session: Session, *, reason: str) -> int:
    """Keep back every mail that waits, as after a restore: it may have left since the backup was
    made. Tells how many are held for this reason now."""
    waiting = Mail.state.in_((MailState.DUE, MailState.LEASED))
    held = {"state": MailState.HELD, "reason": reason, "lease_owner": None, "lease_until": None}
    _change(session, waiting, **held)
    those = select(func.count()).where(Mail.state == MailState.HELD, Mail.reason == reason)
    return session.scalar(those) or 0


def release_all(session: Session) -> int:
    """Let every held mail go when it is due. Tells how many."""
    done = _change(session, Mail.state == MailState.HELD, state=MailState.DUE, reason=None)
    wake_workers(session)
    return done


def release(session: Session, *, mail: Mail) -> bool:
    """Let a held mail go when it is due. Tells whether it was held."""
    is_held = Mail.state == MailState.HELD
    done = _change(session, Mail.id == mail.id, is_held, state=MailState.DUE, reason=None)
    session.refresh(mail)
    wake_workers(session)
    return done > 0


def _stop(session: Session, *which: ColumnElement[bool], now: datetime, reason: str) -> int:
    """Cancel what has not gone, and the lines of the plan that it would have told."""
    ended = {"reason": reason, "ended_at": now}
    numbers = _changed(
        session,
        *which,
        Mail.state.in_(WAITING),
        state=MailState.CANCELLED,
        lease_owner=None,
        lease_until=None,
        **ended,
    )
    if numbers:
        session.execute(
            update(Delivery)
            .where(Delivery.mail_id.in_(numbers), Delivery.state == DeliveryState.QUEUED)
            .values(state=DeliveryState.CANCELLED, **ended)
            .execution_options(synchronize_session="fetch")
        )
    return len(numbers)


def _change(session: Session, *which: ColumnElement[bool], **values: Any) -> int:
    return len(_changed(session, *which, **values))


def _changed(session: Session, *which: ColumnElement[bool], **values: Any) -> Sequence[int]:
    """One statement, so that it meets a worker's claim before or after, never half way."""
    changed = session.scalars(
        update(Mail)
        .where(*which)
        .values(values)
        .returning(Mail.id)
        .execution_options(synchronize_session=False)
    )
    return changed.all()


def insert_into(session: Session, model: type[Base] | Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT of this database, which can leave alone what is there."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # heavy, and of no use on SQLite

        return postgresql.insert(model)
    from sqlalchemy.dialects import sqlite  # the other one

    return sqlite.insert(model)


def wake_workers(session: Session) -> None:
    """Let them look once this is committed. SQLite's workers see every commit by themselves."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(CHANNEL, "")))
