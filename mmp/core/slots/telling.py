"""What there is to say of a slot: who misses it or for whom it is hard, at what hour, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from mmp.core import zones
from mmp.core.slots.asking import STEP, Guest
from mmp.core.working_time import OFF, Almanac, Hit, Kind, days_hits
from mmp.core.working_time.levels import QUARTERS


class Why(StrEnum):
    """Why a slot is not simply good for somebody."""

    BUSY = "busy"
    DAY_OFF = "day_off"
    HOLIDAY = "holiday"
    WEEKEND = "weekend"
    EARLY = "early"
    LATE = "late"
    HOURS = "hours"
    """Between their hours: a break, or the afternoon of half a holiday."""


@dataclass(frozen=True, slots=True)
class Strain:
    """What a slot costs one person. The times are aware and show that person's clocks."""

    person: int
    cost: int
    why: Why
    starts: datetime
    ends: datetime

    @property
    def misses(self) -> bool:
        return self.cost == OFF


@dataclass(frozen=True, slots=True)
class Slot:
    """A time, whom it hurts, and the holidays of these people on it, the day before and after."""

    starts_at: datetime
    ends_at: datetime
    required_missing: bool
    fair: int
    """The sum of squared burdens after it: the smaller, the fairer over the year."""
    strains: tuple[Strain, ...] = ()
    """Of everybody for whom it is not simply good, the hardest first."""
    holidays: tuple[Hit, ...] = ()

    @property
    def missing(self) -> tuple[int, ...]:
        """Who cannot come."""
        return tuple(strain.person for strain in self.strains if strain.misses)


class Teller:
    """Tells of slots for the same people; works out no day twice."""

    def __init__(self, guests: Sequence[Guest], almanac: Almanac) -> None:
        self._guests, self._almanac = guests, almanac
        self._days: dict[tuple[int, date], tuple[str | None, bytes]] = {}

    def strain(self, person: int, cost: int, starts: datetime, ends: datetime) -> Strain:
        """That of a person whom a slot costs `cost`, more than nothing."""
        rhythm = self._guests[person].rhythm
        here = zones.to_wall(starts, rhythm.zone_at(starts))
        until = zones.to_wall(ends, rhythm.zone_at(starts))
        return Strain(person, cost, self._why(person, cost, starts, ends), here, until)

    def holidays(self, starts: datetime, ends: datetime) -> tuple[Hit, ...]:
        """The holidays from the day before to the day after, the own day's first."""
        day = timedelta(days=1)
        rhythms = [guest.rhythm for guest in self._guests]
        hits = days_hits((starts - day).date(), (ends + day).date(), rhythms, self._almanac)
        found = [hit for hit in hits if hit.kind in {Kind.HOLIDAY, Kind.HALF_HOLIDAY}]
        return tuple(sorted(found, key=lambda hit: (abs(hit.day - starts.date()), hit.day)))

    def _day(self, person: int, day: date) -> tuple[str | None, bytes]:
        """Why a person's day is off, if it is, and its levels."""
        if (person, day) not in self._days:
            rhythm = self._guests[person].rhythm
            self._days[person, day] = (
                rhythm.rest(day, self._almanac),
                rhythm.levels(day, self._almanac),
            )
        return self._days[person, day]

    def _why(self, person: int, cost: int, starts: datetime, ends: datetime) -> Why:
        guest, hours, at = self._guests[person], None, starts
        while at < ends:
            local = zones.to_wall(at, guest.rhythm.zone_at(at))
            rest, levels = self._day(person, local.date())
            if rest:
                return Why(rest)
            quarter = local.hour * 4 + local.minute // 15
            if hours is None and levels[quarter] == cost:
                hours = _side(levels, quarter)
            at += timedelta(minutes=STEP)
        # As the search does: a quarter of an hour that was begun is taken.
        if any(begins < at and starts < until for begins, until in guest.busy):
            return Why.BUSY
        return hours or Why.HOURS


def _side(levels: bytes, quarter: int) -> Why:
    """Whether a quarter of an hour lies before or after the best hours of its day."""
    best = min(levels)
    good = [number for number in range(QUARTERS) if levels[number] == best]
    if quarter < good[0]:
        return Why.EARLY
    return Why.LATE if quarter > good[-1] else Why.HOURS
