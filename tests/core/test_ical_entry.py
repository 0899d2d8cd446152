from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from mmp.core.ical import Entry
from mmp.core.ical.writer import render_entry
from tests.core.ical_entries import CHANGED, CREATED, TALK, at, unfolded


def lines(entry: Entry, zoned: bool = True) -> list[str]:
    return unfolded(render_entry(entry, zoned))


@pytest.mark.parametrize(
    ("changes", "told"),
    (
        ({"starts": datetime(2026, 9, 28, 7)}, "without zone"),
        ({"changed_at": datetime(2026, 9, 28, 7)}, "without zone"),
        ({"created_at": datetime(2026, 9, 28, 7)}, "without zone"),
        ({"ends": TALK.starts}, "ends after its start"),
        ({"ends": date(2026, 9, 29)}, "neither two datetimes nor two dates"),
        ({"starts": date(2026, 9, 28), "ends": date(2026, 9, 29)}, "a day has no zone"),
        (
            {"starts": date(2026, 9, 28), "ends": date(2026, 9, 28), "zone": None},
            "ends after its start",
        ),
        ({"zone": None}, "not an IANA zone"),
        ({"zone": "Arab Standard Time"}, "not an IANA zone"),
        ({"uid": ""}, "not a UID"),
        ({"uid": "a\r\nATTENDEE:mailto:a@b.example"}, "not a UID"),
        ({"related_to": "a b"}, "not a UID"),
        ({"url": "javascript alert"}, "not a URI"),
        ({"join_link": "https://video.example/\r\nX:1"}, "not a URI"),
        ({"status": "CANCELED"}, "not a status"),
        ({"sequence": -1}, "starts at 0"),
        ({"alarm_minutes": -5}, "before the start"),
    ),
)
def test_what_icalendar_would_not_take_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replace(TALK, **changes)


def test_entries_that_read_alike_are_equal() -> None:
    elsewhere = timezone(timedelta(hours=3))
    same = replace(
        TALK,
        summary=" Talk\r\n",
        starts=datetime(2026, 9, 28, 10, tzinfo=elsewhere),
        changed_at=CHANGED.replace(microsecond=999),
    )
    assert same == TALK
    assert hash(same) == hash(TALK)


def test_a_full_entry() -> None:
    entry = replace(
        TALK,
        sequence=2,
        summary="Planning; budget, next steps",
        description="First line\nSecond line",
        location="Room 3, Amman",
        url="https://mmp.example/events/7",
        join_link="https://video.example/j;1?a=1,2",
        status="TENTATIVE",
        transparent=True,
        private=True,
        related_to="frame@mmp.example",
        categories=("Talk", "Pair, mentoring", " "),
        alarm_minutes=15,
    )
    assert lines(entry) == [
        "BEGIN:VEVENT",
        "UID:talk@mmp.example",
        "DTSTAMP:20260203T093000Z",
        "CREATED:20260105T080000Z",
        "LAST-MODIFIED:20260203T093000Z",
        "SEQUENCE:2",
        "DTSTART;TZID=Asia/Amman:20260928T100000",
        "DTEND;TZID=Asia/Amman:20260928T110000",
        r"SUMMARY:Planning\; budget\, next steps",
        r"DESCRIPTION:First line\nSecond line",
        r"LOCATION:Room 3\, Amman",
        r"CATEGORIES:Talk,Pair\, mentoring",
        "STATUS:TENTATIVE",
        "TRANSP:TRANSPARENT",
        "CLASS:PRIVATE",
        "RELATED-TO:frame@mmp.example",
        "URL:https://mmp.example/events/7",
        "CONFERENCE;FEATURE=VIDEO;VALUE=URI:https://video.example/j;1?a=1,2",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT15M",
        r"DESCRIPTION:Planning\; budget\, next steps",
        "END:VALARM",
        "END:VEVENT",
    ]


def test_what_is_not_given_is_not_written() -> None:
    names = [line.partition(":")[0].partition(";")[0] for line in lines(TALK)]
    assert names == [
        *("BEGIN", "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE"),
        *("DTSTART", "DTEND", "SUMMARY", "STATUS", "TRANSP", "END"),
    ]


def test_an_alarm_at_the_start() -> None:
    assert "TRIGGER:PT0S" in lines(replace(TALK, alarm_minutes=0))


def test_without_a_definition_of_the_zone_times_are_utc() -> None:
    written = lines(TALK, zoned=False)
    assert "DTSTART:20260928T070000Z" in written
    assert "DTEND:20260928T080000Z" in written


def test_days_end_on_the_day_after_the_last() -> None:
    """Amman, 28 and 29 September."""
    frame = Entry(
        uid="frame@mmp.example",
        created_at=CREATED,
        changed_at=CHANGED,
        summary="Gathering",
        starts=date(2026, 9, 28),
        ends=date(2026, 9, 30),
        transparent=True,
    )
    for zoned in (True, False):
        assert "DTSTART;VALUE=DATE:20260928" in lines(frame, zoned)
        assert "DTEND;VALUE=DATE:20260930" in lines(frame, zoned)


@pytest.mark.parametrize(
    ("instant", "written"),
    (
        (
            datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
            "DTSTART;TZID=Europe/Stockholm:20261025T013000",
        ),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "DTSTART:20261025T003000Z"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "DTSTART:20261025T013000Z"),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "DTSTART;TZID=Europe/Stockholm:20261025T030000"),
    ),
)
def test_the_hour_shown_twice_goes_out_in_utc(instant: datetime, written: str) -> None:
    """A local time between 2 and 3 on that night cannot say which of the two hours it means."""
    entry = replace(
        TALK, zone="Europe/Stockholm", starts=instant, ends=instant + timedelta(minutes=15)
    )
    assert written in lines(entry)


def test_start_and_end_are_written_alike_when_only_the_end_is_in_the_hour_shown_twice() -> None:
    entry = at(datetime(2026, 10, 25, 1, 30), "Europe/Stockholm")
    assert "DTSTART:20261024T233000Z" in lines(entry)
    assert "DTEND:20261025T003000Z" in lines(entry)
