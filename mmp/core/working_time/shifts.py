"""When clocks change between an invitation and its day, or are changing all around that day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from mmp.core import zones
from mmp.core.talk_times import apart

CHAIN: Final = timedelta(days=35)
"""Changes of different zones' clocks that follow each other within it are one unsettled time: hours
apart hold for days or weeks only, and are what people get wrong."""


@dataclass(frozen=True, slots=True)
class Shift:
    """The clocks of a reader's zone are `before` minutes ahead of the event's when they are
    invited, and `after` on the day."""

    zone: str
    before: int
    after: int


def shifts(event_zone: str, readers: Collection[str], sent: datetime, at: datetime) -> list[Shift]:
    """The readers' zones, by name, for which an event at `at` is at another hour than the offset
    of the day of its invitation would make it. Instants are aware. Raises `UnknownZone`."""
    found = (
        Shift(zone, apart(event_zone, zone, sent), apart(event_zone, zone, at))
        for zone in sorted(set(readers))
    )
    return [shift for shift in found if shift.before != shift.after]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The local days, both included, from the first to the last of several changes of clocks."""

    first: date
    last: date
    zones: tuple[str, ...]
    """Whose clocks change, in that order."""


def unsettled(living: Collection[str], at: datetime) -> Unsettled | None:
    """The unsettled time among these zones that the instant `at` falls into, if any.

    In autumn 2026, between Europe, the Levant and Egypt, it lasts from 24 to 30 October: Palestine
    changes on the 24th, Europe and Lebanon on the 25th, Egypt at the end of the 29th.
    """
    changes = sorted(
        (instant, day, zone)
        for zone in set(living)
        for year in range(at.year - 1, at.year + 2)
        for instant, day in changes_in(zone, year)
    )
    chain: list[tuple[datetime, date, str]] = []
    for change in changes:
        if chain and change[0] - chain[-1][0] > CHAIN:
            if chain[0][1] <= at.date() <= chain[-1][1]:
                break
            chain = []
        chain.append(change)
    if not chain or not chain[0][1] <= at.date() <= chain[-1][1]:
        return None
    return Unsettled(chain[0][1], chain[-1][1], tuple(dict.fromkeys(zone for *_, zone in chain)))


@lru_cache(maxsize=1024)
def changes_in(zone: str, year: int) -> tuple[tuple[datetime, date], ...]:
    """The changes of a zone's clocks in a year of UTC: the instant, to the minute, and the local
    day as the clocks showed it just when they were to change."""
    found = []
    at = datetime(year, 1, 1, tzinfo=UTC)
    while at.year == year:
        following = at + timedelta(days=1)
        if _ahead(following, zone) != _ahead(at, zone):
            instant = _change(at, following, zone)
            shown = instant.replace(tzinfo=None) + _ahead(at, zone)
            found.append((instant, shown.date()))
        at = following
    return tuple(found)


def _change(low: datetime, high: datetime, zone: str) -> datetime:
    """The first minute in (low, high] with another offset than `low`."""
    before = _ahead(low, zone)
    minutes = [0, (high - low) // timedelta(minutes=1)]
    while minutes[1] - minutes[0] > 1:
        middle = sum(minutes) // 2
        minutes[_ahead(low + timedelta(minutes=middle), zone) != before] = middle
    return low + timedelta(minutes=minutes[1])


def _ahead(instant: datetime, zone: str) -> timedelta:
    return zones.to_wall(instant, zone).utcoffset() or timedelta()
