"""What coordinators learn of talks: on which days pairs talked, and nothing of what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Event, Pair, TalkLog
from mmp.models.enums import EventStatus
from mmp.services.permissions import Actor


@dataclass(frozen=True, slots=True)
class HeldTalk:
    """A day on which a pair talked. Nothing else of the talk is read."""

    pair_id: int
    day: date


def held_talks(session: Session, actor: Actor, programme_id: int) -> Sequence[HeldTalk]:
    """The days of logged talks of a programme the actor coordinates, latest first; else none.

    Assistants are told nothing, as of travel.
    """
    if programme_id not in actor.coordinates:
        return []
    rows = session.execute(
        select(TalkLog.pair_id, TalkLog.day)
        .join(Pair, Pair.id == TalkLog.pair_id)
        .where(Pair.programme_id == programme_id)
        .order_by(TalkLog.day.desc(), TalkLog.id.desc())
    )
    return [HeldTalk(row.pair_id, row.day) for row in rows]


def coming_talks(
    session: Session, actor: Actor, programme_id: int, now: datetime
) -> Mapping[int, date]:
    """The day of each pair's next agreed talk, by the pair's number, where the one who planned it
    lives; for those who coordinate the programme, else none. Nothing else of the talk is read."""
    if programme_id not in actor.coordinates:
        return {}
    rows = session.execute(
        select(Event.pair_id, Event.starts_local)
        .where(
            Event.programme_id == programme_id,
            Event.pair_id.is_not(None),
            Event.status == EventStatus.PUBLISHED,
            Event.starts_at > now,
        )
        .order_by(Event.starts_at.desc())
    )
    return {row.pair_id: row.starts_local.date() for row in rows if row.starts_local}
