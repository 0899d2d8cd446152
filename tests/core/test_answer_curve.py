"""How answers came in: one point for every day on which something changed."""

from datetime import date

from hypothesis import given, strategies as st

from mmp.core.answer_curve import SAID, Line, curve

FIRST, SECOND, THIRD, TODAY = (date(2026, 6, day) for day in (1, 4, 9, 19))


def test_days_on_which_something_changed() -> None:
    points = curve(
        [
            Line(FIRST, "ACCEPTED", SECOND),
            Line(FIRST, "NEEDS-ACTION", None),
            Line(SECOND, "DECLINED", THIRD),
        ],
        TODAY,
    )
    assert [
        (one.day.day, one.accepted, one.tentative, one.declined, one.silent) for one in points
    ] == [(31, 0, 0, 0, 0), (1, 0, 0, 0, 2), (4, 1, 0, 0, 2), (9, 1, 0, 1, 1), (19, 1, 0, 1, 1)]
    assert points[-1].listed == 3


def test_nobody_is_nothing() -> None:
    assert curve([], TODAY) == []


DAYS = st.dates(FIRST, TODAY)


@given(st.lists(st.tuples(DAYS, st.sampled_from([*SAID, "NEEDS-ACTION"]), DAYS), min_size=1))
def test_the_last_point_is_today_and_nobody_is_lost(
    people: list[tuple[date, str, date]],
) -> None:
    lines = [Line(since, said, on if said in SAID else None) for since, said, on in people]
    points = curve(lines, TODAY)
    assert points[-1].day == TODAY
    assert points[-1].listed == len(lines)
    assert points[-1].silent == sum(line.said not in SAID for line in lines)
    listed = [point.listed for point in points]
    assert listed == sorted(listed)
