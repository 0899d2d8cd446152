"""Talks between two zones: nights on which clocks change, real minutes, hours apart."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from mmp.core.talk_times import Change, Clock, apart, changes, shown, talk_when
from mmp.core.zones import to_utc

ZONES = (
    "Europe/Stockholm",
    "Asia/Amman",
    "Africa/Cairo",
    "Asia/Beirut",
    "Africa/Casablanca",
    "UTC",
)


@pytest.mark.parametrize(
    ("wall", "how"),
    (
        (datetime(2026, 10, 25, 2, 30), Clock.TWICE),
        (datetime(2026, 10, 25, 3, 0), Clock.ONCE),
        (datetime(2027, 3, 28, 2, 30), Clock.NEVER),
        (datetime(2027, 3, 28, 3, 0), Clock.ONCE),
    ),
)
def test_how_often_a_clock_shows_a_time(wall: datetime, how: Clock) -> None:
    assert shown(wall, "Europe/Stockholm") is how
    assert shown(wall, "Asia/Amman") is Clock.ONCE


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.integers(10, 480),
    st.sampled_from(ZONES),
)
def test_a_talk_begins_when_said_and_lasts_as_long(
    starts: datetime, minutes: int, zone: str
) -> None:
    starts = starts.replace(second=0, microsecond=0)
    span = talk_when(starts, minutes, zone).span()
    assert span.starts_at == to_utc(starts, zone)
    assert span.ends_at - span.starts_at == timedelta(minutes=minutes)


def test_an_end_that_a_wall_clock_cannot_tell_is_kept_in_utc() -> None:
    assert talk_when(datetime(2026, 10, 25, 2, 30), 60, "Europe/Stockholm").zone == "UTC"


def test_stockholm_and_amman_are_an_hour_apart_then_two() -> None:
    first = datetime(2026, 10, 19, 8, tzinfo=UTC)
    assert apart("Asia/Amman", "Europe/Stockholm", first) == -60
    found = changes("Asia/Amman", "Europe/Stockholm", first, first + timedelta(days=30))
    assert found == [Change(date(2026, 10, 25), -120)]
    cairo = changes("Europe/Stockholm", "Africa/Cairo", first, first + timedelta(days=30))
    assert cairo == [Change(date(2026, 10, 25), 120), Change(date(2026, 10, 30), 60)]
