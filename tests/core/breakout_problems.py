"""Break-out problems of many shapes, made by chance from a seed, and what every plan must hold."""

import random
from collections.abc import Callable

from mmp.core.breakouts.problem import Plan, Problem


def programme(
    people: int,
    groups: int,
    rounds: int,
    *,
    seed: int = 1,
    attendance: float = 1.0,
    together: int = 0,
    **more: object,
) -> Problem:
    """Two regions, three languages, enough facilitators, a partner for everybody but one."""
    chance = random.Random(seed)
    half = people // 2
    apart = {(one, one + half) for one in range(half)}
    bound = {(one, one + 1) for one in range(0, 4 * together, 4)}
    return Problem(
        people=people,
        groups=groups,
        present=tuple(
            tuple(one for one in range(people) if chance.random() < attendance)
            for _ in range(rounds)
        ),
        attributes=(
            tuple(int(one >= half) for one in range(people)),
            tuple(chance.randrange(2) for _ in range(people)),
            tuple(chance.randrange(4) for _ in range(people)),
        ),
        languages=tuple(1 | (4 if one >= half else 0) for one in range(people)),
        facilitators=frozenset(range(1, people, 3)),
        apart=frozenset(apart),
        together=frozenset(bound),
        **more,  # type: ignore[arg-type]
    )


def everyone_meets(people: int, groups: int, rounds: int) -> Problem:
    """Nothing but repeats counts."""
    return Problem(people=people, groups=groups, present=(tuple(range(people)),) * rounds)


def times(most: int) -> Callable[[], bool]:
    """A `go_on` that says no after so many questions."""
    left = most

    def go_on() -> bool:
        nonlocal left
        left -= 1
        return left > 0

    return go_on


def assert_seated(problem: Problem, plan: Plan) -> None:
    """Everybody present sits once, in groups of the right sizes."""
    assert len(plan) == problem.rounds
    for number, groups in enumerate(plan):
        assert sorted(one for group in groups for one in group) == sorted(problem.present[number])
        assert tuple(map(len, groups)) == problem.sizes_of(number)
