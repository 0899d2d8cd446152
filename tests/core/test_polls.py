"""Polls: the hours they live through, and what an answer costs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mmp.core import polls, zones
from mmp.core.errors import UserError
from mmp.core.polls import Said, Vote

NOW = datetime(2026, 10, 1, 8, tzinfo=UTC)
STOCKHOLM, AMMAN = "Europe/Stockholm", "Asia/Amman"


def test_slots_on_both_sides_of_a_change_of_the_clocks_keep_their_wall_time() -> None:
    starts = [datetime(2026, 10, day, 9) for day in (30, 22, 23)]
    found = polls.slots(starts, 60, STOCKHOLM, NOW)
    instants = [when.span().starts_at for when in found]
    assert instants == [
        datetime(2026, 10, 22, 7, tzinfo=UTC),
        datetime(2026, 10, 23, 7, tzinfo=UTC),
        datetime(2026, 10, 30, 8, tzinfo=UTC),
    ]
    changes = [polls.clocks_change(AMMAN, STOCKHOLM, NOW, at) for at in instants if at]
    assert changes == [False, False, True]
    assert not any(polls.clocks_change("Europe/Paris", STOCKHOLM, NOW, at) for at in instants if at)


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    starts = [datetime(2027, 3, 28, 2, 30), datetime(2027, 3, 29, 9), datetime(2027, 3, 30, 9)]
    with pytest.raises(UserError, match="go forward"):
        polls.slots(starts, 60, STOCKHOLM, NOW)


def test_a_poll_ends_with_its_last_day_or_with_the_first_slot() -> None:
    first = datetime(2026, 10, 22, 7, tzinfo=UTC)
    early = polls.closing(date(2026, 10, 20), STOCKHOLM, first, NOW)
    assert zones.to_wall(early, STOCKHOLM).replace(tzinfo=None) == datetime(2026, 10, 20, 23, 59)
    assert polls.closing(date(2026, 10, 22), STOCKHOLM, first, NOW) == first
    with pytest.raises(UserError, match="60 days"):
        polls.closing(date(2026, 12, 20), STOCKHOLM, datetime(2027, 1, 1, tzinfo=UTC), NOW)
    assert polls.first_closing(first, STOCKHOLM, NOW) == date(2026, 10, 8)
    assert polls.first_closing(NOW + timedelta(days=2), STOCKHOLM, NOW) == date(2026, 10, 2)


@pytest.mark.parametrize(
    ("days", "expected"),
    ((1, []), (3, [2]), (4, [3]), (5, [3, 4]), (10, [3, 9])),
)
def test_reminders_keep_a_day_apart_and_off_the_last_hours(days: int, expected: list[int]) -> None:
    found = polls.reminders(NOW, NOW + timedelta(days=days), AMMAN, NOW)
    assert [(at - NOW).days for at in found] == expected


def test_what_an_answer_costs() -> None:
    def paid(vote: Vote | None, cost: int) -> int:
        return Said(vote, cost, required=False).paid

    assert [paid(Vote.YES, cost) for cost in (0, 1, 3, 9)] == [0, 1, 3, 3]
    assert [paid(Vote.IF_NEED_BE, cost) for cost in (0, 1, 3, 9)] == [1, 1, 3, 3]
    assert paid(Vote.NO, 0) == 4
    assert [paid(None, cost) for cost in (0, 9)] == [0, 4]


def test_the_best_slot_misses_nobody_required_then_fewest_then_is_fair() -> None:
    def slot(*said: tuple[Vote | None, int, bool, int]) -> polls.Count:
        return polls.count([Said(*one) for one in said])

    yes, no = Vote.YES, Vote.NO
    counts = {
        1: slot((no, 0, True, 0), (yes, 0, False, 0)),
        2: slot((yes, 0, True, 0), (no, 0, False, 0)),
        3: slot((yes, 3, True, 5), (yes, 0, False, 0)),
        4: slot((yes, 0, True, 5), (yes, 3, False, 0)),
    }
    assert polls.best(counts) == {4}
    assert polls.best({1: slot((None, 0, True, 0))}) == frozenset()
