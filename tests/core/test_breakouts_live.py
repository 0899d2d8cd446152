"""Groups at the table: repairs, reasons, what a move costs, and who is in conflict."""

from dataclasses import replace

import pytest

from mmp.core.breakouts.bounds import bound_of
from mmp.core.breakouts.conflicts import Conflict, conflicts
from mmp.core.breakouts.measures import hard_of, measure
from mmp.core.breakouts.problem import Problem
from mmp.core.breakouts.reasons import Change, Reason, cost_of_move, move, reasons
from mmp.core.breakouts.repair import Moved, repair
from mmp.core.breakouts.solving import solve
from mmp.core.errors import UserError
from tests.core.breakout_problems import everyone_meets, programme, times


@pytest.mark.parametrize(
    ("people", "groups", "missing", "late"), ((48, 8, 3, 2), (48, 8, 7, 0), (150, 25, 12, 4))
)
def test_no_shows_and_late_arrivals(people: int, groups: int, missing: int, late: int) -> None:
    everybody = programme(people, groups, 1, seed=4)
    come_late = set(range(5, 5 + late))
    planned = replace(everybody, present=(tuple(set(range(people)) - come_late),))
    seated = solve(planned, seed=1, go_on=times(800)).plan[0]
    gone = set(sorted(planned.present[0])[:: people // missing][:missing])
    now = replace(everybody, present=(tuple(set(range(people)) - gone),))
    mended = repair(now, seated)
    assert sorted(one for group in mended.groups for one in group) == sorted(now.present[0])
    assert hard_of(now, 0, mended.groups) == 0
    assert len({len(group) for group in mended.groups}) <= 2
    assert len(mended.moved) <= missing
    assert {one.person for one in mended.placed} == come_late


def test_who_is_pinned_stays_and_moves_are_told() -> None:
    problem = replace(everyone_meets(9, 3, 1), pinned=((0, 0, 0), (0, 1, 0)))
    now = replace(problem, present=((0, 1, 2, 3, 6),))
    mended = repair(now, ((0, 1, 2), (3, 4, 5), (6, 7, 8)))
    assert {0, 1} == set(mended.groups[0])
    assert mended.moved == (Moved(2, 0, next(k for k in (1, 2) if 2 in mended.groups[k])),)


def test_why_someone_sits_there() -> None:
    problem = Problem(
        people=6,
        groups=2,
        present=(tuple(range(6)),) * 2,
        attributes=((0, 0, 1, 1, 1, 1),),
        languages=(1, 3, 3, 2, 2, 2),
        facilitators=frozenset({1}),
        apart=frozenset({(0, 3), (4, 5)}),
        together=frozenset({(0, 1)}),
        pinned=((1, 0, 0),),
    )
    plan = (((0, 1, 2), (3, 4, 5)), ((0, 1, 2), (3, 4, 5)))
    assert reasons(problem, plan, 1, 0) == [
        Reason("pinned"),
        Reason("with", (1,)),
        Reason("not_with", (3,)),
        Reason("language", value=0),
        Reason("new"),
        Reason("again", (1, 2)),
    ]
    found = reasons(problem, plan, 0, 4)
    assert found[:2] == [Reason("breaks_not_with", (5,)), Reason("breaks_facilitator")]
    assert Reason("new", value=2) in found
    assert Reason("only_facilitator") in reasons(problem, plan, 0, 1)
    assert Reason("only_one_of", value=0) in reasons(problem, plan, 0, 2)


def test_what_a_move_costs_is_what_measuring_again_says() -> None:
    problem = programme(18, 3, 3)
    plan = solve(problem, seed=1, go_on=times(50)).plan
    before = measure(problem, plan)
    for person, group, swap in ((0, 1, None), (3, 2, plan[1][2][0]), (7, 0, plan[1][0][1])):
        after = measure(problem, move(plan, 1, person, group, swap))
        assert cost_of_move(problem, plan, 1, person, group, swap) == Change(
            after.hard - before.hard, after.repeats - before.repeats, after.mix - before.mix
        )


@pytest.mark.parametrize(
    ("change", "conflict"),
    (
        (
            {"together": frozenset({(0, 1)}), "apart": frozenset({(1, 0)})},
            Conflict("together_and_apart", (0, 1)),
        ),
        (
            {"together": frozenset({(0, 1), (1, 2), (2, 3), (3, 4)})},
            Conflict("unit_too_big", (0, 1, 2, 3, 4), 0, 4, 5),
        ),
        (
            {"facilitators": frozenset({2, 5})},
            Conflict("facilitators", (2, 5), 0, 2, 3),
        ),
        (
            {"apart": frozenset({(a, b) for a in range(4) for b in range(a)})},
            Conflict("too_many_apart", (0, 1, 2, 3), 0, 3, 4),
        ),
        (
            {"together": frozenset((a, a + 1) for a in (0, 1, 3, 4, 6, 7, 9, 10))},
            Conflict("units_do_not_fit", tuple(range(12)), 0, 12, 12),
        ),
        (
            {"languages": (1, 2) + (3,) * 10, "together": frozenset({(0, 1)})},
            Conflict("no_common_language", (0, 1), 0),
        ),
        ({"languages": (0,) + (1,) * 11}, Conflict("no_language", (0,))),
        (
            {"languages": (8,) + (1,) * 11, "rooms": (1, 1, 3)},
            Conflict("no_room", (0,)),
        ),
        (
            {"pinned": tuple((0, one, 1) for one in range(5))},
            Conflict("group_full", (0, 1, 2, 3, 4), 0, 4, 5),
        ),
        (
            {"pinned": ((0, 0, 1), (0, 1, 1)), "apart": frozenset({(0, 1)})},
            Conflict("pinned_apart", (0, 1), 0),
        ),
        (
            {"pinned": ((0, 0, 1), (0, 1, 2)), "together": frozenset({(0, 1)})},
            Conflict("pinned_together", (0, 1), 0),
        ),
    ),
)
def test_who_is_in_conflict_is_named(change: dict[str, object], conflict: Conflict) -> None:
    problem = replace(everyone_meets(12, 3, 1), **change)  # type: ignore[arg-type]
    assert conflict in conflicts(problem)
    found = solve(problem, seed=1, go_on=times(50))
    assert found.measures.hard > 0 or conflict.code == "group_full"


def test_rules_that_can_be_kept_are_no_conflict() -> None:
    assert conflicts(programme(48, 8, 6, together=2)) == []


def test_bounds_say_why() -> None:
    assert bound_of(everyone_meets(15, 5, 8)).repeats >= 15
    assert bound_of(everyone_meets(15, 5, 8)).reason == "counting"
    assert bound_of(replace(everyone_meets(12, 3, 1), facilitators=frozenset({1}))).hard == 2


def test_too_late_arrivals_for_too_many_groups_are_refused() -> None:
    with pytest.raises(UserError, match="cannot fill"):
        repair(replace(everyone_meets(9, 3, 1), present=((0, 1),)), ((0,), (1,), ()))
