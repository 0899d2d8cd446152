import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import Any

import icalendar
import pytest
from hypothesis import example, given, settings, strategies as st

from mmp.core.ical import PRODID, Entry, Feed, render_download, render_feed
from mmp.core.ical.text import clean
from mmp.core.ical.writer import render_entry
from mmp.core.zones import to_wall, zone_names
from tests.core.ical_entries import CHANGED, CREATED, HOSTILE, TALK, at, unescape, unfolded

FEED = Feed(name="Amal’s meetings", entries=(TALK,))


def starting(lines: list[str], *prefixes: str) -> list[str]:
    return [line for line in lines if line.startswith(prefixes)]


def test_the_feeds_own_properties() -> None:
    feed = replace(
        FEED,
        description="Talks; gatherings",
        colour="rebeccapurple",
        refresh=timedelta(hours=1, minutes=30),
        language="ar-JO",
        url="https://mmp.example/programmes/1",
    )
    lines = unfolded(render_feed(feed))
    assert lines[: lines.index("BEGIN:VTIMEZONE")] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "CALSCALE:GREGORIAN",
        "NAME;LANGUAGE=ar-JO:Amal’s meetings",
        "X-WR-CALNAME:Amal’s meetings",
        r"DESCRIPTION;LANGUAGE=ar-JO:Talks\; gatherings",
        r"X-WR-CALDESC:Talks\; gatherings",
        "URL:https://mmp.example/programmes/1",
        "COLOR:rebeccapurple",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H30M",
        "X-PUBLISHED-TTL:PT1H30M",
    ]
    assert lines[-1] == "END:VCALENDAR"


def test_nobody_is_named_and_nothing_is_asked() -> None:
    for octets in (render_feed(FEED), render_download(TALK)):
        assert not starting(unfolded(octets), "METHOD", "ATTENDEE", "ORGANIZER")


@pytest.mark.parametrize(
    ("refresh", "written"), ((timedelta(minutes=30), "PT30M"), (timedelta(days=1), "PT24H"))
)
def test_durations(refresh: timedelta, written: str) -> None:
    assert f"X-PUBLISHED-TTL:{written}" in unfolded(render_feed(replace(FEED, refresh=refresh)))


@pytest.mark.parametrize("zone", ("Etc/UTC", "Europe/Stockholm", "Africa/Casablanca"))
def test_an_empty_feed_is_valid(zone: str) -> None:
    """A VCALENDAR must hold a component (RFC 5545 section 3.6)."""
    calendar = icalendar.Calendar.from_ical(
        render_feed(replace(FEED, entries=(), zone=zone)).decode()
    )
    assert [component.name for component in calendar.subcomponents] == ["VTIMEZONE"]


@pytest.mark.parametrize(
    ("changes", "told"),
    (
        ({"name": " \n"}, "needs a name"),
        ({"colour": "#ff0000"}, "not a CSS3 colour name"),
        ({"colour": "teal\r\nX:1"}, "not a CSS3 colour name"),
        ({"refresh": timedelta(seconds=90)}, "whole minutes"),
        ({"refresh": timedelta()}, "whole minutes"),
        ({"language": "ar;X=1"}, "not a language tag"),
        ({"url": "mmp"}, "not a URI"),
        ({"zone": "Asia/Ramallah"}, "not an IANA zone"),
        ({"entries": (TALK, TALK)}, "each UID once"),
    ),
)
def test_what_icalendar_would_not_take_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replace(FEED, **changes)


def test_zones_come_first_by_name_then_entries_by_start_and_uid() -> None:
    frame = Entry(
        uid="frame@mmp.example",
        created_at=CREATED,
        changed_at=CHANGED,
        summary="Gathering",
        starts=date(2026, 9, 28),
        ends=date(2026, 9, 30),
    )
    entries = (
        at(datetime(2026, 9, 28, 11), "Europe/Stockholm", "c"),
        at(datetime(2026, 9, 28, 12), "Asia/Amman", "b"),  # the same instant as c
        at(datetime(2026, 9, 28, 10), "Africa/Cairo", "d"),
        at(datetime(2026, 9, 28, 9), "Africa/Casablanca", "e"),
        frame,
    )
    expected = [
        *("TZID:Africa/Cairo", "TZID:Asia/Amman", "TZID:Europe/Stockholm"),
        *("UID:frame@mmp.example", "UID:d", "UID:b", "UID:c", "UID:e"),
    ]
    for order in (entries, entries[::-1]):
        octets = render_feed(replace(FEED, entries=order))
        assert starting(unfolded(octets), "TZID:", "UID:") == expected


