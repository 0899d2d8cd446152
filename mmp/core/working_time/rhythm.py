"""Whose hours are whose: a person's country, zone, own hours, days off and journeys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from mmp.core import zones
from mmp.core.errors import UserError
from mmp.core.working_time.almanac import Almanac, Day
from mmp.core.working_time.levels import FASTING, MORNING, REST, STANDARD, Week, until, worse
from mmp.core.working_time.ramadan import is_ramadan

_DAYS_OF: Final[dict[tuple[str | None, int], bytes]] = {("AE", 4): MORNING}
"""Working days that differ from the standard one, by country and weekday. In the Emirates Friday
ends at 12:00 (Cabinet of the UAE, 7 December 2021)."""
HALF_DAY_ENDS = 13


@dataclass(frozen=True, slots=True)
class Stay:
    """Local days, both included, on which somebody lives by the clocks of another zone."""

    first: date
    last: date
    zone: str

    def __post_init__(self) -> None:
        """Raises UserError for a stay that ends before it begins, `UnknownZone`."""
        zones.zone(self.zone)
        if self.last < self.first:
            raise UserError("The last day must not come before the first.", field="last")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When somebody works. Equal ones cost the same and are worked out once.

    `week` are their own hours instead of their country's and its weekend; its holidays stay theirs.
    `days_off` are their own: whatever for. `fasts` says whether Ramadan shortens their hours; None
    as in their country.
    """

    country: str | None
    zone: str
    week: Week | None = None
    days_off: frozenset[date] = frozenset()
    stays: tuple[Stay, ...] = ()
    fasts: bool | None = None

    @property
    def lived_in(self) -> frozenset[str]:
        """All zones whose clocks they live by at some time."""
        return frozenset({self.zone, *(stay.zone for stay in self.stays)})

    def zone_at(self, instant: datetime) -> str:
        """The zone whose clocks they live by at an instant (aware); of two stays
        the later one given."""
        for stay in reversed(self.stays):
            if stay.first <= zones.day_in_zone(instant, stay.zone) <= stay.last:
                return stay.zone
        return self.zone

    def rest(self, day: date, almanac: Almanac) -> str | None:
        """Why a whole day is off: `day_off`, `holiday` or `weekend`; None if it is not."""
        if day in self.days_off:
            return "day_off"
        known = almanac.day(self.country, day)
        if known.holiday and not known.holiday.half:
            return "holiday"
        if self.week:
            return "weekend" if self.week.day(day.weekday()) == REST else None
        return "weekend" if known.weekend else None

    def in_ramadan(self, day: date, known: Day) -> bool:
        """Whether Ramadan shortens this day for them."""
        return known.ramadan if self.fasts is None else self.fasts and is_ramadan(day)

    def levels(self, day: date, almanac: Almanac) -> bytes:
        """The levels of a local day's quarters of an hour."""
        if self.rest(day, almanac):
            return REST
        known = almanac.day(self.country, day)
        hours = STANDARD
        if self.week:
            hours = self.week.day(day.weekday())
        elif (self.country, day.weekday()) in _DAYS_OF:
            hours = _DAYS_OF[self.country, day.weekday()]
        if self.in_ramadan(day, known):
            hours = FASTING if hours == STANDARD else worse(hours, FASTING)
        return until(hours, HALF_DAY_ENDS) if known.holiday else hours
