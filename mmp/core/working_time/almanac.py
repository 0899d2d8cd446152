"""What a day is in a country: a working day, weekend, a holiday; with what a coordinator knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mmp.core.countries import weekend_of
from mmp.core.working_time.public import Holiday, public_holidays
from mmp.core.working_time.ramadan import SHORTER_HOURS, is_ramadan


@dataclass(frozen=True, slots=True)
class Override:
    """What a coordinator knows better of one day in a country: that it is off (a holiday moved, or
    just announced), or that people work. `source` says how it is known, `who` set it."""

    country: str
    day: date
    off: bool
    name: str = ""
    source: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day in a country. On an `on` day people work, weekend or not."""

    weekend: bool
    holiday: Holiday | None = None
    on: bool = False
    ramadan: bool = False
    """Of shorter working hours."""

    @property
    def rests(self) -> bool:
        """Whether the whole day is off."""
        return self.weekend or (self.holiday is not None and not self.holiday.half)


class Almanac:
    """The days of all countries, each worked out once. Names are in `language` where it is known.

    Of two overrides of one day the last counts.
    """

    def __init__(self, overrides: Iterable[Override] = (), language: str = "en") -> None:
        self._overrides = {(one.country, one.day): one for one in overrides}
        self._language = language
        self._days: dict[tuple[str | None, date], Day] = {}

    def day(self, country: str | None, day: date) -> Day:
        """A local day in a country; where that is unknown, of a Saturday and Sunday weekend."""
        key = country, day
        if key not in self._days:
            self._days[key] = self._work_out(country, day)
        return self._days[key]

    def _work_out(self, country: str | None, day: date) -> Day:
        ramadan = country in SHORTER_HOURS and is_ramadan(day)
        known = self._overrides.get((country or "", day))
        if known and not known.off:
            return Day(weekend=False, on=True, ramadan=ramadan)
        weekend = day.weekday() in weekend_of(country)
        holiday = public_holidays(country, day.year, self._language).get(day)
        if known:
            name = known.name or (holiday.name if holiday else "")
            holiday = Holiday(day, name, source=known.source)
        return Day(weekend, holiday, ramadan=ramadan)
