"""The search: what each window costs each person, and the windows in order.

Least first: a required person misses it, how many miss it, the sum over people of (past burden +
cost) squared, earliest. Squares are what is fair over a year: who paid last time counts more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmp.core.errors import UserError
from mmp.core.slots.grid import Costs
from mmp.core.working_time.levels import MISSED, OFF

MOST_PEOPLE = 5_000
MOST_BURDEN = 1_000_000
MOST_ENTRIES = 20_000_000
"""People times cells: a byte each."""
_BLOCK = 2048
"""Windows whose sums are made at once."""
_PAID = np.arange(OFF + 1, dtype=np.uint8)
_PAID[OFF] = MISSED

Busy = tuple[int, int, int]
"""Person, first cell, number of cells."""


@dataclass(frozen=True, slots=True)
class Problem:
    """People are counted from 0; `kinds[kind_of[p]]` is what each cell costs person `p`, 9 being
    that they cannot come. Several people of one country and zone share a kind."""

    kinds: Costs
    kind_of: tuple[int, ...]
    duration: int
    """In cells."""
    busy: Sequence[Busy] = ()
    required: frozenset[int] = frozenset()
    burdens: tuple[int, ...] = ()
    """What each paid before; empty for nothing."""

    def __post_init__(self) -> None:
        """Raises UserError, naming the field, for what no search could answer."""
        people, cells = len(self.kind_of), self.kinds.shape[1]
        if not 1 <= people <= MOST_PEOPLE or people * cells > MOST_ENTRIES:
            raise UserError(
                "There must be from 1 to %(most)s people, fewer for a long time.",
                field="people",
                most=MOST_PEOPLE,
            )
        if not 1 <= self.duration <= cells:
            raise UserError(
                "The duration must be from 1 step to the %(cells)s steps there are.",
                field="duration_cells",
                cells=cells,
            )
        _known(self.required, people, "required")
        _known({person for person, _, _ in self.busy}, people, "busy")
        if self.burdens and len(self.burdens) != people:
            raise UserError("Each person needs one past burden.", field="past_burden")
        if any(not 0 <= burden <= MOST_BURDEN for burden in self.burdens):
            raise UserError("A past burden is a number from 0 to a million.", field="past_burden")


def _known(who: Collection[int], people: int, field: str) -> None:
    if unknown := [person for person in who if not 0 <= person < people]:
        raise UserError(
            "%(name)s names person %(person)s: people are counted from 0 to %(last)s.",
            field=field,
            name=field,
            person=min(unknown),
            last=people - 1,
        )


@dataclass(frozen=True, slots=True)
class Windows:
    """Every window that fits, by the cell it begins in."""

    costs: Costs
    """People by windows; 9: that person misses it."""
    required_missing: NDArray[np.bool_]
    missing: NDArray[np.int64]
    fair: NDArray[np.int64]

    def order(self) -> NDArray[np.int64]:
        """The windows, best first."""
        # A stable sort leaves the earlier of equal ones in front.
        return np.lexsort((self.fair, self.missing, self.required_missing))

    def missed_by(self, window: int) -> list[int]:
        """Who misses a window."""
        return [int(person) for person in np.flatnonzero(self.costs[:, window] == OFF)]

    def best(self) -> int:
        """The best window alone, without sorting the others."""
        left = np.flatnonzero(self.required_missing == self.required_missing.min())
        left = left[self.missing[left] == self.missing[left].min()]
        return int(left[self.fair[left].argmin()])


def search(problem: Problem) -> Windows:
    """All windows with what decides between them."""
    costs = window_costs(problem)
    missed = costs == OFF
    required = sorted(problem.required)
    return Windows(
        costs,
        missed[required].any(axis=0),
        np.count_nonzero(missed, axis=0),
        fairness(paid(costs), problem.burdens),
    )


def window_costs(problem: Problem) -> Costs:
    """The highest cost within each window, person by person."""
    costs: Costs = sliding_maximum(problem.kinds, problem.duration)[list(problem.kind_of)]
    for person, first, count in problem.busy:
        if count > 0 and first + count > 0:
            costs[person, max(first - problem.duration + 1, 0) : first + count] = OFF
    return costs


def sliding_maximum(rows: Costs, width: int) -> Costs:
    """The maximum of each `width` neighbours in every row, by doubling: log2(width) passes."""
    found, have = rows, 1
    while have < width:
        step = min(have, width - have)
        found = np.maximum(found[:, :-step], found[:, step:])
        have += step
    return found


def paid(costs: Costs) -> Costs:
    """What each window adds to a burden: its cost, or 4 for who misses it."""
    added: Costs = _PAID[costs]
    return added


def fairness(added: Costs, burdens: Sequence[int]) -> NDArray[np.int64]:
    """The sum over people of (past burden + added) squared, window by window; exact."""
    people, windows = added.shape
    before = np.array(burdens or [0] * people, np.float64)
    sums = np.empty(windows, np.int64)
    base = sum(burden * burden for burden in burdens)
    for start in range(0, windows, _BLOCK):
        block = added[:, start : start + _BLOCK]
        squares = np.add.reduce(block * block, axis=0, dtype=np.int64)
        # Whole numbers below 2**53 are exact in floats, and floats multiply by BLAS.
        crossed = (2 * before) @ block.astype(np.float64)
        sums[start : start + _BLOCK] = base + squares + crossed.astype(np.int64)
    return sums
