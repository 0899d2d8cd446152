"""Which meetings all pairs are invited to, and where a programme stands between two of them.

Where an event has a list, the list decides: somebody of nine pairs in ten is on it. Where it has
none yet, it counts if it belongs to a series: those are the meetings that everybody comes to.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.core.pair_health import Span, Year
from mmp.core.zones import day_in_zone
from mmp.models import Event, Pair, PairMember, Participation, Programme
from mmp.models.enums import EventStatus, Precision

NEARLY_ALL: Final = 0.9


@dataclass(frozen=True, slots=True)
class Plenaries:
    """The one that was over last, and the next one."""

    last: Event | None
    next: Event | None


def plenaries(session: Session, programme: Programme, *, now: datetime) -> Plenaries:
    """The last plenary that is over and the next one whose day is fixed, in one statement."""
    today = day_in_zone(now, programme.zone)
    running = running_on(today)
    pairs_listed = (
        select(
            Participation.event_id,
            func.count(func.distinct(PairMember.pair_id)).label("pairs"),
            func.count(func.distinct(Participation.id)).label("people"),
        )
        .join(Event, Event.id == Participation.event_id)
        .outerjoin(
            PairMember,
            and_(
                PairMember.person_id == Participation.person_id,
                PairMember.pair_id.in_(
                    select(Pair.id).where(Pair.programme_id == programme.id, running)
                ),
            ),
        )
        .where(Event.programme_id == programme.id)
        .group_by(Participation.event_id)
        .subquery()
    )
    total = (
        select(func.count(Pair.id))
        .where(Pair.programme_id == programme.id, running)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Event, pairs_listed.c.pairs, pairs_listed.c.people, total.label("total"))
        .outerjoin(pairs_listed, pairs_listed.c.event_id == Event.id)
        .where(
            Event.programme_id == programme.id,
            Event.pair_id.is_(None),
            Event.status == EventStatus.PUBLISHED,
            Event.precision.in_((Precision.TIMED, Precision.DAYS)),
        )
        .options(joinedload(Event.series), joinedload(Event.theme), raiseload("*"))
        .order_by(Event.ends_at, Event.id)
    ).all()
    found = [
        row.Event
        for row in rows
        if (row.pairs >= max(row.total, 1) * NEARLY_ALL if row.people else row.Event.series_id)
    ]
    over = [event for event in found if event.ends_at <= now]
    coming = [event for event in found if event.ends_at > now]
    return Plenaries(over[-1] if over else None, coming[0] if coming else None)


def year_of(programme: Programme, found: Plenaries) -> Year:
    """What the rule of health needs to know; the programme's breaks must be loaded."""
    return Year(
        last_plenary=_days(found.last)[1] if found.last else None,
        next_plenary=_days(found.next)[0] if found.next else None,
        breaks=breaks_of(programme),
    )


def breaks_of(programme: Programme) -> list[Span]:
    """When the programme rests."""
    return [Span(row.starts_on, row.ends_on) for row in programme.breaks]


def running_on(day: date) -> ColumnElement[bool]:
    """Pairs that go on that day."""
    return and_(Pair.starts_on <= day, or_(Pair.ends_on.is_(None), Pair.ends_on >= day))


def _days(event: Event) -> tuple[date, date]:
    first = event.starts_local.date() if event.starts_local else event.first_day
    last = event.ends_local.date() if event.ends_local else event.last_day
    assert first is not None  # only events whose days are known come here
    assert last is not None
    return first, last
