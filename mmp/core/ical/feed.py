"""A feed and a single-event download as octets (RFC 5545, RFC 7986).

Equal content gives equal octets in every process: nothing here asks for the time, and everything
has one order. No METHOD: PUBLISH would require an ORGANIZER (RFC 5546 section 3.2.1).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mmp.core.ical.entry import Entry
from mmp.core.ical.text import clean, escape, is_uri, single_line
from mmp.core.ical.timezones import vtimezone
from mmp.core.ical.writer import duration, render_entry, write_lines
from mmp.core.zones import to_wall, tz_version, zone_names

PRODID = "-//mmp//Calendar//EN"
"""Tells nothing of what the calendar is about: it stands in those of people at risk too."""

_MINUTE = timedelta(minutes=1)
_UTC_NAMES = frozenset({"UTC", "Etc/UTC"})
_COLOUR = re.compile(r"[a-z]{3,20}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A calendar that people's programs fetch again and again.

    `colour` is a CSS3 colour name, `refresh` the interval to ask for (whole minutes), `language` a
    language tag, `url` the page for people, never the feed's own secret address. `zone` is defined
    where no entry needs another, since a calendar may not be without any component.

    Raises ValueError where one of these is not so, or a UID comes twice.
    """

    name: str
    entries: tuple[Entry, ...] = ()
    description: str = ""
    colour: str = "teal"
    refresh: timedelta = timedelta(hours=1)
    language: str = "en"
    url: str | None = None
    zone: str = "Etc/UTC"

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", single_line(self.name))
        object.__setattr__(self, "description", clean(self.description))
        if not self.name:
            raise ValueError("a feed needs a name")
        if not _COLOUR.fullmatch(self.colour):
            raise ValueError(f"not a CSS3 colour name: {self.colour!r}")
        if self.refresh < _MINUTE or self.refresh % _MINUTE:
            raise ValueError(f"not an interval of whole minutes: {self.refresh}")
        if not _LANGUAGE.fullmatch(self.language):
            raise ValueError(f"not a language tag: {self.language!r}")
        if self.url is not None and not is_uri(self.url):
            raise ValueError(f"not a URI: {self.url!r}")
        if self.zone not in zone_names():
            raise ValueError(f"not an IANA zone: {self.zone!r}")
        if len({entry.uid for entry in self.entries}) < len(self.entries):
            raise ValueError("a feed holds each UID once")


def render_feed(feed: Feed) -> bytes:
    """The feed: its properties, then zones by name, then entries by start and UID."""
    interval = duration(feed.refresh // _MINUTE)
    name, description = escape(feed.name), escape(feed.description)
    properties = [f"NAME;LANGUAGE={feed.language}:{name}", f"X-WR-CALNAME:{name}"]
    if description:
        properties.append(f"DESCRIPTION;LANGUAGE={feed.language}:{description}")
        properties.append(f"X-WR-CALDESC:{description}")
    if feed.url is not None:
        properties.append(f"URL:{feed.url}")
    properties += [
        f"COLOR:{feed.colour}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{interval}",
        f"X-PUBLISHED-TTL:{interval}",
    ]
    return write_calendar(properties, feed.entries, feed.zone)


def render_download(entry: Entry) -> bytes:
    """One entry as a calendar of its own, for the .ics link beside it."""
    return write_calendar([], (entry,))


def write_calendar(
    properties: list[str],
    entries: tuple[Entry, ...],
    empty_zone: str = "Etc/UTC",
    people: tuple[str, ...] = (),
) -> bytes:
    """The octets of a calendar; `people` are lines that each of its entries gets as well."""
    zones = _definitions(entries)
    if not entries:
        # Nothing here says which year; that of the zone data is at hand and the same everywhere.
        year = int(tz_version()[:4])
        zones = {empty_zone: vtimezone(empty_zone, year, year) or vtimezone("Etc/UTC", year, year)}
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN"]
    return b"".join(
        [
            write_lines([*head, *properties]),
            *(definition for _, definition in sorted(zones.items()) if definition is not None),
            *(
                _with(people, render_entry(entry, zones.get(entry.zone or "") is not None))
                for entry in sorted(entries, key=_order)
            ),
            write_lines(["END:VCALENDAR"]),
        ]
    )


_END = b"END:VEVENT\r\n"


def _with(people: tuple[str, ...], octets: bytes) -> bytes:
    """An entry is kept by its content; who is asked is another with each mail."""
    return octets.removesuffix(_END) + write_lines(list(people)) + _END if people else octets


def _definitions(entries: Iterable[Entry]) -> dict[str, bytes | None]:
    """The definition of each zone the entries need, None where they are to be written in UTC.

    A zone's span is that of its own entries, in local years: an entry elsewhere changes nothing.
    """
    spans: dict[str, tuple[datetime, datetime]] = {}
    for entry in entries:
        starts, ends = entry.starts, entry.ends
        if entry.zone is None or entry.zone in _UTC_NAMES:
            continue
        if isinstance(starts, datetime) and isinstance(ends, datetime):
            first, last = spans.get(entry.zone, (starts, ends))
            spans[entry.zone] = min(first, starts), max(last, ends)
    return {
        name: vtimezone(name, to_wall(first, name).year, to_wall(last, name).year)
        for name, (first, last) in spans.items()
    }


def _order(entry: Entry) -> tuple[datetime, str]:
    starts = entry.starts
    if not isinstance(starts, datetime):
        starts = datetime(starts.year, starts.month, starts.day, tzinfo=UTC)
    return starts, entry.uid
