"""Break-out groups: what the search reaches, and that it can be relied on."""

from dataclasses import replace

import pytest

from mmp.core.breakouts.measures import measure
from mmp.core.breakouts.problem import PRESETS, Problem, even_sizes
from mmp.core.breakouts.solving import Solution, solve
from mmp.core.errors import UserError
from tests.core.breakout_problems import assert_seated, everyone_meets, programme, times


@pytest.mark.parametrize(
    ("people", "groups", "rounds", "repeats"),
    (
        (15, 5, 7, 0),  # Kirkman's schoolgirls
        (32, 8, 9, 0),
        (32, 8, 10, 16),
        (60, 10, 6, 0),  # ten is no prime power
        (47, 8, 6, 0),
        (36, 6, 3, 0),
        (64, 8, 9, 0),
    ),
)
def test_nobody_meets_twice_where_that_can_be(
    people: int, groups: int, rounds: int, repeats: int
) -> None:
    problem = everyone_meets(people, groups, rounds)
    found = solve(problem, seed=3, go_on=times(150))
    assert_seated(problem, found.plan)
    assert found.measures.repeats <= repeats


def test_four_groups_of_six_after_four_groups_of_six() -> None:
    first = tuple(tuple(range(start, start + 6)) for start in range(0, 24, 6))
    problem = replace(everyone_meets(24, 4, 1), past=(first,))
    found = solve(problem, seed=1, go_on=times(500))
    assert (found.measures.repeats, found.bound.repeats) == (8, 8)
    assert found.bound.reason == "pigeonhole"
    assert found.bound.fewer_groups_than_size


@pytest.mark.parametrize("seed", range(3))
def test_a_year_of_meetings_keeps_every_rule(seed: int) -> None:
    problem = programme(48, 8, 6, seed=seed)
    found = solve(problem, seed=seed, go_on=times(1_500))
    assert_seated(problem, found.plan)
    assert (found.measures.hard, found.measures.repeats) == (0, 0)
    assert found.measures.mix <= 130


@pytest.mark.parametrize(
    "problem",
    (
        pytest.param(programme(48, 8, 4, attendance=0.9), id="not everybody comes"),
        pytest.param(programme(40, 8, 3, together=2), id="some sit together"),
        pytest.param(programme(45, 7, 3, seed=5), id="an odd number"),
        pytest.param(
            programme(20, 4, 2, pinned=((0, 3, 2), (1, 3, 0)), sizes=((8, 4, 4, 4),) * 2),
            id="pins and sizes",
        ),
        pytest.param(programme(24, 4, 2, rooms=(4, 1, None, 5)), id="rooms with languages"),
        pytest.param(programme(150, 25, 2), id="many people"),
    ),
)
def test_rules_are_kept_in_every_shape(problem: Problem) -> None:
    found = solve(problem, seed=2, go_on=times(3_000))
    assert_seated(problem, found.plan)
    assert found.measures.hard == 0
    assert found.measures == measure(problem, found.plan)


def test_the_same_seed_gives_the_same_groups() -> None:
    problem = programme(24, 5, 3, attendance=0.9)
    first, second = (solve(problem, seed=7, go_on=times(400)) for _ in range(2))
    assert first == second


def test_more_time_is_never_worse_and_every_step_is_told() -> None:
    problem = programme(30, 6, 4)
    told: list[Solution] = []
    found = solve(problem, seed=1, go_on=times(900), better=told.append)
    assert told[-1] == found
    costs = [(one.measures.hard, one.measures.repeats) for one in told]
    assert costs == sorted(costs, reverse=True)
    assert solve(problem, seed=1, go_on=times(1)).measures >= found.measures


def test_balance_first_weighs_repeats_less() -> None:
    problem = programme(24, 4, 5)
    usual = solve(problem, seed=1, go_on=times(2_000)).measures
    balanced = solve(problem, seed=1, go_on=times(2_000), weights=PRESETS["balance first"]).measures
    assert balanced.mix <= usual.mix
    assert usual.repeats <= balanced.repeats


def test_by_language_puts_people_with_theirs() -> None:
    tongues = tuple(4 if one < 12 else 2 for one in range(24))
    problem = replace(
        everyone_meets(24, 4, 1), languages=tuple(bits | 1 for bits in tongues), preferred=tongues
    )
    found = solve(problem, seed=1, go_on=times(2_000), weights=PRESETS["by language"])
    assert all(len({tongues[one] for one in group}) == 1 for group in found.plan[0])


@pytest.mark.parametrize(
    ("change", "says"),
    (
        ({"groups": 5, "present": ((0, 1, 2),)}, "3 people cannot fill 5 groups"),
        ({"present": ((),)}, "Nobody is present in round 0"),
        ({"present": ((0, 1, 1, 2),)}, "Person 1 is twice in round 0"),
        ({"present": (tuple(range(13)),)}, "Person 12 does not exist"),
        ({"people": 5_000, "present": ()}, "not of 5000"),
        ({"groups": 12}, "would be of one person"),
        ({"groups": 0}, "at least one group"),
        ({"apart": frozenset({(3, 3)})}, "Person 3 is paired with themselves"),
        ({"sizes": ((5, 5, 5),)}, "15 seats for the 12 people"),
        ({"pinned": ((0, 1, 9),)}, "Person 1 is kept in a group that does not exist"),
        ({"attributes": ((0, 1),)}, "one value for each person"),
        ({"facilitators": frozenset({77})}, "Person 77 does not exist"),
    ),
)
def test_what_cannot_be_meant_is_said(change: dict[str, object], says: str) -> None:
    with pytest.raises(UserError) as told:
        replace(everyone_meets(12, 3, 1), **change)  # type: ignore[arg-type]
    assert says in str(told.value)


def test_sizes_differ_by_one_at_most() -> None:
    assert even_sizes(47, 8) == (6, 6, 6, 6, 6, 6, 6, 5)


@pytest.mark.parametrize(
    "problem",
    (
        Problem(people=3, groups=1, present=((0, 1, 2),), pinned=((0, 1, 0),)),
        Problem(
            people=6,
            groups=2,
            present=(tuple(range(6)),),
            languages=(1, 2, 1, 2, 1, 2),
            rooms=(2, 1),
            pinned=((0, 0, 0), (0, 1, 1)),
        ),
    ),
    ids=("one group", "a room they cannot follow"),
)
def test_who_is_held_sits_there_whatever_it_costs(problem: Problem) -> None:
    found = solve(problem, seed=1, go_on=times(50))
    assert_seated(problem, found.plan)
    for round_, person, group in problem.pinned:
        assert person in found.plan[round_][group]
