"""When somebody is busy, from calendars as programs export them and as nobody should."""

import time
from datetime import UTC, datetime

import pytest

from mmp.core.busy import BusyTimes, Left, Why, busy_times
from mmp.core.errors import UserError

FIRST = datetime(2026, 10, 12, tzinfo=UTC)
LAST = datetime(2026, 11, 9, tzinfo=UTC)


def calendar(*events: str, more: str = "") -> bytes:
    blocks = "".join(
        f"BEGIN:VEVENT\nUID:{number}\nSUMMARY:Doctor\n{event}\nEND:VEVENT\n"
        for number, event in enumerate(events)
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{more}{blocks}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(octets: bytes, home: str = "Asia/Amman") -> BusyTimes:
    return busy_times(octets, home=home, first=FIRST, last=LAST)


def shown(found: BusyTimes) -> list[str]:
    return [f"{begins:%d %H:%M}-{ends:%d %H:%M}" for begins, ends in found.spans]


def one(event: str, more: str = "") -> list[str]:
    found = read(calendar(event, more=more))
    assert found.left == ()
    return shown(found)


@pytest.mark.parametrize(
    ("event", "spans"),
    (
        ("DTSTART:20261014T080000Z\nDTEND:20261014T093000Z", ["14 08:00-14 09:30"]),
        ("DTSTART:20261014T080000Z\nDURATION:PT45M", ["14 08:00-14 08:45"]),
        ("DTSTART:20261014T090000\nDTEND:20261014T100000", ["14 06:00-14 07:00"]),
        ("DTSTART;VALUE=DATE:20261014\nDTEND;VALUE=DATE:20261015", ["13 21:00-14 21:00"]),
        ("DTSTART;VALUE=DATE:20261014", ["13 21:00-14 21:00"]),
        ("DTSTART;TZID=Europe/Stockholm:20261026T090000\nDURATION:PT1H", ["26 08:00-26 09:00"]),
        (
            "DTSTART;TZID=W. Europe Standard Time:20261026T090000\nDURATION:PT1H",
            ["26 08:00-26 09:00"],
        ),
        (
            'DTSTART;TZID="/mozilla.org/2005/Europe/Stockholm":20261014T090000\nDURATION:PT1H',
            ["14 07:00-14 08:00"],
        ),
        ("DTSTART:20261014T080000Z\nDTEND:20261014T093000Z\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20261014T080000Z\nDTEND:20261014T093000Z\nSTATUS:CANCELLED", []),
        ("DTSTART:20261014T080000Z\nDURATION:PT1H\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
        ("DTSTART:20251014T080000Z\nDURATION:PT1H", []),
        ("DTSTART:20261011T200000Z\nDTEND:20271012T080000Z", ["12 00:00-09 00:00"]),
        ("DTSTART:20261014T080000Z", []),
    ),
)
def test_single_events(event: str, spans: list[str]) -> None:
    assert one(event) == spans


STOCKHOLM = (
    "DTSTART;TZID=Europe/Stockholm:20260105T090000\nDTEND;TZID=Europe/Stockholm:20260105T100000\n"
)


@pytest.mark.parametrize(
    ("rule", "days"),
    (
        ("FREQ=WEEKLY", ["12 07", "19 07", "26 08", "02 08"]),
        ("FREQ=WEEKLY;INTERVAL=2", ["12 07", "26 08"]),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20261020T070000Z", ["13 07", "20 07"]),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20261019T235959Z", ["13 07"]),
        ("FREQ=WEEKLY;COUNT=42", ["12 07", "19 07"]),
        ("FREQ=WEEKLY;COUNT=1000000000", ["12 07", "19 07", "26 08", "02 08"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["30 08"]),
        ("FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=28", ["28 08"]),
        ("FREQ=DAILY;INTERVAL=14", ["12 07", "26 08"]),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", []),
        ("FREQ=DAILY;BYMONTHDAY=-1,20;BYDAY=SA,TU", ["20 07", "31 08"]),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", []),
        ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", []),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", []),
        ("FREQ=HOURLY;INTERVAL=23;BYDAY=TU;UNTIL=20261014T000000Z", ["13 02"]),
        ("FREQ=DAILY;COUNT=5;BYMONTH=2;BYMONTHDAY=30", []),
    ),
)
def test_recurring_events_follow_the_wall_clock(rule: str, days: list[str]) -> None:
    assert [span[:5] for span in one(f"{STOCKHOLM}RRULE:{rule}")] == days


def test_whole_days_and_floating_times_recur_at_home() -> None:
    birthday = "DTSTART;VALUE=DATE:19501020\nRRULE:FREQ=YEARLY"
    assert one(birthday) == ["19 21:00-20 21:00"]
    floating = "DTSTART:20200106T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20261020"
    assert one(floating) == ["12 06:00-12 07:00", "19 06:00-19 07:00"]


def test_what_was_moved_left_out_or_called_off() -> None:
    exdate = "EXDATE;TZID=Europe/Stockholm:20261019T090000\n"
    octets = calendar(f"{STOCKHOLM}{exdate}RRULE:FREQ=WEEKLY").replace(
        b"END:VCALENDAR",
        b"BEGIN:VEVENT\r\nUID:0\r\nRECURRENCE-ID;TZID=Europe/Stockholm:20261026T090000\r\n"
        b"DTSTART:20261027T120000Z\r\nDTEND:20261027T130000Z\r\nEND:VEVENT\r\n"
        b"BEGIN:VEVENT\r\nUID:0\r\nRECURRENCE-ID;TZID=Europe/Stockholm:20261102T090000\r\n"
        b"DTSTART:20261102T080000Z\r\nDTEND:20261102T090000Z\r\nSTATUS:CANCELLED\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR",
    )
    assert shown(read(octets)) == ["12 07:00-12 08:00", "27 12:00-27 13:00"]


def test_spans_that_touch_are_one() -> None:
    found = read(
        calendar(
            "DTSTART:20261014T100000Z\nDURATION:PT1H",
            "DTSTART:20261014T080000Z\nDURATION:PT2H",
            "DTSTART:20261014T083000Z\nDURATION:PT10M",
        )
    )
    assert shown(found) == ["14 08:00-14 11:00"]
    assert found.events == 3
    assert "Doctor" not in repr(found)


def test_free_busy_lists() -> None:
    more = (
        "BEGIN:VFREEBUSY\nFREEBUSY;FBTYPE=BUSY:20261014T080000Z/PT1H,\n"
        " 20261015T080000Z/20261015T090000Z\nFREEBUSY;FBTYPE=FREE:20261016T080000Z/PT1H\n"
        "END:VFREEBUSY\n"
    )
    assert shown(read(calendar(more=more))) == ["14 08:00-14 09:00", "15 08:00-15 09:00"]


CUSTOM = (
    "BEGIN:VTIMEZONE\nTZID:Customized\nBEGIN:STANDARD\nDTSTART:16010101T030000\n"
    "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\n"
    "END:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\n"
    "TZOFFSETTO:+0200\nRRULE:{rule}\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
)
IN_CUSTOM = "DTSTART;TZID=Customized:20261026T090000\nDURATION:PT1H"


def test_a_described_zone_is_the_one_whose_clocks_go_like_it() -> None:
    more = CUSTOM.format(rule="FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3")
    assert one(IN_CUSTOM, more) == ["26 08:00-26 09:00"]
    assert one(IN_CUSTOM.replace("1026", "1023"), more) == ["23 07:00-23 08:00"]


@pytest.mark.parametrize(
    ("event", "why"),
    (
        ("DTSTART;TZID=Atlantis:20261014T080000\nDURATION:PT1H", Why.ZONE),
        (IN_CUSTOM, Why.ZONE),
        ("DTSTART:soon\nDURATION:PT1H", Why.BROKEN),
        ("DURATION:PT1H", Why.BROKEN),
        (f"{STOCKHOLM}RRULE:FREQ=SECONDLY;COUNT=1000000000", Why.TOO_OFTEN),
        (f"{STOCKHOLM}RRULE:FREQ=MINUTELY", Why.TOO_OFTEN),
        (f"{STOCKHOLM}RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5,6", Why.TOO_OFTEN),
        ("DTSTART:19000101T000000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY", Why.TOO_OFTEN),
        (f"{STOCKHOLM}RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", Why.TOO_OFTEN),
        (f"{STOCKHOLM}RRULE:FREQ=HOURLY;INTERVAL=168;BYDAY=TU", Why.TOO_OFTEN),
        (f"{STOCKHOLM}RRULE:FREQ=WEEKLY;BYSETPOS=9", Why.BROKEN),
        (f"{STOCKHOLM}RRULE:FREQ=DAILY;INTERVAL=0", Why.BROKEN),
        (f"{STOCKHOLM}RRULE:FREQ=DAILY;INTERVAL=x", Why.BROKEN),
        (f"{STOCKHOLM}RRULE:nonsense", Why.BROKEN),
        (f"{STOCKHOLM}RRULE:FREQ=DAILY;UNTIL=nonsense", Why.BROKEN),
        (f"{STOCKHOLM}" + "RDATE:20261014T080000Z\n" * 500, Why.TOO_MUCH),
        (f"{STOCKHOLM}RDATE:" + "20261014T080000Z," * 5_000, Why.TOO_MUCH),
    ),
)
def test_what_is_left_out_takes_no_other_with_it(event: str, why: Why) -> None:
    started = time.perf_counter()
    more = CUSTOM.format(rule="FREQ=SECONDLY")
    found = read(calendar(event, "DTSTART:20261014T080000Z\nDURATION:PT1H", more=more))
    assert shown(found) == ["14 08:00-14 09:00"]
    assert found.left == (Left(why, 1),)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("octets", "says"),
    ((b"", "no calendar"), (b"%PDF-1.7", "no calendar"), (b"\0" * 21_000_000, "too big: 21 MB")),
)
def test_what_is_no_calendar_is_refused(octets: bytes, says: str) -> None:
    with pytest.raises(UserError, match=says) as refused:
        read(octets)
    assert refused.value.field == "file"


def test_many_rules_without_end_are_cut_off_in_time() -> None:
    started = time.perf_counter()
    birthdays = ["DTSTART;VALUE=DATE:16041020\nRRULE:FREQ=YEARLY"] * 300
    assert read(calendar(*birthdays)).left == ()
    hourly = "DTSTART:20260101T000000Z\nDURATION:PT5M\nRRULE:FREQ=HOURLY;INTERVAL=23"
    monthly = "DTSTART:20260101T000000Z\nDURATION:PT5M\nRRULE:FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=2"
    found = read(calendar(*[hourly] * 300, *[monthly] * 10))
    assert {left.why for left in found.left} == {Why.TOO_MUCH}
    assert time.perf_counter() - started < 60


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    octets = calendar(*["DTSTART:20261014T080000Z\nDURATION:PT1H"] * 250)
    busy_times(
        octets,
        home="UTC",
        first=FIRST,
        last=LAST,
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == [(0, 250), (100, 250), (200, 250), (250, 250)]
