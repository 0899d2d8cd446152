"""Recurrence rules brought to what a span of time needs of them, so that none runs on for ever.

A rule that never comes true is looked for until the year 9999, one that began in 1900 is walked
through from there, and COUNT may be a billion: each of them ends here on the span's last day.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final

from dateutil.rrule import rrulestr

from mmp.core import zones
from mmp.core.busy.limits import Counted, LeftOut, Why

_DAY: Final = timedelta(days=1)
_BEFORE: Final = 40 * _DAY
"""How long before the span an occurrence may begin that lasts into it."""
_OF_A_DAY: Final = ("BYHOUR", "BYMINUTE", "BYSECOND")
_DATED: Final = "UNTIL WKST BYMONTH BYMONTHDAY BYDAY BYYEARDAY BYWEEKNO BYSETPOS"
_PARTS: Final = frozenset({"FREQ", "INTERVAL", "COUNT", *_DATED.split(), *_OF_A_DAY})
_FILTERS: Final = {
    "HOURLY": frozenset({"BYDAY"}),
    "DAILY": frozenset({"BYDAY", "BYMONTH", "BYMONTHDAY"}),
    "WEEKLY": frozenset({"BYDAY", "BYMONTH"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"}),
    "YEARLY": frozenset(name for name in _DATED.split() if name.startswith("BY")),
}
"""What each may be narrowed down by (RFC 5545, 3.3.10), and calendars do."""
_DAYS_A_STEP: Final = {"WEEKLY": 7, "MONTHLY": 30, "YEARLY": 365}
_IN_VAIN: Final = 20_000
"""What looking for a rule that never comes counts: months of four hundred years, 0.1 s."""
_CYCLE: Final = 400
_LATE: Final = 9500
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Bounded:
    """A rule (RFC 5545, 3.3.10) of an event that begins at the naive wall time `start` in `zone`,
    None for a floating one or whole days, as it is between two instants.

    Where it never `comes` it must be left out. `moved` is by how many days the event's start and
    end must move on for the same occurrences; of those before the span some are gone then. Raises
    LeftOut; ValueError for no rule.
    """

    def __init__(
        self,
        rule: str,
        start: datetime,
        zone: str | None,
        span: tuple[datetime, datetime],
        counted: Counted,
    ) -> None:
        self._parts = parts = _parts(rule)
        self._zone = zone
        self._often = _a_day(parts)
        interval, count = int(parts.get("INTERVAL", "1")), int(parts.pop("COUNT", "0"))
        if interval < 1 or count < 0:
            raise LeftOut(Why.BROKEN)
        self.moved = 0 if count else self._skipped(start, span[0], interval)
        begins = start + self.moved * _DAY
        ends = span[1].replace(tzinfo=None) + 2 * _DAY
        days = max((ends - begins).days, 0)
        counted.spend(days * self._often // _DAYS_A_STEP.get(parts["FREQ"], 1))
        until = min(self._until(parts.pop("UNTIL", None)) or ends, ends)
        self.comes = until >= begins and comes(parts, begins, until)
        self._last = until
        if not self.comes:
            counted.spend(_IN_VAIN)
            return
        if count <= (days + 1) * self._often and count:
            found = list(islice(rrulestr(self._text(until), dtstart=begins), count))
            until = found[-1] if len(found) == count else until
        if count:  # it has an end now, and needs its beginning no more
            self.moved = self._skipped(start, span[0], interval)
        self._last = until

    def text(self, whole_days: bool) -> str:
        """The rule as it is now."""
        if whole_days:
            return f"{self._rest()};UNTIL={self._last:%Y%m%d}"
        if self._zone is None:
            return self._text(self._last)
        return f"{self._rest()};UNTIL={zones.to_utc(self._last, self._zone):%Y%m%dT%H%M%SZ}"

    def _text(self, until: datetime) -> str:
        return f"{self._rest()};UNTIL={until:%Y%m%dT%H%M%S}"

    def _rest(self) -> str:
        return ";".join(f"{name}={value}" for name, value in self._parts.items())

    def _skipped(self, start: datetime, first: datetime, interval: int) -> int:
        """Days that may be left out at the beginning: whole intervals of days or weeks."""
        turn = {"DAILY": interval, "WEEKLY": 7 * interval}.get(self._parts["FREQ"])
        gone = (first.replace(tzinfo=None) - _BEFORE - start).days
        return gone // turn * turn if turn and gone > 0 else 0

    def _until(self, text: str | None) -> datetime | None:
        """UNTIL as a wall time; a date alone is that whole day."""
        if not text:
            return None
        if len(text) == 8:
            return datetime.combine(date.fromisoformat(text), time(23, 59, 59))
        wall = datetime.fromisoformat(text.rstrip("Z"))
        if text.endswith("Z") and self._zone:
            return zones.to_wall(wall.replace(tzinfo=UTC), self._zone).replace(tzinfo=None)
        return wall


def _parts(rule: str) -> dict[str, str]:
    parts = {}
    for part in rule.upper().strip().rstrip(";").split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS or name in parts or not value or len(value) > 400:
            raise LeftOut(Why.BROKEN)
        parts[name] = value
    if "FREQ" not in parts:
        raise LeftOut(Why.BROKEN)
    if parts["FREQ"] not in _FILTERS:
        raise LeftOut(Why.TOO_OFTEN)
    narrowed = {name for name in parts if name.startswith("BY")} - set(_OF_A_DAY)
    if narrowed - _FILTERS[parts["FREQ"]]:
        raise LeftOut(Why.TOO_OFTEN if parts["FREQ"] == "HOURLY" else Why.BROKEN)
    return parts


def comes(parts: dict[str, str], begins: datetime, until: datetime) -> bool:
    """Whether a rule (without COUNT and UNTIL) yields anything between two wall times."""
    frequency, interval = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    if frequency in {"HOURLY", "WEEKLY"}:
        return True
    if frequency == "DAILY":
        days = range(0, (until - begins).days + 1, interval)
        return any(_passes(parts, begins.date() + timedelta(days=day)) for day in days)
    # After 400 years the calendar is the same again: near the end of time, searching in vain is
    # short.
    years = (_LATE - begins.year) // _CYCLE * _CYCLE
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    later = rrulestr(text, dtstart=begins.replace(year=begins.year + years))
    first = next(iter(later), None)
    return first is not None and first <= until.replace(year=until.year + years)


def _passes(parts: dict[str, str], day: date) -> bool:
    """Whether a daily rule holds on a day."""
    month_length = monthrange(day.year, day.month)[1]
    held = {
        "BYDAY": {_WEEKDAYS[day.weekday()]},
        "BYMONTH": {str(day.month)},
        "BYMONTHDAY": {str(day.day), str(day.day - month_length - 1)},
    }
    return all(
        not held[name].isdisjoint(value.lstrip("+0") for value in parts[name].split(","))
        for name in held
        if name in parts
    )


def _a_day(parts: dict[str, str]) -> int:
    """How often in a day at most."""
    often = 24 if parts["FREQ"] == "HOURLY" else 1
    for name in _OF_A_DAY:
        often *= len(parts[name].split(",")) if name in parts else 1
    hourly = parts["FREQ"] == "HOURLY"
    if often > 24 or (hourly and (often != 24 or int(parts.get("INTERVAL", "1")) > 23)):
        raise LeftOut(Why.TOO_OFTEN)
    return often
