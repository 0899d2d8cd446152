"""When people are not written to: at night where they are, and on their weekend.

Each function gives the instant that comes of one, and the step that says why it moved. A step is
a code with values that a sentence can be made of in any language.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from mmp.core import zones

Step = Mapping[str, Any]
"""`code`, and what its sentence needs: clock times as HH:MM, days as YYYY-MM-DD, zone, country."""

NIGHT_BEGINS, NIGHT_ENDS, EVENING = time(22), time(7), time(21, 30)
REMAIN: Final = timedelta(hours=2)
"""What must remain before the event for a mail to wait until the morning."""
AHEAD: Final = 3
"""Days before an event from which on a weekend is respected."""


def is_night(instant: datetime, zone: str) -> bool:
    """Whether it is between 22:00 and 07:00 there."""
    clock = zones.to_wall(instant, zone).time()
    return clock >= NIGHT_BEGINS or clock < NIGHT_ENDS


def by_day(
    at: datetime, zone: str, *, earliest: datetime, latest: datetime | None
) -> tuple[datetime, Step | None]:
    """The instant for a reader in `zone`: in the night it becomes 21:30 of the evening before.

    If that is before `earliest` it becomes 07:00, as long as two hours remain until `latest`; else
    it stays: better at night than too late.
    """
    if not is_night(at, zone):
        return at, None
    wall = zones.to_wall(at, zone)
    day = wall.date()
    values = {"at": f"{wall:%H:%M}", "zone": zone}
    evening = _at(day if wall.time() >= NIGHT_BEGINS else day - timedelta(days=1), EVENING, zone)
    if earliest <= evening < at:
        same = zones.day_in_zone(evening, zone) == day
        return evening, {"code": "night_earlier", "same_day": same, "to": "21:30", **values}
    morning = _at(day + timedelta(days=1) if wall.time() >= NIGHT_BEGINS else day, NIGHT_ENDS, zone)
    if latest is None or latest - morning >= REMAIN:
        return morning, {"code": "night_later", "to": "07:00", **values}
    return at, {"code": "night_kept", **values}


def on_working_day(
    at: datetime,
    zone: str,
    weekend: frozenset[int],
    *,
    earliest: datetime,
    free: bool,
    later_until: datetime | None = None,
) -> tuple[datetime, Step | None]:
    """The instant for a reader whose weekend these weekdays are (0 is Monday): the working day
    before, at the same clock time; or the one after, where that is no later than `later_until`.
    It stays where the day before is before `earliest` or nothing is `free` to be moved."""
    wall = zones.to_wall(at, zone)
    if not free or wall.weekday() not in weekend or len(weekend) >= 7:
        return at, None
    after = _at(_working_day(wall.date(), weekend, step=1), wall.time(), zone)
    later = later_until is not None and after <= later_until
    before = _at(_working_day(wall.date(), weekend, step=-1), wall.time(), zone)
    moved = after if later else before
    values = {
        "day": wall.date().isoformat(),
        "to": zones.day_in_zone(moved, zone).isoformat(),
    }
    if moved < earliest:
        return at, {"code": "weekend_kept", **values}
    return moved, {"code": "weekend", **values}


def next_morning(at: datetime, zone: str) -> datetime:
    """07:00 of the reader's next day."""
    return _at(zones.day_in_zone(at, zone) + timedelta(days=1), NIGHT_ENDS, zone)


def _working_day(day: date, weekend: frozenset[int], *, step: int) -> date:
    while day.weekday() in weekend:
        day += timedelta(days=step)
    return day


def _at(day: date, clock: time, zone: str) -> datetime:
    return zones.to_utc(datetime.combine(day, clock), zone)
