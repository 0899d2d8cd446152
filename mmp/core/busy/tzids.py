"""The zones that calendars name: IANA's, Windows', Mozilla's, and such as they describe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from mmp.core import zones
from mmp.core.busy.limits import LeftOut, Why

_YEARLY: Final = re.compile(
    r"FREQ=YEARLY(;(INTERVAL=1|BYMONTH=\d+|BYDAY=[-+]?\d?[A-Z]{2}))*", re.IGNORECASE
)
_SAMPLES: Final = 26
_STEP: Final = timedelta(days=14)


class Zones:
    """Looks names up, each once. `home` is preferred where a description fits several zones."""

    def __init__(self, described: Mapping[str, list[str]], home: str, first: datetime) -> None:
        self._described, self._home, self._first = described, home, first
        self._found: dict[str, str | None] = {}

    def iana(self, tzid: str) -> str:
        """The IANA zone of a TZID. Raises LeftOut."""
        if tzid not in self._found:
            self._found[tzid] = self._look_up(tzid)
        if found := self._found[tzid]:
            return found
        raise LeftOut(Why.ZONE)

    def _look_up(self, tzid: str) -> str | None:
        name = tzid.strip().strip('"')
        if name in zones.zone_names():
            return name
        if name in WINDOWS_TO_OLSON:
            return WINDOWS_TO_OLSON[name]
        # /freeassociation.sourceforge.net/Europe/Stockholm, /mozilla.org/20050126_1/Asia/Amman
        parts = name.split("/")
        for count in (3, 2):
            if (ending := "/".join(parts[-count:])) in zones.zone_names():
                return ending
        lines = self._described.get(tzid) or self._described.get(name)
        return self._fitting(lines) if lines else None

    def _fitting(self, lines: list[str]) -> str | None:
        """The zone whose clocks go, over the next year, as a VTIMEZONE says."""
        rules = [line.partition(":")[2] for line in lines if line.upper().startswith("RRULE")]
        if not all(_YEARLY.fullmatch(rule.split(";UNTIL=")[0]) for rule in rules):
            return None
        try:
            parsed: Any = Timezone.from_ical("\r\n".join(lines) + "\r\n")
            described = parsed.to_tz(lookup_tzid=False)
            walls = [self._first.replace(tzinfo=None) + step * _STEP for step in range(_SAMPLES)]
            offsets = [wall.replace(tzinfo=described).utcoffset() for wall in walls]
        except (ValueError, KeyError, IndexError, AttributeError, TypeError, OverflowError):
            return None
        for name in (self._home, *sorted(zones.agreed_zones())):
            place = zones.zone(name)
            if all(
                wall.replace(tzinfo=place).utcoffset() == offset
                for wall, offset in zip(walls, offsets, strict=True)
            ):
                return name
        return None


def instant_of(wall: datetime, home: str) -> datetime:
    """An instant in UTC; a floating time is one of `home`."""
    if wall.tzinfo is None:
        return zones.to_utc(wall, home)
    return wall.astimezone(UTC)
