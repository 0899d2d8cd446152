"""Who is wanted in two places at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies

from mmp.core.conflicts import Booking, conflicts, outside

START = datetime(2026, 9, 28, 6, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def booking(who: str, what: str, starts: int, ends: int) -> Booking[str, str]:
    return Booking(who, what, at(starts), at(ends))


@pytest.mark.parametrize(
    ("spans", "expected"),
    (
        (((0, 30), (30, 60)), []),
        (((0, 31), (30, 60)), [("0", "1")]),
        (((30, 60), (0, 31)), [("1", "0")]),
        (((0, 90), (10, 20), (30, 40)), [("0", "1"), ("0", "2")]),
        (((0, 60), (0, 60), (0, 60)), [("0", "1"), ("0", "2"), ("1", "2")]),
        ((), []),
    ),
)
def test_what_overlaps(spans: tuple[tuple[int, int], ...], expected: list[tuple[str, str]]) -> None:
    bookings = [booking("lina", str(number), *span) for number, span in enumerate(spans)]
    assert conflicts(bookings) == ({"lina": expected} if expected else {})


def test_nothing_overlaps_itself_and_others_are_others() -> None:
    assert conflicts([booking("a", "x", 0, 60), booking("a", "x", 10, 70)]) == {}
    assert conflicts([booking("a", "x", 0, 60), booking("b", "y", 0, 60)]) == {}


@given(
    strategies.lists(
        strategies.tuples(strategies.integers(0, 200), strategies.integers(1, 60)), max_size=25
    )
)
def test_as_if_every_two_were_compared(spans: list[tuple[int, int]]) -> None:
    bookings = [
        booking("a", str(number), starts, starts + length)
        for number, (starts, length) in enumerate(spans)
    ]
    expected = {
        frozenset((one.what, other.what))
        for one in bookings
        for other in bookings
        if one is not other and one.starts_at < other.ends_at and other.starts_at < one.ends_at
    }
    found = conflicts(bookings).get("a", [])
    assert {frozenset(pair) for pair in found} == expected
    assert len(found) == len(expected)


def test_outside() -> None:
    assert not outside(at(0), at(60), at(0), at(60))
    assert outside(at(-1), at(60), at(0), at(60))
    assert outside(at(0), at(61), at(0), at(60))
    assert not outside(at(-99), at(60), None, at(60))
