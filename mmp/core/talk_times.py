"""The times of a talk between two zones: its end, nights on which clocks change, hours apart."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from mmp.core import zones
from mmp.core.when import When


class Clock(StrEnum):
    """How often a clock on the wall shows a time."""

    ONCE = "once"
    NEVER = "never"
    """The clocks go forward over it."""
    TWICE = "twice"
    """The clocks go back over it."""


def shown(wall: datetime, zone: str) -> Clock:
    """Whether the clocks of `zone` show the naive wall time once, twice or not at all."""
    place = zones.zone(zone)
    first, second = (wall.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1))
    if first == second:
        return Clock.ONCE
    back = wall.replace(tzinfo=place).astimezone(UTC).astimezone(place).replace(tzinfo=None)
    return Clock.TWICE if back == wall else Clock.NEVER


def talk_when(starts: datetime, minutes: int, zone: str) -> When:
    """A talk from the naive wall time `starts` in `zone`, really lasting so many minutes.

    Where the clocks go back within it, a wall time could not tell its end: it is kept in UTC.
    Raises UserError (field `when`) as `When.timed`.
    """
    starts_at = zones.to_utc(starts, zone)
    ends_at = starts_at + timedelta(minutes=minutes)
    ends = zones.to_wall(ends_at, zone).replace(tzinfo=None)
    if zones.to_utc(ends, zone) == ends_at and ends > starts:
        return When.timed(starts, ends, zone)
    return When.timed(starts_at.replace(tzinfo=None), ends_at.replace(tzinfo=None), "UTC")


def apart(zone: str, other: str, at: datetime) -> int:
    """By how many minutes the clocks of `other` are ahead of those of `zone` at an instant."""
    here, there = (zones.to_wall(at, name).utcoffset() or timedelta() for name in (zone, other))
    return round((there - here) / timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class Change:
    """From this local day on (at noon) the clocks of the two are so many minutes apart."""

    day: date
    minutes: int


def changes(zone: str, other: str, first: datetime, last: datetime) -> list[Change]:
    """The days between two instants, counted in `zone`, from which the two are otherwise apart."""
    found = []
    noon = zones.to_wall(first, zone).replace(hour=12, minute=0, tzinfo=None)
    end = zones.to_wall(last, zone).replace(tzinfo=None)
    known = apart(zone, other, first)
    while noon.date() <= end.date():
        now = apart(zone, other, zones.to_utc(noon, zone))
        if now != known:
            found.append(Change(noon.date(), now))
            known = now
        noon = zones.add_calendar_days(noon, 1)
    return found
