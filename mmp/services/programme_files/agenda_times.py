"""When an agenda item is: the clock times of a file, put on the days of its event."""

from datetime import datetime

from mmp.core.errors import UserError
from mmp.core.programme_file.times import ClockTime
from mmp.core.when import When
from mmp.services.programme_files.format_events import FileAgendaItem


def item_when(item: FileAgendaItem, event: When) -> When | None:
    """The item's time, or None if it has none.

    Raises UserError where half of it or the day is missing. It may lie outside its event: desk and
    agenda say so, and whoever plans may know better.
    """
    if item.starts is None and item.ends is None:
        return None
    if item.starts is None or item.ends is None:
        raise UserError("Give both from and to, or neither.")
    zone = item.zone or event.zone
    return When.timed(_on_day(item.starts, event), _on_day(item.ends, event), zone)


def the_day(event: When) -> datetime | None:
    """Midnight of the one day an event is on; None if it is on several or on none yet."""
    if event.starts_local and event.ends_local:
        day = event.starts_local.date()
        last = event.ends_local.date()
    elif event.precision == "days" and event.first_day and event.last_day:
        day, last = event.first_day, event.last_day
    else:
        return None
    return datetime(day.year, day.month, day.day) if day == last else None


def _on_day(clock: ClockTime, event: When) -> datetime:
    if clock.day is not None:
        return datetime.combine(clock.day, clock.time)
    day = the_day(event)
    if day is None:
        raise UserError(
            "Say the day too, like 2026-05-20T14:00: the event is not on one day alone."
        )
    return datetime.combine(day.date(), clock.time)


def as_clock(wall: datetime, event: When) -> ClockTime:
    """A wall time as the file says it: without the day where there is only one."""
    day = the_day(event)
    same = day is not None and day.date() == wall.date()
    return ClockTime(wall.time(), None if same else wall.date())
