"""When people work, and what a date hits among them."""

from mmp.services.working_time.dates import Found, Readers, date_hits, planned_event, readers_of
from mmp.services.working_time.overrides import (
    DayDetails,
    countries_of,
    known_days,
    put_back_day,
    removed_day,
    save_day,
    take_day_away,
)
from mmp.services.working_time.own import (
    add_absence,
    own_absences,
    own_week,
    remove_absence,
    save_week,
)
from mmp.services.working_time.rhythms import almanac, rhythms, week_from, week_of

__all__ = [
    "DayDetails",
    "Found",
    "Readers",
    "add_absence",
    "almanac",
    "countries_of",
    "date_hits",
    "known_days",
    "own_absences",
    "own_week",
    "planned_event",
    "put_back_day",
    "readers_of",
    "remove_absence",
    "removed_day",
    "rhythms",
    "save_day",
    "save_week",
    "take_day_away",
    "week_from",
    "week_of",
]
