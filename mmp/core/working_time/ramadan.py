"""Ramadan by the Umm al-Qura calendar: computed, so that the announced days may differ by one."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_COUNTRIES: Final = "AE BH DJ DZ EG IQ JO KW LY MA MR OM PS QA SA SD SO SY TN YE"
SHORTER_HOURS: Final = frozenset(_COUNTRIES.split())
"""Where law or government set shorter working hours for the month. Not Iran's, Lebanon's or
Türkiye's: who keeps shorter hours there says so."""
FIRST, LAST = date(1930, 1, 1), date(2076, 12, 31)
"""What the calendar's tables reach."""


def is_ramadan(day: date) -> bool:
    """Whether a day lies in Ramadan; False beyond the calendar's tables (1930 to 2076)."""
    if not FIRST <= day <= LAST:
        return False
    return any(first <= day <= last for first, last in _months(day.year))


@lru_cache(maxsize=128)
def _months(year: int) -> tuple[tuple[date, date], ...]:
    """The Ramadans that touch a Gregorian year: one, or two."""
    from hijridate import Gregorian, Hijri  # on first use, as all data of calendars

    found = []
    first_hijri = Gregorian(year, 1, 1).to_hijri().year
    for hijri in (first_hijri, first_hijri + 1):
        month = Hijri(hijri, 9, 1)
        begins = month.to_gregorian()
        first = date(begins.year, begins.month, begins.day)
        last = first + timedelta(days=month.month_length() - 1)
        if first.year <= year <= last.year:
            found.append((first, last))
    return tuple(found)
