from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings, strategies as st
from icalendar import Timezone

from mmp.core.ical.timezones import observed_onsets, vtimezone
from mmp.core.zones import UnknownZone, to_wall, zone_names

HOUR = timedelta(hours=1)


def definition(zone: str, first: int = 2026, last: int = 2026) -> list[str]:
    octets = vtimezone(zone, first, last)
    assert octets is not None
    return octets.decode().split("\r\n")


def test_two_yearly_rules_from_the_year_before() -> None:
    assert definition("Europe/Stockholm") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Stockholm",
        "BEGIN:STANDARD",
        "DTSTART:20251026T030000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:20250330T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
        "",
    ]


def test_a_zone_without_changes_has_one_standard() -> None:
    assert definition("Asia/Amman") == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Amman",
        "BEGIN:STANDARD",
        "DTSTART:20250101T000000",
        "TZNAME:+03",
        "TZOFFSETFROM:+0300",
        "TZOFFSETTO:+0300",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


def test_egypts_thursday_at_24_hours_is_the_friday_after() -> None:
    written = definition("Africa/Cairo")
    assert "DTSTART:20251031T000000" in written
    assert "RRULE:FREQ=YEARLY;BYDAY=-1FR;BYMONTH=10" in written


def test_winter_is_standard_time_in_dublin_too() -> None:
    """Its zone data calls the winter daylight saving time, of minus one hour."""
    written = definition("Europe/Dublin")
    assert written.index("TZNAME:GMT") < written.index("END:STANDARD") < written.index("TZNAME:IST")


@pytest.mark.parametrize(
    ("zone", "year", "why"),
    (
        ("Africa/Cairo", 2025, "in 2024 the last Thursday at 24:00 fell into November"),
        ("Africa/Cairo", 2030, "as in 2024"),
        ("Africa/Casablanca", 2026, "summer time in all months but Ramadan, until September 2026"),
        ("Asia/Hebron", 2026, "summer time begins after Ramadan"),
        ("Asia/Gaza", 2026, "as Hebron"),
        ("Asia/Jerusalem", 2023, "the Friday before the last Sunday was not the last in 2024"),
        ("Europe/Istanbul", 2016, "summer time for good since 2016"),
    ),
)
def test_where_no_yearly_rule_fits_there_is_no_definition(zone: str, year: int, why: str) -> None:
    assert vtimezone(zone, year, year) is None, why


def test_morocco_without_summer_time_has_a_definition_again() -> None:
    assert "TZOFFSETTO:+0000" in definition("Africa/Casablanca", 2028, 2028)


def test_a_later_year_does_not_change_the_octets_while_the_rules_hold() -> None:
    assert definition("Europe/Stockholm", 2026, 2026) == definition("Europe/Stockholm", 2026, 2030)


def test_unknown_zones_and_turned_spans_are_refused() -> None:
    with pytest.raises(UnknownZone):
        vtimezone("Asia/Ramallah", 2026, 2026)
    with pytest.raises(ValueError, match="ends before it begins"):
        vtimezone("Asia/Amman", 2027, 2026)


@given(zone=st.sampled_from(sorted(zone_names())), year=st.integers(1990, 2036))
@settings(max_examples=60)
def test_no_change_is_overlooked(zone: str, year: int) -> None:
    """Hour by hour through the year: every change of offset is observed, and nothing else is."""
    changes = {
        onset.wall - onset.offset_from: (onset.offset_from, onset.offset_to)
        for onset in observed_onsets(zone, (year,))
    }
    instant = datetime(year, 1, 3, tzinfo=UTC)  # clear of where local years begin
    offset = to_wall(instant, zone).utcoffset()
    while instant < datetime(year, 12, 29, tzinfo=UTC):
        instant += HOUR
        new = to_wall(instant, zone).utcoffset()
        if new != offset:
            inside = [
                change
                for at, change in changes.items()
                if instant - HOUR < at.replace(tzinfo=UTC) <= instant
            ]
            assert inside == [(offset, new)]
        offset = new


@given(
    zone=st.sampled_from(sorted(zone_names())),
    first=st.integers(2020, 2036),
    more=st.integers(0, 3),
    data=st.data(),
)
@settings(max_examples=60)
def test_a_definition_alone_gives_zoneinfos_offsets(
    zone: str, first: int, more: int, data: st.DataObject
) -> None:
    octets = vtimezone(zone, first, first + more)
    assume(octets is not None)
    component = Timezone.from_ical(octets or b"")
    assert isinstance(component, Timezone)
    by_definition = component.to_tz(lookup_tzid=False)
    for _ in range(5):
        instant = data.draw(
            st.datetimes(
                datetime(first, 1, 2), datetime(first + more, 12, 30), timezones=st.just(UTC)
            )
        )
        assert instant.astimezone(by_definition).utcoffset() == to_wall(instant, zone).utcoffset()
