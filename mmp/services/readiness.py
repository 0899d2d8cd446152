"""Whether the installation does its work: mail leaves, and a scheduler runs.

Both questions are asked of rows, so that any process that serves pages can answer for all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    delete,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from mmp.models import Mail, SchedulerTick
from mmp.models.base import UTCDateTime

TICK_EVERY = timedelta(seconds=30)
SILENT = timedelta(minutes=2)
"""A scheduler that has said nothing for so long is taken for gone."""
OVERDUE = timedelta(minutes=10)
"""Mail that should have left so long ago means that something is wrong."""
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Readiness:
    """How late the oldest mail is that is due now (None: none is), and how long ago a scheduler
    last said that it works (None: none ever has)."""

    overdue: timedelta | None
    silent: timedelta | None

    @property
    def mail_leaves(self) -> bool:
        return self.overdue is None or self.overdue <= OVERDUE

    @property
    def scheduler_works(self) -> bool:
        return self.silent is not None and self.silent <= SILENT

    @property
    def ready(self) -> bool:
        return self.mail_leaves and self.scheduler_works


def readiness(session: Session, *, now: datetime) -> Readiness:
    """Ask both in one statement, of three entries of indexes and a handful of rows."""
    is_due = Mail.state == literal_column("'due'")  # within the statement, for the partial index
    found = session.execute(
        select(
            database_now(),
            select(func.max(SchedulerTick.at)).scalar_subquery(),
            _oldest(is_due, Mail.urgent == literal(True)),
            _oldest(is_due, Mail.urgent == literal(False)),
            _oldest(Mail.state == literal_column("'leased'")),
        )
    ).one()
    here, at, *oldest = tuple[Any, ...](found)
    waiting = [moment for moment in oldest if moment is not None and moment <= now]
    overdue = now - min(waiting) if waiting else None
    return Readiness(overdue, None if at is None else max(here - at, timedelta()))


def tick(session: Session, *, owner: str) -> None:
    """Note that the scheduler of this name works, and forget those that ended long ago."""
    here = database_now()
    done = session.scalars(
        update(SchedulerTick)
        .where(SchedulerTick.owner == owner)
        .values(at=here)
        .returning(SchedulerTick.id)
        .execution_options(synchronize_session=False)
    )
    if done.first() is None:
        now = session.execute(select(here)).scalar_one()
        session.execute(
            delete(SchedulerTick)
            .where(SchedulerTick.at < now - FORGOTTEN)
            .execution_options(synchronize_session=False)
        )
        session.add(SchedulerTick(owner=owner, since=now, at=now))
    session.flush()


def database_now() -> ColumnElement[datetime]:
    """The time of the database's clock, to the second."""
    return type_coerce(func.current_timestamp(), UTCDateTime)


def _oldest(*which: ColumnElement[bool]) -> ColumnElement[datetime]:
    return select(func.min(Mail.next_at)).where(*which).scalar_subquery()
