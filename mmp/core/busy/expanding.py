"""From a calendar's file to the spans in which somebody is busy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from mmp.core import zones
from mmp.core.busy.limits import MOST_EVENTS, Counted, Left, LeftOut, Why
from mmp.core.busy.scanning import Scanned, scan, value_of
from mmp.core.busy.tzids import Zones, instant_of

Span = tuple[datetime, datetime]
_TZID: Final = re.compile(r';TZID=("[^"]*"|[^:;]*)', re.IGNORECASE)
_BROKEN = (ValueError, KeyError, IndexError, AttributeError, TypeError, OverflowError)
"""What libraries raise on lines that are no dates, rules or durations."""


@dataclass(frozen=True, slots=True)
class BusyTimes:
    """Spans in UTC, in order and apart from each other; how many events were read, and which kinds
    were left out. Nothing else of the file is kept."""

    spans: tuple[Span, ...]
    events: int
    left: tuple[Left, ...] = ()


def busy_times(
    octets: bytes,
    *,
    home: str,
    first: datetime,
    last: datetime,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> BusyTimes:
    """When somebody is busy between two instants, by an iCalendar file of theirs.

    `home` is the zone in which whole days and times without a zone are read. Transparent, free and
    cancelled events are none (RFC 5545, 3.8.2.7). `progress` is told after every hundred events how
    many of all are done. Raises UserError (field `file`) for a file that is too big or no calendar.
    """
    scanned = scan(octets)
    reader = _Reader(scanned, home, (first.astimezone(UTC), last.astimezone(UTC)))
    spans: list[Span] = list(reader.free_busy())
    for number, blocks in enumerate(scanned.events.values()):
        if number % 100 == 0:
            progress(number, len(scanned.events))
        spans += reader.read(blocks, too_much=number >= MOST_EVENTS)
    progress(len(scanned.events), len(scanned.events))
    return BusyTimes(tuple(_joined(spans)), reader.events, reader.counted.left())


class _Reader:
    """Reads event by event, so that one that is broken takes no other with it."""

    def __init__(self, scanned: Scanned, home: str, span: Span) -> None:
        zones.zone(home)
        self._scanned, self._home, self._span = scanned, home, span
        self._zones = Zones(scanned.zones, home, span[0])
        self.counted = Counted()
        self.counted.reasons[Why.TOO_MUCH] += scanned.too_long
        self.events = 0

    def read(self, blocks: list[list[str]], *, too_much: bool) -> list[Span]:
        """The spans of one event with all that was changed in single occurrences."""
        try:
            if too_much:
                raise LeftOut(Why.TOO_MUCH)
            found = list(self._spans(blocks))
        except LeftOut as left:
            self.counted.reasons[left.why] += 1
            return []
        except _BROKEN:
            self.counted.reasons[Why.BROKEN] += 1
            return []
        self.events += 1
        return found

    def _spans(self, blocks: list[list[str]]) -> Iterator[Span]:
        if len(blocks) == 1 and not _recurs(blocks[0]):
            events: Iterable[Any] = [self._event(blocks[0])]
        else:
            events = self._occurrences(blocks)
        for event in events:
            if not _is_free(event):
                yield from self._within(event.start, event.end)

    def _event(self, lines: list[str]) -> Any:
        from icalendar import Event  # 0.2 s: only who reads a calendar pays for it

        named = (_TZID.sub(lambda found: f";TZID={self._zone(found[1])}", line) for line in lines)
        return Event.from_ical("\r\n".join(["BEGIN:VEVENT", *_inner(named), "END:VEVENT", ""]))

    def _zone(self, tzid: str) -> str:
        return self._zones.iana(tzid)

    def _occurrences(self, blocks: list[list[str]]) -> Iterable[Any]:
        import recurring_ical_events  # as above
        from icalendar import Calendar

        calendar = Calendar()
        for lines in blocks:
            event = self._event(lines)
            if rule := value_of(lines, "RRULE"):
                self._bound(event, rule)
            calendar.add_component(event)
        found: Iterable[Any] = recurring_ical_events.of(calendar).between(*self._span)
        return found

    def _bound(self, event: Any, rule: str) -> None:
        """Lets a rule end with the time that is asked for."""
        from icalendar import vDDDTypes, vRecur  # as above

        from mmp.core.busy.rules import Bounded  # as above: dateutil

        start = event["DTSTART"].dt
        whole_days = not isinstance(start, datetime)
        wall = datetime.combine(start, time()) if whole_days else start.replace(tzinfo=None)
        zone = None if whole_days or start.tzinfo is None else _zone_name(event, start)
        if not isinstance(event["RRULE"], vRecur):
            raise LeftOut(Why.BROKEN)  # several rules: no calendar writes them any more
        bounded = Bounded(rule, wall, zone, self._span, self.counted)
        for name in ("DTSTART", "DTEND"):
            if bounded.moved and name in event:
                event[name] = vDDDTypes(event[name].dt + timedelta(days=bounded.moved))
        del event["RRULE"]
        if bounded.comes:
            event["RRULE"] = vRecur.from_ical(bounded.text(whole_days))

    def free_busy(self) -> Iterator[Span]:
        """The spans of VFREEBUSY (RFC 5545, 3.8.2.6): always in UTC."""
        from icalendar import vPeriod  # as above

        for line in self._scanned.free_busy:
            head, _, periods = line.partition(":")
            if "FBTYPE=FREE" in head.upper():
                continue
            for period in periods.split(","):
                try:
                    begins, ends = vPeriod.from_ical(period.strip())  # type: ignore[no-untyped-call]
                    ends = begins + ends if isinstance(ends, timedelta) else ends
                    yield from self._within(begins, ends)
                except _BROKEN:
                    self.counted.reasons[Why.BROKEN] += 1

    def _within(self, begins: date, ends: date) -> Iterator[Span]:
        starts, until = (self._instant(moment) for moment in (begins, ends))
        starts, until = max(starts, self._span[0]), min(until, self._span[1])
        if starts < until:
            yield starts, until

    def _instant(self, moment: date) -> datetime:
        if isinstance(moment, datetime):
            return instant_of(moment, self._home)
        return zones.to_utc(datetime.combine(moment, time()), self._home)


def _inner(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if not line.upper().startswith(("BEGIN:", "END:")))


def _recurs(lines: list[str]) -> bool:
    return any(value_of(lines, name) for name in ("RRULE", "RDATE", "RECURRENCE-ID"))


def _zone_name(event: Any, start: datetime) -> str:
    return str(event["DTSTART"].params.get("TZID") or getattr(start.tzinfo, "key", "UTC"))


def _is_free(event: Any) -> bool:
    return (
        str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
        or str(event.get("STATUS", "")).upper() == "CANCELLED"
        or str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE"
    )


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that touch or overlap, as one."""
    joined: list[Span] = []
    for begins, ends in sorted(spans):
        if joined and begins <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(ends, joined[-1][1])
        else:
            joined.append((begins, ends))
    return joined
