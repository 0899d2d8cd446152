"""The VTIMEZONE of a zone: one STANDARD and at most one DAYLIGHT, each with a yearly rule.

This is the one form that every program in use reads right. Lists of dates (RDATE) are not: of 50
events in 10 zones two common parsers each read 25 an hour wrong, and Outlook ignores the lists.

The rules are observed in the zone data, not written down here, and a definition is given only where
it agrees with the data on every change of the clocks from the year before the first event to the
year after the last. Elsewhere (Casablanca in 2026, Hebron, Cairo in 2025) events go out in UTC.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from mmp.core.zones import zone

Observance = TimezoneStandard | TimezoneDaylight

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_STEP = timedelta(days=7)
"""Looking once a week misses nothing: the shortest spell between two changes is about a month."""


@dataclass(frozen=True, slots=True)
class Onset:
    """A change of a zone's offset, at `wall` in the local time before it (RFC 5545 3.6.5)."""

    wall: datetime
    offset_from: timedelta
    offset_to: timedelta
    tzname: str

    @property
    def is_daylight(self) -> bool:
        """Whether the clocks went forward.

        Not `dst()`: in Dublin's data winter is the daylight saving time, of minus one hour.
        """
        return self.offset_to > self.offset_from

    def rules(self) -> set[tuple[int, int, int]]:
        """Every (month, n, weekday) that names this day; n = -1 is the last of the month."""
        day = self.wall
        nths = {(day.day - 1) // 7 + 1}
        if (day + timedelta(days=7)).month != day.month:
            nths.add(-1)
        return {(day.month, nth, day.weekday()) for nth in nths}


@lru_cache(maxsize=512)
def vtimezone(zone_name: str, first_year: int, last_year: int) -> bytes | None:
    """The definition (octets, CRLF) of a zone for events of those local years, both included.

    None where no pair of yearly rules (BYMONTH + BYDAY) says what the zone data says. It depends on
    nothing but its arguments and the zone data. Raises `UnknownZone`; ValueError for a turned span.
    """
    if last_year < first_year:
        raise ValueError(f"the span ends before it begins: {first_year} to {last_year}")
    years = range(first_year - 1, last_year + 2)
    onsets = list(observed_onsets(zone_name, years))
    definition = Timezone()
    definition.add("TZID", zone_name)
    if not onsets:
        new_year = datetime(years[0], 1, 1, tzinfo=zone(zone_name))
        offset, tzname = _offset_and_name(new_year)
        fixed = Onset(new_year.replace(tzinfo=None), offset, offset, tzname)
        definition.add_component(_observance(TimezoneStandard(), fixed))
        return bytes(definition.to_ical())
    standard = [onset for onset in onsets if not onset.is_daylight]
    daylight = [onset for onset in onsets if onset.is_daylight]
    for component, changes in ((TimezoneStandard(), standard), (TimezoneDaylight(), daylight)):
        rule = _yearly_rule(changes, years)
        if rule is None:
            return None
        definition.add_component(_observance(component, changes[0], rule))
    return bytes(definition.to_ical())


def observed_onsets(zone_name: str, years: Sequence[int]) -> Iterator[Onset]:
    """The changes of offset in these consecutive local years, in order, found to the second."""
    tz = zone(zone_name)
    at = datetime(years[0], 1, 1, tzinfo=tz).astimezone(UTC)
    end = datetime(years[-1] + 1, 1, 1, tzinfo=tz).astimezone(UTC)
    offset, _ = _offset_and_name(at.astimezone(tz))
    while at < end:
        new_offset, _ = _offset_and_name((at + _STEP).astimezone(tz))
        if new_offset != offset:
            before, after = 0, int(_STEP.total_seconds())
            while after - before > 1:
                middle = (before + after) // 2
                at_middle, _ = _offset_and_name((at + timedelta(seconds=middle)).astimezone(tz))
                before, after = (middle, after) if at_middle == offset else (before, middle)
            instant = at + timedelta(seconds=after)
            if instant < end:
                _, tzname = _offset_and_name(instant.astimezone(tz))
                yield Onset((instant + offset).replace(tzinfo=None), offset, new_offset, tzname)
            offset = new_offset
        at += _STEP


def _yearly_rule(onsets: list[Onset], years: Sequence[int]) -> vRecur | None:
    """The rule by which these changes come: once in each of the years, and all alike."""
    if [onset.wall.year for onset in onsets] != list(years):
        return None
    alike = {(onset.wall.time(), onset.offset_from, onset.offset_to) for onset in onsets}
    rules = set.intersection(*(onset.rules() for onset in onsets))
    if len(alike) > 1 or not rules:
        return None
    # The last (-1) sorts first: where "the 4th" fits as well, nearly every zone means the last.
    month, nth, weekday = min(rules)
    return vRecur(FREQ="YEARLY", BYMONTH=month, BYDAY=f"{nth}{_WEEKDAYS[weekday]}")


def _observance(component: Observance, onset: Onset, rule: vRecur | None = None) -> Observance:
    component.DTSTART = onset.wall
    component.TZOFFSETFROM = onset.offset_from
    component.TZOFFSETTO = onset.offset_to
    component.add("TZNAME", onset.tzname)
    if rule is not None:
        component.add("RRULE", rule)
    return component


def _offset_and_name(local: datetime) -> tuple[timedelta, str]:
    offset = local.utcoffset()
    if offset is None:
        raise ValueError(f"not an aware datetime: {local.isoformat()}")
    return offset, local.tzname() or str(offset)
