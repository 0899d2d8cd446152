"""Clocks that change between an invitation and its day, and the days when all of them do."""

from datetime import UTC, date, datetime

import pytest

from mmp.core.working_time import Shift, shifts, unsettled
from mmp.core.working_time.shifts import changes_in

EVERYBODY = ("Europe/Stockholm", "Asia/Amman", "Africa/Cairo", "Asia/Hebron", "Asia/Beirut")


def noon(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def test_readers_whose_hour_changes_before_the_day() -> None:
    sent, at = noon(9, 28), noon(11, 25)
    found = shifts("Europe/Stockholm", [*EVERYBODY, "Asia/Amman"], sent, at)
    assert found == [Shift("Asia/Amman", 60, 120)]
    assert shifts("Europe/Stockholm", EVERYBODY, sent, noon(10, 26)) == [
        Shift("Africa/Cairo", 60, 120),
        Shift("Asia/Amman", 60, 120),
    ]
    assert shifts("Europe/Stockholm", EVERYBODY, noon(6, 1), sent) == []


@pytest.mark.parametrize(
    ("day", "hit"), ((23, False), (24, True), (25, True), (29, True), (30, True), (31, False))
)
def test_the_last_days_of_october(day: int, hit: bool) -> None:
    found = unsettled(EVERYBODY, noon(10, day))
    assert bool(found) is hit
    if found:
        assert (found.first, found.last) == (date(2026, 10, 24), date(2026, 10, 30))
        assert found.zones == ("Asia/Hebron", "Asia/Beirut", "Europe/Stockholm", "Africa/Cairo")


def test_a_change_of_one_alone_is_one_day() -> None:
    two = ("Europe/Stockholm", "Asia/Amman")
    assert unsettled(two, noon(10, 26)) is None
    found = unsettled(two, noon(10, 25))
    assert found
    assert found.first == found.last
    assert unsettled(["Asia/Amman", "Africa/Tunis"], noon(10, 25)) is None


def test_spring_is_unsettled_for_longer() -> None:
    found = unsettled(("Europe/Stockholm", "Africa/Cairo"), noon(4, 10))
    assert found
    assert (found.first, found.last) == (date(2026, 3, 29), date(2026, 4, 24))


def test_changes_are_found_to_the_minute() -> None:
    spring, autumn = changes_in("Europe/Stockholm", 2026)
    assert spring == (datetime(2026, 3, 29, 1, tzinfo=UTC), date(2026, 3, 29))
    assert autumn == (datetime(2026, 10, 25, 1, tzinfo=UTC), date(2026, 10, 25))
    assert [day for _, day in changes_in("Africa/Casablanca", 2027)] == []
    assert changes_in("Asia/Amman", 2026) == ()
