"""When one person is free: their hours and busy intervals day by day, and nothing of what it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from mmp.core import zones
from mmp.core.working_time import GOOD
from mmp.models import Person
from mmp.services.slot_finding.people import Span, busy_times
from mmp.services.working_time import almanac, rhythms

DAYS = 14


@dataclass(frozen=True, slots=True)
class FreeBusy:
    """A local day of a person in `zone`: the level of each quarter of an hour, and busy intervals
    (aware, by those clocks), which neither overlap nor touch."""

    day: date
    zone: str
    levels: bytes
    busy: tuple[Span, ...]

    @property
    def hours(self) -> list[tuple[time, time]]:
        """The working hours; the end of the day is midnight."""
        found, quarters = [], [level == GOOD for level in self.levels] + [False]
        begins = None
        for at, good in enumerate(quarters):
            if good and begins is None:
                begins = at
            elif not good and begins is not None:
                found.append((_clock(begins), _clock(at)))
                begins = None
        return found


def free_busy(
    session: Session, *, person: Person, first_day: date, language: str = "en"
) -> Sequence[FreeBusy]:
    """Two weeks from a local day on. A day off and hours in which they have something else are no
    working hours or busy: why is not said. Five statements."""
    rhythm, days = rhythms(session, [person])[0], almanac(session, language)
    noon = datetime.combine(first_day, time(12))
    where = [
        rhythm.zone_at(zones.to_utc(noon + timedelta(days=step), rhythm.zone))
        for step in range(DAYS)
    ]
    opens = zones.to_utc(datetime.combine(first_day, time()), where[0]) - timedelta(days=1)
    closes = opens + timedelta(days=DAYS + 2)
    spans = _merged(
        busy_times(session, people=[person], but=None, opens=opens, closes=closes).get(
            person.id, ()
        )
    )
    found = []
    for step, zone in enumerate(where):
        day = first_day + timedelta(days=step)
        begins, ends = (
            zones.to_utc(datetime.combine(day + timedelta(days=more), time()), zone)
            for more in (0, 1)
        )
        busy = tuple(
            (zones.to_wall(max(start, begins), zone), zones.to_wall(min(end, ends), zone))
            for start, end in spans
            if start < ends and end > begins
        )
        found.append(FreeBusy(day, zone, rhythm.levels(day, days), busy))
    return found


def _merged(spans: Sequence[Span]) -> list[Span]:
    """What touches becomes one, so that no event can be told from another."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _clock(quarter: int) -> time:
    return time(quarter % 96 // 4, quarter % 4 * 15)
