"""How a pair is doing: thresholds, plenaries, breaks."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies

from mmp.core.nudging import Refusal, refusal
from mmp.core.pair_health import (
    NEAR,
    NEW,
    QUIET,
    Because,
    Health,
    Judged,
    Span,
    Year,
    counted_days,
    judge,
)

TODAY = date(2026, 6, 19)
BEGAN = date(2026, 1, 10)
SUMMER = Span(date(2026, 7, 1), date(2026, 8, 31))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


def judged(
    last: date | None = None,
    *,
    began: date = BEGAN,
    planned: date | None = None,
    today: date = TODAY,
    year: Year | None = None,
) -> Judged:
    return judge(began=began, last=last, planned=planned, today=today, year=year or Year())


@pytest.mark.parametrize(
    ("found", "health", "because"),
    (
        (judged(ago(QUIET)), Health.ON_TRACK, Because.TALKED),
        (judged(ago(QUIET + 1)), Health.CHECK_IN, Because.QUIET),
        (judged(began=ago(NEW - 1)), Health.EARLY, Because.NEW),
        (judged(began=ago(NEW)), Health.CHECK_IN, Because.NEVER),
        (judged(ago(90), planned=ahead(10)), Health.ON_TRACK, Because.PLANNED),
        (judged(ago(90), planned=ahead(QUIET + 1)), Health.CHECK_IN, Because.QUIET),
        (judged(ago(90), planned=ago(1)), Health.CHECK_IN, Because.QUIET),
    ),
)
def test_thresholds(found: Judged, health: Health, because: Because) -> None:
    assert (found.health, found.because) == (health, because)


def test_before_a_plenary_one_talks_since_the_last() -> None:
    near = Year(last_plenary=ago(20), next_plenary=ahead(NEAR))
    assert judged(ago(21), year=near).because is Because.PLENARY
    assert judged(ago(20), year=near).health is Health.ON_TRACK
    assert judged(ago(21), planned=ahead(NEAR), year=near).health is Health.ON_TRACK
    assert judged(ago(21), planned=ahead(NEAR + 1), year=near).because is Because.PLENARY
    far = Year(last_plenary=ago(20), next_plenary=ahead(NEAR + 1))
    assert judged(ago(21), year=far).health is Health.ON_TRACK
    assert judged(ago(21), year=Year(next_plenary=ahead(3))).health is Health.ON_TRACK


def test_breaks_stand_still() -> None:
    last = date(2026, 6, 15)
    autumn = Year(breaks=[SUMMER])
    assert judged(last, today=date(2026, 9, 20), year=autumn).health is Health.ON_TRACK
    assert judged(last, today=date(2026, 9, 20)).health is Health.CHECK_IN
    within = [
        judged(last, today=SUMMER.first + timedelta(days=day), year=autumn) for day in (0, 61)
    ]
    assert {(one.health, one.quiet_for, one.resting) for one in within} == {
        (Health.ON_TRACK, 15, True)
    }
    after = Year(last_plenary=ago(20), next_plenary=date(2026, 9, 2), breaks=[SUMMER])
    assert judged(ago(21), year=after).plenary_in == 11 + 2
    assert judged(ago(21), year=after).because is Because.PLENARY


@given(strategies.integers(-800, 800), strategies.integers(0, 90), strategies.integers(0, 90))
def test_days_are_counted_once(length: int, offset: int, rest: int) -> None:
    until = TODAY + timedelta(days=length)
    span = Span(TODAY + timedelta(days=offset), TODAY + timedelta(days=offset + rest))
    found = counted_days(TODAY, until, [span, span])
    assert 0 <= found <= max(length, 0)
    assert counted_days(TODAY, until, []) == min(max(length, 0), 400)


def test_a_nudge_is_seldom() -> None:
    assert refusal([], TODAY, [SUMMER]) is None
    found = refusal([ago(13)], TODAY, [SUMMER])
    assert found is not None
    assert (found.why, found.until) == (Refusal.FORTNIGHT, ahead(1))
    assert refusal([ago(14)], TODAY, [SUMMER]) is None
    found = refusal([ago(60), ago(40), ago(20)], TODAY, [SUMMER])
    assert found is not None
    assert (found.why, found.until) == (Refusal.SEASON, date(2026, 9, 1))
    autumn = date(2026, 9, 1)
    assert refusal([ago(60), ago(40), ago(20)], autumn, [SUMMER]) is None
    found = refusal([], SUMMER.first, [SUMMER])
    assert found is not None
    assert (found.why, found.until) == (Refusal.BREAK, autumn)