def test_a_zone_without_yearly_rule_is_written_in_utc() -> None:
    lines = unfolded(render_download(at(datetime(2026, 9, 28, 9), "Africa/Casablanca")))
    assert "BEGIN:VTIMEZONE" not in lines
    assert "DTSTART:20260928T090000Z" in lines


def test_utc_needs_no_definition() -> None:
    lines = unfolded(render_download(replace(TALK, zone="Etc/UTC")))
    assert "BEGIN:VTIMEZONE" not in lines
    assert "DTSTART:20260928T070000Z" in lines


def test_the_year_of_a_zone_is_the_local_one() -> None:
    """Half past midnight on 1 January 2027 in Amman is still 2026 in UTC."""
    lines = unfolded(render_download(at(datetime(2027, 1, 1, 0, 30), "Asia/Amman")))
    assert "DTSTART:20260101T000000" in lines


def test_equal_content_gives_equal_octets_in_every_process() -> None:
    code = (
        "import sys\n"
        "from dataclasses import replace\n"
        "from datetime import datetime\n"
        "from mmp.core.ical import Feed, render_feed\n"
        "from tests.core.ical_entries import at\n"
        "zones = {'Europe/Stockholm', 'Asia/Amman', 'Africa/Cairo', 'Asia/Beirut', 'Asia/Hebron'}\n"
        "entries = {at(datetime(2026, 10, 20, 9), zone, zone) for zone in zones}\n"
        "sys.stdout.buffer.write(render_feed(Feed(name='All', entries=tuple(entries))))"
    )
    rendered = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            check=True,
            capture_output=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"), ("3", "America/New_York"))
    }
    assert len(rendered) == 1
    assert rendered.pop().startswith(b"BEGIN:VCALENDAR\r\n")


def property_names(octets: bytes) -> list[str]:
    return [line.replace(";", ":").partition(":")[0] for line in unfolded(octets)]


@given(
    summary=HOSTILE,
    description=HOSTILE,
    location=HOSTILE,
    categories=st.lists(HOSTILE, max_size=2),
    name=HOSTILE,
)
@example("ن" * 300, 'say "hi"', "a;b,c", [r"\N"], "é\n")
def test_text_never_adds_a_property_and_reads_back(
    summary: str, description: str, location: str, categories: list[str], name: str
) -> None:
    feed = Feed(
        name=f"Feed {name}",
        description=description,
        entries=(
            replace(
                TALK,
                summary=summary,
                description=description,
                location=location,
                categories=tuple(categories),
                alarm_minutes=5,
            ),
        ),
    )
    octets = render_feed(feed)
    (entry,) = feed.entries
    harmless = replace(
        entry,
        summary=entry.summary and "x",
        description=entry.description and "x",
        location=entry.location and "x",
        categories=entry.categories and ("x",),
    )
    plain = Feed(name="x", description=feed.description and "x", entries=(harmless,))

    assert property_names(octets) == property_names(render_feed(plain))
    assert octets.endswith(b"END:VCALENDAR\r\n")
    assert not set(b"\r\n") & set(octets.replace(b"\r\n", b""))
    assert max(len(line) for line in octets.split(b"\r\n")) <= 75
    assert all(line.decode() for line in octets.removesuffix(b"\r\n").split(b"\r\n"))

    calendar = icalendar.Calendar.from_ical(octets.decode())
    assert isinstance(calendar, icalendar.Calendar)
    (event,) = calendar.events
    (calname,) = starting(unfolded(octets), "X-WR-CALNAME:")  # icalendar leaves it escaped
    assert unescape(calname.removeprefix("X-WR-CALNAME:")) == feed.name
    assert calendar.get("description", "") == feed.description
    assert event.get("summary", "") == entry.summary
    assert event.get("description", "") == entry.description
    assert event.get("location", "") == entry.location
    assert tuple(event.categories) == entry.categories


INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))


