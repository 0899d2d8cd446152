"""What coordinators learn of talks: on which days pairs talked, and nothing of what was said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.models import Event, Pair, TalkLog
from mmp.models.enums import EventStatus
from mmp.services.permissions import Actor


@dataclass(frozen=True, slots=True)
class TalkDays:
    """The day of a pair's last logged talk, and of its next agreed one, where the one who planned
    it lives. Nothing else of the talks is read."""

    last: date | None = None
    next: date | None = None


def talk_days(
    session: Session, actor: Actor, programme_id: int, now: datetime
) -> Mapping[int, TalkDays]:
    """By the number of each pair of a programme the actor coordinates; else none. Assistants are
    told nothing, as of travel. One statement."""
    if programme_id not in actor.coordinates:
        return {}
    last = select(func.max(TalkLog.day)).where(TalkLog.pair_id == Pair.id).scalar_subquery()
    coming = (
        select(Event.starts_local)
        .where(
            Event.pair_id == Pair.id,
            Event.status == EventStatus.PUBLISHED,
            Event.starts_at > now,
        )
        .order_by(Event.starts_at)
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Pair.id, last.label("last"), coming.label("coming")).where(
            Pair.programme_id == programme_id
        )
    )
    return {row.id: TalkDays(row.last, row.coming and row.coming.date()) for row in rows}
