"""When people can talk, as hours of a week: by their own clocks, and by UTC."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Final

from mmp.core import zones
from mmp.core.working_time import EDGE, Week

PARTS: Final = {
    "morning": range(8, 12),
    "midday": range(12, 15),
    "afternoon": range(15, 18),
    "evening": range(18, 21),
}
"""Parts of a day that people tick, in local hours."""
WEEK: Final = 7 * 24


def of_ticks(ticks: Iterable[str]) -> frozenset[int]:
    """Local hours of the week (0 = Monday 00:00) of ticks like `0-morning`, for Monday morning."""
    found: set[int] = set()
    for tick in ticks:
        day, _hyphen, part = tick.partition("-")
        if day.isdecimal() and int(day) < 7 and part in PARTS:
            found.update(24 * int(day) + hour for hour in PARTS[part])
    return frozenset(found)


def of_week(week: Week) -> frozenset[int]:
    """The local hours of a week's working time, with the hours around it that are no trouble."""
    return frozenset(
        24 * weekday + hour
        for weekday in range(7)
        for hour in range(24)
        if max(week.day(weekday)[4 * hour : 4 * hour + 4]) <= EDGE
    )


def in_utc(hours: Iterable[int], zone: str, day: date) -> frozenset[int]:
    """Local hours of the week as hours in UTC, by the clocks of `zone` at noon of a day."""
    noon = zones.to_wall(zones.to_utc(datetime.combine(day, time(12)), zone), zone)
    offset = noon.utcoffset()
    assert offset is not None  # it is aware
    ahead = round(offset.total_seconds() / 3600)
    return frozenset((hour - ahead) % WEEK for hour in hours)