@given(
    moments=st.lists(
        st.tuples(st.sampled_from(sorted(zone_names())), INSTANTS, st.integers(1, 60 * 24 * 40)),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=60)
def test_times_read_back_are_zoneinfos(moments: list[tuple[str, datetime, int]]) -> None:
    entries = tuple(
        replace(TALK, uid=str(n), zone=zone, starts=starts, ends=starts + timedelta(minutes=length))
        for n, (zone, starts, length) in enumerate(moments)
    )
    calendar = icalendar.Calendar.from_ical(render_feed(replace(FEED, entries=entries)).decode())
    assert isinstance(calendar, icalendar.Calendar)
    assert {(event.uid, event.DTSTART, event.DTEND) for event in calendar.events} == {
        (entry.uid, entry.starts, entry.ends) for entry in entries
    }


def by_icalendar(entry: Entry) -> icalendar.Event:
    """The same entry made with icalendar's own classes."""
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("created", entry.created_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    if isinstance(entry.starts, datetime) and isinstance(entry.ends, datetime):
        event.add("dtstart", to_wall(entry.starts, entry.zone or ""))
        event.add("dtend", to_wall(entry.ends, entry.zone or ""))
    else:
        event.add("dtstart", entry.starts)
        event.add("dtend", entry.ends)
    for name in ("summary", "description", "location", "url"):
        if value := getattr(entry, name):
            event.add(name, value)
    if entry.categories:
        event.add("categories", list(entry.categories))
    event.add("status", entry.status)
    event.add("transp", "TRANSPARENT" if entry.transparent else "OPAQUE")
    if entry.private:
        event.add("class", "PRIVATE")
    if entry.related_to:
        event.add("related-to", entry.related_to)
    if entry.join_link:
        link = icalendar.vUri(entry.join_link)
        event.add("conference", link, parameters={"VALUE": "URI", "FEATURE": "VIDEO"})
    if entry.alarm_minutes is not None:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -timedelta(minutes=entry.alarm_minutes))
        alarm.add("description", entry.summary)
        event.add_component(alarm)
    return event


# icalendar makes a backslash and an N a line break; see test_ical_readers.
PLAIN = HOSTILE.map(clean).filter(lambda text: "\\N" not in text)


@given(
    entry=st.builds(
        Entry,
        uid=st.uuids().map(str),
        created_at=INSTANTS,
        changed_at=INSTANTS,
        summary=PLAIN,
        starts=st.dates(date(2025, 1, 1), date(2026, 1, 1)),
        ends=st.dates(date(2026, 1, 2), date(2027, 1, 1)),
        sequence=st.integers(0, 9),
        description=PLAIN,
        location=PLAIN,
        url=st.none() | st.just("https://mmp.example/e?a=1;b,c"),
        join_link=st.none() | st.just("https://video.example/1?a=1;b,c"),
        status=st.sampled_from(("CONFIRMED", "TENTATIVE", "CANCELLED")),
        transparent=st.booleans(),
        private=st.booleans(),
        related_to=st.none() | st.just("frame@mmp.example"),
        categories=st.lists(PLAIN, max_size=2).map(tuple),
        alarm_minutes=st.none() | st.integers(1, 90),
    ),
    timed=st.booleans(),
)
def test_the_writer_says_what_icalendars_own_classes_say(entry: Entry, timed: bool) -> None:
    if timed:
        starts = datetime.combine(entry.starts, time(10, 30), UTC)
        entry = replace(entry, starts=starts, ends=starts + timedelta(hours=1), zone="Asia/Amman")
    ours, theirs = render_entry(entry, True), by_icalendar(entry).to_ical()
    assert sorted(unfolded(ours)) == sorted(unfolded(theirs))


def test_a_feed_with_one_changed_entry_takes_a_tenth_of_icalendars_time() -> None:
    day = datetime(2026, 9, 28, 9)
    zones = ("Europe/Stockholm", "Asia/Amman", "Africa/Cairo", "Asia/Beirut", "Africa/Tunis")
    entries = tuple(at(day + timedelta(hours=n), zones[n % 5], str(n)) for n in range(1000))
    render_feed(replace(FEED, entries=entries))
    changed = replace(FEED, entries=(replace(entries[0], sequence=1), *entries[1:]))

    begun = perf_counter()
    render_feed(changed)
    ours = perf_counter() - begun
    for entry in entries:
        by_icalendar(entry).to_ical()
    theirs = perf_counter() - begun - ours
    assert ours < theirs / 10
