"""Working time: what a day is in a country, whose hours are whose, and what a date hits."""

from mmp.core.working_time.almanac import Almanac, Day, Override
from mmp.core.working_time.hits import Hit, Kind, day_hits, days_hits
from mmp.core.working_time.levels import EDGE, GOOD, HARD, LEVELS, MISSED, OFF, Week
from mmp.core.working_time.public import Holiday, public_holidays
from mmp.core.working_time.ramadan import is_ramadan
from mmp.core.working_time.rhythm import Rhythm, Stay
from mmp.core.working_time.shifts import Shift, Unsettled, shifts, unsettled

__all__ = [
    "EDGE",
    "GOOD",
    "HARD",
    "LEVELS",
    "MISSED",
    "OFF",
    "Almanac",
    "Day",
    "Hit",
    "Holiday",
    "Kind",
    "Override",
    "Rhythm",
    "Shift",
    "Stay",
    "Unsettled",
    "Week",
    "day_hits",
    "days_hits",
    "is_ramadan",
    "public_holidays",
    "shifts",
    "unsettled",
]
