"""Slots for people: ranked, told in local times, pairs, what to relax, and what is refused."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from mmp.core.errors import UserError
from mmp.core.slots.asking import Ask, Guest, cost_at
from mmp.core.slots.finding import Relaxing, find
from mmp.core.slots.pairing import best_pair
from mmp.core.slots.search import Problem, paid, search
from mmp.core.slots.telling import Why
from mmp.core.working_time import Almanac, Kind, Rhythm, Stay, Week

STOCKHOLM = Rhythm("SE", "Europe/Stockholm")
AMMAN = Rhythm("JO", "Asia/Amman")
TUNIS = Rhythm("TN", "Africa/Tunis")
HONOLULU = Rhythm("US", "Pacific/Honolulu")
ALMANAC = Almanac()


def instant(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC)


def ask(first: int, last: int, minutes: int = 90) -> Ask:
    return Ask(minutes, instant(first, 0), instant(last, 0))


def test_a_good_time_for_three() -> None:
    guests = [Guest(STOCKHOLM, required=True), Guest(AMMAN), Guest(TUNIS)]
    found = find(ask(12, 17), guests, ALMANAC)
    first = found.slots[0]
    assert found.fits
    assert (first.starts_at, first.ends_at) == (instant(12, 8), instant(12, 9, 30))
    assert (first.missing, first.strains, first.fair) == ((), (), 0)
    assert found.pair is None
    assert found.relax == ()
    # Tunisia is off on Thursday, Jordan on Friday: earlier days come first, and say what is near.
    assert len(found.slots) == 12
    (near,) = next(slot for slot in found.slots if slot.starts_at.day == 14).holidays
    assert (near.day, near.country, near.kind) == (date(2026, 10, 15), "TN", Kind.HOLIDAY)


def test_shown_slots_do_not_overlap_and_come_in_order() -> None:
    guests = [Guest(STOCKHOLM, required=True, burden=2), Guest(AMMAN), Guest(TUNIS, burden=5)]
    slots = find(ask(12, 24), guests, ALMANAC, most=30).slots
    for one, other in itertools.combinations(slots, 2):
        assert one.ends_at <= other.starts_at or other.ends_at <= one.starts_at
    worth = [(one.required_missing, len(one.missing), one.fair) for one in slots]
    assert worth == sorted(worth)


def test_times_to_which_nobody_can_come_are_not_shown() -> None:
    guests = [Guest(STOCKHOLM, required=True), Guest(TUNIS)]
    slots = find(ask(16, 19), guests, ALMANAC).slots
    assert {slot.starts_at.day for slot in slots} == {16}
    assert all(len(slot.missing) < len(guests) for slot in slots)


def test_why_a_slot_is_hard_in_local_time() -> None:
    guests = [
        Guest(STOCKHOLM, required=True),
        Guest(HONOLULU),
        Guest(AMMAN, busy=((instant(13, 13, 50), instant(13, 14)),)),
        Guest(Rhythm("TN", "Africa/Tunis", days_off=frozenset({date(2026, 10, 13)}))),
        Guest(Rhythm("SE", "Asia/Kathmandu")),
    ]
    at = Ask(60, instant(13, 13), instant(13, 14))
    (slot,) = find(at, guests, ALMANAC).slots
    told = {strain.person: strain for strain in slot.strains}
    assert {person: strain.why for person, strain in told.items()} == {
        1: Why.EARLY,
        2: Why.BUSY,
        3: Why.DAY_OFF,
        4: Why.LATE,
    }
    assert slot.missing == (1, 2, 3)
    assert told[1].starts.strftime("%H:%M") == "03:00"
    assert (told[4].cost, told[4].ends.strftime("%H:%M")) == (3, "19:45")


def test_weekends_holidays_and_breaks_are_named() -> None:
    lunch = Week(("9" * 18 + "0" * 6 + "9" * 4 + "0" * 6 + "9" * 14) * 7)
    guests = [
        Guest(STOCKHOLM, required=True),
        Guest(AMMAN),
        Guest(TUNIS),
        Guest(Rhythm("SE", "UTC", week=lunch)),
    ]
    (friday,) = find(Ask(60, instant(16, 12), instant(16, 13)), guests, ALMANAC).slots
    assert [strain.why for strain in friday.strains] == [Why.WEEKEND, Why.HOURS]
    (thursday,) = find(Ask(60, instant(15, 9), instant(15, 10)), guests, ALMANAC).slots
    assert [(one.person, one.why) for one in thursday.strains] == [(2, Why.HOLIDAY)]


def test_on_a_journey_the_clocks_there_count() -> None:
    stay = Stay(date(2026, 10, 12), date(2026, 10, 13), "Asia/Tokyo")
    guest = Guest(replace(STOCKHOLM, stays=(stay,)), required=True)
    slots = find(ask(12, 15), [guest], ALMANAC).slots
    # 9:00 in Tokyo is 0:00 UTC; and on the 14th, back home, 9:00 is 7:00.
    starts = {slot.starts_at for slot in slots if slot.fair == 0}
    assert instant(12, 0) in starts
    assert instant(14, 7) in starts
    assert not [at for at in starts if at.day == 13 and 8 <= at.hour < 23]


def test_what_a_meeting_costs_somebody() -> None:
    guest = Guest(AMMAN, busy=((instant(14, 9), instant(14, 10)),))
    cases = ((6, 0), (5, 1), (4, 3), (3, 9), (9, 9), (8, 0))
    assert [cost_at(guest, instant(14, hour), 60, ALMANAC) for hour, _ in cases] == [
        cost for _, cost in cases
    ]
    assert cost_at(guest, instant(14, 8, 7), 53, ALMANAC) == 0


def test_two_times_where_one_cannot_serve_all() -> None:
    far = [Guest(Rhythm("JP", "Asia/Tokyo")), Guest(Rhythm("US", "America/Los_Angeles"))]
    guests = [Guest(STOCKHOLM, required=True), *far]
    found = find(ask(12, 15), guests, ALMANAC)
    assert found.slots[0].missing
    assert found.pair
    assert found.pair.missing == ()
    assert found.pair.first.ends_at <= found.pair.second.starts_at


def test_where_nothing_fits_the_least_bad_and_what_to_relax() -> None:
    sundays = Rhythm("LB", "Asia/Beirut", week=Week("9" * 48 * 6 + "0" * 48))
    guests = [Guest(STOCKHOLM, required=True), Guest(sundays, required=True), Guest(AMMAN)]
    found = find(ask(12, 14), guests, ALMANAC)
    assert not found.fits
    assert found.slots[0].missing == (1,)
    best = found.relax[0]
    assert (best.what, best.people, best.required_missing) == (Relaxing.OPTIONAL, (1,), False)
    weekend = find(ask(17, 19, 60), [Guest(STOCKHOLM, required=True)], ALMANAC)
    assert [one.what for one in weekend.relax] == [Relaxing.LONGER_SEARCH]
    assert weekend.relax[0].closes_at == instant(26, 0)
    assert len(weekend.slots) == 1
    long = find(ask(12, 14, 18 * 60), [Guest(STOCKHOLM, required=True)], ALMANAC)
    assert (long.relax[0].what, long.relax[0].minutes) == (Relaxing.SHORTER, 540)


@pytest.mark.parametrize(
    ("change", "field"),
    (
        ({"closes_at": instant(11, 0)}, "closes_at"),
        ({"closes_at": instant(12, 0)}, "closes_at"),
        ({"closes_at": instant(12, 1)}, "closes_at"),
        ({"closes_at": instant(12, 0) + timedelta(days=400)}, "closes_at"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": -30}, "minutes"),
        ({"minutes": 30 * 60}, "minutes"),
    ),
)
def test_a_time_that_cannot_be_is_refused(change: dict[str, Any], field: str) -> None:
    whole: dict[str, Any] = {"minutes": 90, "opens_at": instant(12, 0), "closes_at": instant(17, 0)}
    with pytest.raises(UserError) as refused:
        Ask(**(whole | change))
    assert refused.value.field == field


@pytest.mark.parametrize(("guests", "field"), (([], "required"), ([Guest(STOCKHOLM)], "required")))
def test_nobody_required_is_refused(guests: list[Guest], field: str) -> None:
    with pytest.raises(UserError) as refused:
        find(ask(12, 17), guests, ALMANAC)
    assert refused.value.field == field


def test_a_search_begins_at_a_full_quarter_and_ends_in_time() -> None:
    at = Ask(50, instant(14, 8, 7), instant(14, 9, 5))
    (slot,) = find(at, [Guest(STOCKHOLM, required=True)], ALMANAC).slots
    assert (slot.starts_at, slot.ends_at) == (instant(14, 8, 15), instant(14, 9, 5))
    with pytest.raises(UserError):
        Ask(50, instant(14, 8, 1), instant(14, 8, 52)).grid()


@settings(max_examples=60)
@given(data=st.data())
def test_the_best_pair_is_the_one_that_trying_all_finds(data: st.DataObject) -> None:
    people = data.draw(st.integers(1, 6))
    cells = data.draw(st.integers(2, 12))
    duration = data.draw(st.integers(1, 4).filter(lambda one: one <= cells))
    levels = st.sampled_from((0, 1, 3, 9, 9))
    kinds = data.draw(
        st.lists(st.lists(levels, min_size=cells, max_size=cells), min_size=people, max_size=people)
    )
    problem = Problem(
        np.array(kinds, np.uint8),
        tuple(range(people)),
        duration,
        required=frozenset(data.draw(st.sets(st.integers(0, people - 1)))),
        burdens=tuple(data.draw(st.integers(0, 5)) for _ in range(people)),
    )
    windows = search(problem)
    costs = windows.costs.tolist()
    added = paid(windows.costs).tolist()
    count = cells - duration + 1
    options = []
    for one, other in itertools.combinations(range(count), 2):
        if other - one < duration:
            continue
        lost = {who for who in range(people) if costs[who][one] == 9 == costs[who][other]}
        fair = sum(
            (problem.burdens[who] + min(added[who][one], added[who][other])) ** 2
            for who in range(people)
        )
        options.append((bool(lost & problem.required), len(lost), fair, one, other))
    expected = min(options)[3:] if options else None
    assert best_pair(windows, problem) == expected
