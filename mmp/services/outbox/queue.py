"""Verbs of the outbox. They flush and never commit: a mail exists if and only if its cause does."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from mmp.core.mail import Reason, pack
from mmp.models import Event, Mail, Person, Programme
from mmp.models.mail import WAITING, MailState

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

CHANNEL = "mmp_mail"
"""PostgreSQL tells workers on it that there is something to look at, once it is committed."""


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
    made: Mail | None = session.scalar(
        _insert(session)
        .values(
            uuid=uuid4(),
            dedupe_key=dedupe_key,
            kind=kind,
            template=template,
            parameters=pack(parameters),
            person_id=person.id,
            programme_id=programme.id if programme else None,
            event_id=event.id if event else None,
            urgent=urgent,
            created_at=now,
            due_at=due_at or now,
            next_at=due_at or now,
            expires_at=expires_at,
            state=MailState.DUE,
            tries=0,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(Mail)
    )
    if made is not None:
        _wake_workers(session)
        return made
    return session.scalars(select(Mail).where(Mail.dedupe_key == dedupe_key)).one()


def cancel(session: Session, *, now: datetime, mail: Mail, reason: str) -> bool:
    """Stop a mail that has not gone. Tells whether it could still be stopped: one that is just
    being handed over may have left."""
    stopped = _change(session, Mail.id == mail.id, Mail.state.in_(WAITING), **_ended(now, reason))
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
) -> int:
    """Stop everything that has not gone to this person, about this event, of these kinds.

    Gives how many were stopped. Raises ValueError where neither person nor event is named.
    """
    if person is None and event is None:
        raise ValueError("name a person or an event")
    session.flush()
    return _change(
        session,
        *([Mail.person_id == person.id] if person else []),
        *([Mail.event_id == event.id] if event else []),
        *([Mail.kind.in_(kinds)] if kinds is not None else []),
        Mail.state.in_(WAITING),
        **_ended(now, reason),
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
    made. Tells how many."""
    waiting = Mail.state.in_((MailState.DUE, MailState.LEASED))
    held = {"state": MailState.HELD, "reason": reason, "lease_owner": None, "lease_until": None}
    return _change(session, waiting, **held)


def release_all(session: Session) -> int:
    """Let every held mail go when it is due. Tells how many."""
    done = _change(session, Mail.state == MailState.HELD, state=MailState.DUE, reason=None)
    _wake_workers(session)
    return done


def release(session: Session, *, mail: Mail) -> bool:
    """Let a held mail go when it is due. Tells whether it was held."""
    is_held = Mail.state == MailState.HELD
    done = _change(session, Mail.id == mail.id, is_held, state=MailState.DUE, reason=None)
    session.refresh(mail)
    _wake_workers(session)
    return done > 0


def _ended(now: datetime, reason: str) -> dict[str, Any]:
    return {
        "state": MailState.CANCELLED,
        "reason": reason,
        "ended_at": now,
        "lease_owner": None,
        "lease_until": None,
    }


def _change(session: Session, *which: ColumnElement[bool], **values: Any) -> int:
    """One statement, so that it meets a worker's claim before or after, never half way."""
    changed = session.execute(
        update(Mail)
        .where(*which)
        .values(values)
        .returning(Mail.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


def _insert(session: Session) -> "sqlite.Insert | postgresql.Insert":
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # heavy, and of no use on SQLite

        return postgresql.insert(Mail)
    from sqlalchemy.dialects import sqlite  # the other one

    return sqlite.insert(Mail)


def _wake_workers(session: Session) -> None:
    """SQLite's workers see every commit by themselves."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(CHANNEL, "")))
