"""The statements by which workers share the outbox: claim, renew, free.

Correctness rests on these and those of `marks` alone: any number of workers on any number of
machines may run them. Leases count by the database's clock. The words of a state stand in the
statements, not beside them, or SQLite would not use the partial indexes.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from mmp.core.mail import Reason
from mmp.models import Delivery, Mail
from mmp.models.enums import DeliveryState
from mmp.models.mail import MailState

LEASE_SECONDS = 60.0

IS_DUE = Mail.state == literal_column("'due'")
IS_LEASED = Mail.state == literal_column("'leased'")


class database_seconds(FunctionElement[float]):  # noqa: N801  # named as SQL functions are
    """Seconds since 1970 by the database's clock."""

    type = Double()
    inherit_cache = True


@compiles(database_seconds, "sqlite")
def _on_sqlite(element: database_seconds, compiler: SQLCompiler, **_: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_seconds, "postgresql")
def _on_postgresql(element: database_seconds, compiler: SQLCompiler, **_: Any) -> str:
    return "extract(epoch from clock_timestamp())::double precision"


def claim(session: Session, *, owner: str, now: datetime, limit: int) -> list[int]:
    """Lease up to `limit` mails that are due at `now`, urgent ones first; give their numbers."""
    claimed = _claim(session, owner=owner, now=now, limit=limit, urgent=True)
    if len(claimed) < limit:
        rest = limit - len(claimed)
        claimed += _claim(session, owner=owner, now=now, limit=rest, urgent=False)
    return claimed


def _claim(session: Session, *, owner: str, now: datetime, limit: int, urgent: bool) -> list[int]:
    which = {"now": now, "most": limit, "hurry": urgent}
    rows = session.execute(_CLAIM, which | {"by": owner, "seconds": LEASE_SECONDS})
    return [row.id for row in sorted(rows, key=lambda row: (row.next_at, row.id))]


_CLAIM = (
    update(Mail)
    .where(
        Mail.id.in_(
            select(Mail.id)
            .where(IS_DUE, Mail.urgent == bindparam("hurry"), Mail.next_at <= bindparam("now"))
            .order_by(Mail.next_at)
            .limit(bindparam("most"))
            .with_for_update(skip_locked=True)
        )
    )
    .values(
        state=MailState.LEASED,
        lease_owner=bindparam("by"),
        lease_until=database_seconds() + bindparam("seconds"),
    )
    .returning(Mail.next_at, Mail.id)
    .execution_options(synchronize_session=False)
)


def renew(session: Session, *, owner: str) -> bool:
    """Let `owner` keep what it holds. What was held too long stays lost: another worker may be
    sending it."""
    held = and_(IS_LEASED, Mail.lease_owner == owner, Mail.lease_until > database_seconds())
    return _change(session, held, lease_until=database_seconds() + LEASE_SECONDS)


def give_back(session: Session, *, owner: str, numbers: Collection[int] | None = None) -> bool:
    """Make these mails due again, or everything, as far as `owner` holds them."""
    these = [Mail.id.in_(numbers)] if numbers is not None else []
    return _change(session, IS_LEASED, Mail.lease_owner == owner, *these, **_FREE)


def free(session: Session, *, dead: Collection[str]) -> bool:
    """Make due what dead owners held and what was held too long."""
    lapsed = or_(Mail.lease_until <= database_seconds(), Mail.lease_owner.in_(dead))
    return _change(session, IS_LEASED, lapsed, **_FREE)


def owners(session: Session) -> set[str]:
    """Who holds mail at the moment, dead or alive."""
    found = session.scalars(select(Mail.lease_owner).where(IS_LEASED).distinct())
    return {owner for owner in found if owner}


def next_due(session: Session) -> datetime | None:
    """When the next mail is due; None if none waits. Reads two entries of an index."""
    found = session.execute(
        select(
            *(
                select(func.min(Mail.next_at)).where(IS_DUE, _urgent(urgent)).scalar_subquery()
                for urgent in (True, False)
            )
        )
    ).one()
    return min((at for at in found if at is not None), default=None)


def count_due(session: Session, *, now: datetime, most: int) -> int:
    """How many mails are due at `now`, counted no further than `most`."""
    due = select(Mail.id).where(IS_DUE, Mail.urgent.in_((True, False)), Mail.next_at <= now)
    found = select(func.count()).select_from(due.limit(most).subquery())
    return session.scalar(found) or 0


def expire(session: Session, *, now: datetime) -> bool:
    """End what waits and has become pointless, and what of the plan it would have told."""
    waits = Mail.state.in_((literal_column("'due'"), literal_column("'held'")))
    ended = {"state": MailState.EXPIRED, "reason": Reason.TOO_LATE, "ended_at": now}
    numbers = _changed(session, waits, Mail.expires_at <= now, **ended)
    if numbers:
        session.execute(
            update(Delivery)
            .where(Delivery.mail_id.in_(numbers), Delivery.state == DeliveryState.QUEUED)
            .values(state=DeliveryState.EXPIRED, reason=Reason.TOO_LATE, ended_at=now)
            .execution_options(synchronize_session=False)
        )
    return bool(numbers)


_FREE: dict[str, Any] = {"state": MailState.DUE, "lease_owner": None, "lease_until": None}


def _urgent(urgent: bool) -> ColumnElement[bool]:
    return Mail.urgent == literal(urgent)


def _change(session: Session, *which: ColumnElement[bool], **values: Any) -> bool:
    return bool(_changed(session, *which, **values))


def _changed(session: Session, *which: ColumnElement[bool], **values: Any) -> list[int]:
    changed = session.scalars(
        update(Mail)
        .where(*which)
        .values(values)
        .returning(Mail.id)
        .execution_options(synchronize_session=False)
    )
    return list(changed)
