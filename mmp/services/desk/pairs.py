"""Which pairs have not talked since the last meeting: by days alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.core.preparation import is_behind
from mmp.core.zones import day_in_zone
from mmp.models import Event, Pair, PairMember, Person, Programme
from mmp.models.enums import EventStatus, Precision
from mmp.services.pair_talks import held_talks
from mmp.services.permissions import Actor


@dataclass(frozen=True, slots=True)
class PairTalks:
    """A pair that goes on, the people in it today, and the day of its last talk.

    `behind` says that it has not talked since the last meeting.
    """

    pair: Pair
    people: Sequence[Person]
    last: date | None
    behind: bool


def pairs_and_talks(
    session: Session, actor: Actor, *, now: datetime, programme: Programme, events: Iterable[Event]
) -> list[PairTalks]:
    """The programme's pairs of today, those first that have not talked for longest; for those who
    coordinate it, none for assistants. `events` are the programme's. Two statements."""
    if programme.id not in actor.coordinates:
        return []
    today = day_in_zone(now, programme.zone)
    meeting = last_meeting(events, now)
    latest: dict[int, date] = {}
    for talk in held_talks(session, actor, programme.id):
        latest[talk.pair_id] = max(talk.day, latest.get(talk.pair_id, talk.day))
    found = []
    for pair in _pairs(session, programme, today):
        people = [member.person for member in pair.members_on(today)]
        last = latest.get(pair.id)
        behind = is_behind(last, began=pair.starts_on, meeting=_last_day(meeting))
        found.append(PairTalks(pair, people, last, behind))
    return sorted(found, key=lambda one: (not one.behind, one.last or date.min, one.pair.key))


def last_meeting(events: Iterable[Event], now: datetime) -> Event | None:
    """The event that was over last, of those that took place on days that were known."""
    over = [
        event
        for event in events
        if event.ends_at <= now
        and event.status is EventStatus.PUBLISHED
        and event.precision in (Precision.TIMED, Precision.DAYS)
    ]
    return max(over, key=lambda event: (event.ends_at, event.key), default=None)


def _last_day(meeting: Event | None) -> date | None:
    if meeting is None:
        return None
    return meeting.ends_local.date() if meeting.ends_local else meeting.last_day


def _pairs(session: Session, programme: Programme, today: date) -> Sequence[Pair]:
    return (
        session.scalars(
            select(Pair)
            .where(
                Pair.programme_id == programme.id,
                Pair.starts_on <= today,
                or_(Pair.ends_on.is_(None), Pair.ends_on >= today),
            )
            .options(
                joinedload(Pair.members).joinedload(PairMember.person),
                raiseload("*"),
            )
        )
        .unique()
        .all()
    )
