"""What a change to an event means: differences, clashes, the clocks, what moves along."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from mmp.core.event_changes import (
    Details,
    clashes,
    differences,
    effect,
    plain,
    settle,
    shift_of,
    shifted,
    when_from,
)
from mmp.core.when import When

STOCKHOLM, AMMAN = "Europe/Stockholm", "Asia/Amman"


def at(day: int, hour: int, month: int = 10, minute: int = 0, zone: str = STOCKHOLM) -> When:
    starts = datetime(2026, month, day, hour, minute)
    return When.timed(starts, starts + timedelta(hours=2), zone)


def details(**more: Any) -> Details:
    values: dict[str, Any] = {
        "title": {"en": "Fourth meeting"},
        "when": at(15, 14),
        "description": {},
        "venue": {},
        "address": {},
        "city": {},
    }
    return Details(**values | more)


TIMES = (
    at(15, 14),
    When.days(date(2026, 9, 28), date(2026, 9, 29), AMMAN),
    When.month(2026, 10, STOCKHOLM),
    When.before(date(2026, 6, 18), STOCKHOLM),
)


@pytest.mark.parametrize("when", TIMES)
def test_times_come_back_from_the_history(when: When) -> None:
    assert when_from(plain(details(when=when))["when"]) == when


def test_only_what_differs_is_a_change() -> None:
    assert differences(details(), details()) == {}
    assert differences(details(), details(country="", join_link=None)) == {}
    changed = differences(details(), details(title={"en": "The fourth"}, capacity=0))
    assert changed == {"title": [{"en": "Fourth meeting"}, {"en": "The fourth"}]}
    moved = differences(details(), details(when=at(22, 14)))
    assert moved["when"][1] == {
        "from": "2026-10-22T14:00",
        "to": "2026-10-22T16:00",
        "zone": STOCKHOLM,
    }


def test_two_edits_clash_only_where_both_changed_the_same() -> None:
    was = plain(details())
    mine = plain(details(title={"en": "Mine"}, capacity=10, number=4))
    theirs = plain(details(title={"en": "Theirs"}, country="JO", number=4))
    assert clashes(was, mine, theirs) == (("title",), ("country",))
    assert clashes(was, was, theirs) == ((), ("title", "country", "number"))
    both, only_theirs = clashes({}, mine, theirs)  # what it was is unknown
    assert "title" in both
    assert only_theirs == ("country",)


def test_a_skipped_hour_moves_forward_and_is_told() -> None:
    skipped = When.timed(datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 4), STOCKHOLM)
    settled, (remark,) = settle(skipped)
    assert settled.starts_local == datetime(2026, 3, 29, 3, 30)
    assert remark.skipped
    assert (remark.wall.hour, remark.meant.hour) == (2, 3)


def test_an_hour_shown_twice_means_the_first_and_is_told() -> None:
    twice = When.timed(datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 5), STOCKHOLM)
    settled, (remark,) = settle(twice)
    assert settled == twice
    assert not remark.skipped
    assert settle(at(15, 14)) == (at(15, 14), ())
    assert settle(TIMES[1]) == (TIMES[1], ())


def test_hours_where_a_reader_lives() -> None:
    found = effect(at(22, 14), at(27, 14), AMMAN)  # Stockholm leaves summer time in between
    assert found.before is not None
    assert found.after is not None
    assert (found.before[0].hour, found.after[0].hour) == (15, 16)
    assert found.other_day
    assert not found.night


@pytest.mark.parametrize(
    ("hour", "zone", "night", "other_day"),
    (
        (14, STOCKHOLM, False, False),
        (20, STOCKHOLM, False, False),
        (20, AMMAN, True, False),
        (23, AMMAN, True, True),
        (5, STOCKHOLM, True, False),
    ),
)
def test_night_and_another_day(hour: int, zone: str, night: bool, other_day: bool) -> None:
    found = effect(at(15, 14), at(15, hour), zone)
    assert (found.night, found.other_day) == (night, other_day)


def test_a_day_that_was_open_is_not_another_one() -> None:
    assert not effect(When.month(2026, 10, STOCKHOLM), at(15, 14), STOCKHOLM).other_day


def test_a_month_has_no_hours() -> None:
    found = effect(When.month(2026, 10, STOCKHOLM), at(15, 14), AMMAN)
    assert found.before is None
    assert found.after is not None


def test_items_move_with_their_event() -> None:
    old, new = at(20, 14), at(27, 15)
    assert shift_of(old, new) == timedelta(days=7, hours=1)
    assert shifted(at(20, 15), old, new) == at(27, 16)
    # In Amman 16:00 was an hour into it, and still is, though the clocks of Stockholm changed.
    assert shifted(at(20, 16, zone=AMMAN), old, new) == at(27, 18, zone=AMMAN)


def test_items_follow_the_zone_of_their_event() -> None:
    old, new = at(20, 14), at(20, 14, zone=AMMAN)
    assert shifted(at(20, 15), old, new) == at(20, 15, zone=AMMAN)


def test_days_shift_days_and_a_month_shifts_nothing() -> None:
    old = When.days(date(2026, 9, 28), date(2026, 9, 29), AMMAN)
    new = When.days(date(2026, 10, 5), date(2026, 10, 6), AMMAN)
    item = When.timed(datetime(2026, 9, 28, 9), datetime(2026, 9, 28, 10), AMMAN)
    moved = When.timed(datetime(2026, 10, 5, 9), datetime(2026, 10, 5, 10), AMMAN)
    assert shifted(item, old, new) == moved
    month = When.month(2026, 10, AMMAN)
    assert shift_of(old, month) is None
    assert shifted(item, old, month) == item
