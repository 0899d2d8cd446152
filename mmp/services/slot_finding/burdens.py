"""What earlier meetings of the year cost people, so that not always the same ones pay."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.slots.asking import MOST_MINUTES, Guest, cost_at
from mmp.core.texts import Translated
from mmp.core.working_time import MISSED, OFF, Almanac, Rhythm
from mmp.models import Event, Participation, Person
from mmp.models.enums import EventForm, EventStatus, Precision
from mmp.services.taking_part import TAKING_PART

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Paid:
    """What a person paid in a year, and the last meeting that cost them something."""

    burden: int
    title: Translated
    starts_at: datetime


def burdens(
    session: Session,
    *,
    event: Event,
    people: Sequence[Person],
    theirs: Sequence[Rhythm],
    almanac: Almanac,
    now: datetime,
) -> Mapping[int, Paid]:
    """By person, for the programme's meetings of the last 365 days with people online: the cost of
    the hour by the same measure as the search, as their hours are known today; whoever could not
    have come counts as missing it. Who paid nothing is not there. One statement."""
    rhythm_of = {person.id: rhythm for person, rhythm in zip(people, theirs, strict=True)}
    rows = session.execute(
        select(Participation.person_id, Event.id, Event.title, Event.starts_at, Event.ends_at)
        .join(Event, Event.id == Participation.event_id)
        .where(
            Event.programme_id == event.programme_id,
            Event.id != event.id,
            Event.pair_id.is_(None),
            Event.status == EventStatus.PUBLISHED,
            Event.precision == Precision.TIMED,
            # Those who come to a room live by its clocks on that day.
            Event.form != EventForm.IN_PERSON,
            Event.starts_at > now - YEAR,
            Event.ends_at <= now,
            Participation.person_id.in_(rhythm_of),
            Participation.entry.in_(TAKING_PART),
        )
        .order_by(Event.starts_at, Event.id)
    )
    known: dict[tuple[int, Rhythm], int] = {}
    sums: dict[int, int] = defaultdict(int)
    found: dict[int, Paid] = {}
    for person_id, number, title, starts_at, ends_at in rows:
        assert starts_at is not None  # what has an hour has a beginning
        key = number, rhythm_of[person_id]
        if key not in known:
            minutes = round((ends_at - starts_at).total_seconds() / 60)
            known[key] = _cost(key[1], starts_at, minutes, almanac)
        if cost := known[key]:
            sums[person_id] += cost
            found[person_id] = Paid(sums[person_id], title, starts_at)
    return found


def _cost(rhythm: Rhythm, starts_at: datetime, minutes: int, almanac: Almanac) -> int:
    if not 5 <= minutes <= MOST_MINUTES:
        return 0
    cost = cost_at(Guest(rhythm), starts_at, minutes, almanac)
    return MISSED if cost == OFF else cost
