"""What a move is said to cost is what it costs."""

import random

import pytest

from mmp.core.breakouts.costs import Costs
from mmp.core.breakouts.measures import measure
from mmp.core.breakouts.problem import Problem
from mmp.core.breakouts.reasons import move

ENGLISH, ARABIC = 1, 2


def _problem(seed: int) -> Problem:
    dice = random.Random(seed)
    past = []
    for _ in range(2):
        order = dice.sample(range(12), 12)
        past.append((tuple(order[:4]), tuple(order[4:8]), tuple(order[8:])))
    return Problem(
        people=12,
        groups=3,
        present=(tuple(range(12)),),
        past=tuple(past),
        attributes=tuple(tuple(dice.randrange(3) for _ in range(12)) for _ in range(2)),
        languages=tuple(dice.choice((ENGLISH, ARABIC, ENGLISH | ARABIC)) for _ in range(12)),
        rooms=(None, ARABIC, ENGLISH | ARABIC),
        facilitators=frozenset((0, 5, 7)),
        apart=frozenset(((0, 1), (3, 2))),
        together=frozenset(((4, 9), (9, 10))),
        pinned=((0, 6, 1), (0, 8, 2)),
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_move_costs_what_was_said(seed: int) -> None:
    problem = _problem(seed)
    order = random.Random(seed + 100).sample(range(12), 12)
    groups = (tuple(order[:4]), tuple(order[4:8]), tuple(order[8:]))
    costs = Costs(problem, groups)
    before = measure(problem, (groups,))
    for person in range(12):
        for to in range(3):
            for swap in (None, *groups[to]):
                if person in groups[to]:
                    continue
                after = measure(problem, move((groups,), 0, person, to, swap))
                said = costs.of_move(person, to) if swap is None else costs.of_swap(person, swap)
                assert (said.hard, said.repeats, said.mix) == (
                    after.hard - before.hard,
                    after.repeats - before.repeats,
                    after.mix - before.mix,
                )
