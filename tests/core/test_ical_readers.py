"""What other programs read: two parsers that share no code with icalendar.

Each reads one feed of all zones together, since a mixture is where parsers have gone wrong. vobject
reads it once more with the zones renamed, so that it has nothing to go by but the definitions; ics
never looks at those.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import ics
import pytest
import vobject

from mmp.core.ical import Feed, render_feed
from tests.core.ical_entries import TALK, at

ZONES = (
    "Asia/Amman",
    "Europe/Stockholm",
    "Africa/Cairo",
    "Asia/Beirut",
    "Africa/Casablanca",
    "Asia/Hebron",
    "Asia/Damascus",
    "Asia/Baghdad",
    "Africa/Tunis",
    "Asia/Jerusalem",
    "Africa/Tripoli",
    "Europe/Dublin",
)
DAYS = (date(2026, 6, 18), date(2026, 9, 20), *(date(2026, 10, day) for day in range(23, 32)))
ENTRIES = tuple(
    at(datetime(day.year, day.month, day.day, hour, 30), zone, f"{zone}.{day}.{hour}")
    for day in DAYS
    for zone in ZONES
    for hour in (0, 1, 2, 10, 23)
)
FRAME = replace(TALK, uid="frame", zone=None, starts=date(2026, 9, 28), ends=date(2026, 9, 30))
FEED = render_feed(Feed(name="All zones", entries=(*ENTRIES, FRAME))).decode()
# But Dublin, since vobject takes for UTC what shows UTC until the definition begins.
RENAMED = re.sub(r"TZID([:=])(?!Europe/Dublin)", r"TZID\1Nowhere/", FEED)

MISREAD = {"Europe/Dublin.2026-10-25.2"}
"""By ics, whose dateutil ends Dublin's summer time an hour late where the machine's tz data say
"Irish Standard Time" of the summer, and not by what stands in the feed."""

Times = dict[str, tuple[datetime, datetime]]


def vobject_reads(text: str) -> Times:
    calendar: Any = vobject.readOne(text)
    return {
        event.uid.value: (event.dtstart.value, event.dtend.value)
        for event in calendar.vevent_list
        if event.uid.value != "frame"
    }


def ics_reads(text: str) -> Times:
    events: Any = ics.Calendar(text).events
    return {
        event.uid: (event.begin.datetime, event.end.datetime)
        for event in events
        if event.uid != "frame"
    }


@pytest.mark.parametrize(
    ("read", "text"),
    ((ics_reads, FEED), (vobject_reads, FEED), (vobject_reads, RENAMED)),
    ids=("ics by name", "vobject by name", "vobject by definition"),
)
def test_starts_and_ends_are_zoneinfos(read: Callable[[str], Times], text: str) -> None:
    times = read(text)
    assert len(times) == len(ENTRIES)
    wrong = {entry.uid for entry in ENTRIES if times[entry.uid] != (entry.starts, entry.ends)}
    assert wrong - (MISREAD if read is ics_reads else set()) == set()


def test_days_stay_days() -> None:
    calendar: Any = vobject.readOne(FEED)
    (frame,) = (event for event in calendar.vevent_list if event.uid.value == "frame")
    assert (frame.dtstart.value, frame.dtend.value) == (date(2026, 9, 28), date(2026, 9, 30))


@pytest.mark.parametrize(
    "summary",
    (
        "Planning; budget, next steps",
        "الحوار الإقليمي " * 20,
        "a 🤝🏽 b 👩‍👩‍👧‍👦 " * 12,
        '"quoted"',
    ),
)
def test_texts_read_back(summary: str) -> None:
    entry = replace(TALK, summary=summary, description=f"{summary}\nSecond line", location=summary)
    text = render_feed(Feed(name=summary, entries=(entry,))).decode()
    by_vobject: Any = vobject.readOne(text)
    assert by_vobject.vevent.summary.value == entry.summary
    assert by_vobject.vevent.description.value == entry.description
    assert by_vobject.vevent.location.value == entry.location
    by_ics: Any = ics.Calendar(text)
    (event,) = by_ics.events
    assert (event.name, event.description) == (entry.summary, entry.description)
    assert event.location == entry.location


def test_a_backslash_before_an_n_is_no_line_break() -> None:
    """As icalendar's own vText would write it, "C:\\New" arrives on two lines."""
    entry = replace(TALK, summary=r"C:\New")
    by_vobject: Any = vobject.readOne(render_feed(Feed(name="x", entries=(entry,))).decode())
    assert by_vobject.vevent.summary.value == r"C:\New"
