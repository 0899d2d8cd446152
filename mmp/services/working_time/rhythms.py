"""The rules of `core.working_time` with what the tables know beside them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mmp.core.working_time import EDGE, GOOD, HARD, OFF, Almanac, Override, Rhythm, Stay, Week
from mmp.models import Absence, DayOverride, Person, WorkingHours

HALF_HOURS = 48
_AROUND = ((2, 4, EDGE), (4, 8, HARD))
"""Half hours before and after working hours, and what coming then is: an hour before and two after
is no trouble, as far again is early or late."""


def almanac(session: Session, language: str = "en") -> Almanac:
    """The days of all countries, with what coordinators know better. One statement."""
    rows = session.scalars(select(DayOverride).options(joinedload(DayOverride.set_by)))
    return Almanac(
        (Override(row.country, row.day, row.off, row.name, row.source, _who(row)) for row in rows),
        language,
    )


def rhythms(session: Session, people: Sequence[Person]) -> list[Rhythm]:
    """Of these people, in their order: with own hours, days off and journeys. One statement."""
    weeks: dict[int, Week | None] = {}
    away: dict[int, list[Absence]] = defaultdict(list)
    rows = session.execute(
        select(Person.id, WorkingHours, Absence)
        .outerjoin(WorkingHours, WorkingHours.person_id == Person.id)
        .outerjoin(Absence, Absence.person_id == Person.id)
        .where(Person.id.in_([person.id for person in people]))
        .order_by(Absence.id)
    )
    for number, hours, absence in rows:
        weeks[number] = week_of(hours)
        if absence is not None:
            away[number].append(absence)
    return [
        Rhythm(
            person.country,
            person.zone,
            week=weeks.get(person.id),
            days_off=frozenset(
                row.first_day + timedelta(days=step)
                for row in away[person.id]
                if row.zone is None
                for step in range((row.last_day - row.first_day).days + 1)
            ),
            stays=tuple(
                Stay(row.first_day, row.last_day, row.zone) for row in away[person.id] if row.zone
            ),
        )
        for person in people
    ]


def week_of(row: WorkingHours | None) -> Week | None:
    """The week as it was painted."""
    return Week(row.week["painted"]) if row and "painted" in row.week else None


def week_from(working: Collection[tuple[int, int]]) -> Week:
    """The week of whose half hours (weekday from 0 for Monday, half hour from midnight) these are
    working hours. Those around them are possible if need be.

    Raises UserError (field `week`) where none is left.
    """
    days = []
    for day in range(7):
        halves = [OFF] * HALF_HOURS
        hours = [half for weekday, half in working if weekday == day and 0 <= half < HALF_HOURS]
        for before, after, level in reversed(_AROUND):
            for half in hours:
                first, end = max(half - before, 0), min(half + after + 1, HALF_HOURS)
                halves[first:end] = [level] * (end - first)
        for half in hours:
            halves[half] = GOOD
        days.append("".join(map(str, halves)))
    return Week("".join(days))


def _who(row: DayOverride) -> str:
    return row.set_by.name if row.set_by else ""
