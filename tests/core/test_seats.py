"""Seats and the line: first come, first served, and nobody loses a seat."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from mmp.core.seats import in_order, moving_up, needs_seat

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    partstat: str
    form: str | None = None


@dataclass(frozen=True)
class Waits:
    id: int
    waiting_since: datetime | None
    created_at: datetime = NOON


@pytest.mark.parametrize(
    ("form", "said", "needs"),
    (
        ("in_person", Said("ACCEPTED"), True),
        ("online", Said("ACCEPTED", "online"), True),
        ("in_person", Said("TENTATIVE"), False),
        ("hybrid", Said("ACCEPTED", "in_room"), True),
        ("hybrid", Said("ACCEPTED", "online"), False),
        ("hybrid", Said("ACCEPTED"), False),
        ("hybrid", Said("DECLINED", "in_room"), False),
    ),
)
def test_a_yes_to_the_room_needs_a_seat(form: str, said: Said, needs: bool) -> None:
    assert needs_seat(form, said) is needs


def test_who_came_into_the_line_first_moves_first() -> None:
    late, early, by_hand = (
        Waits(1, NOON + timedelta(hours=2)),
        Waits(2, NOON + timedelta(hours=1)),
        Waits(3, None),
    )
    assert in_order([late, early, by_hand]) == [by_hand, early, late]
    assert moving_up(10, 8, [late, early, by_hand]) == [by_hand, early]
    assert moving_up(None, 8, [late, early]) == [early, late]


@given(st.integers(0, 50), st.integers(0, 60), st.integers(0, 20))
def test_never_more_than_there_are(capacity: int, taken: int, waiting: int) -> None:
    line = [Waits(number, NOON) for number in range(waiting)]
    up = moving_up(capacity, taken, line)
    assert len(up) == max(0, min(waiting, capacity - taken))
    assert up == line[: len(up)]
