"""The best two times that complete each other, where one cannot serve all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mmp.core.slots.search import Problem, Windows, paid
from mmp.core.working_time.levels import EDGE, HARD, MISSED, OFF

MOST_WINDOWS = 3_000
"""Of more, every second (third, ...) is looked at: in a month all quarters of an hour."""
_BLOCK = 256
_STEPS = ((0, EDGE), (EDGE, HARD), (HARD, MISSED))

Table = NDArray[np.float64]


def best_pair(windows: Windows, problem: Problem) -> tuple[int, int] | None:
    """The two windows, the earlier first, that are best together; they do not overlap.

    Everybody comes to the one that costs them less. Least first: a required person misses both, how
    many miss both, the sum over people of (past burden + the lesser cost) squared, earliest.
    """
    people, count = windows.costs.shape
    stride = -(-count // MOST_WINDOWS)
    at = np.arange(0, count, stride)
    costs = windows.costs[:, at]
    missed = (costs == OFF).astype(np.float32)
    required = missed[sorted(problem.required)]
    gap = -(-problem.duration // stride)
    if len(at) <= gap:
        return None
    lost = np.concatenate(
        [
            _later_only(_lost(missed, required, rows, people), rows, gap).min(axis=1)
            for rows in _blocks(np.arange(len(at)))
        ]
    )
    least = lost.min()
    best: tuple[float, int, int] | None = None
    tables = list(_tables(paid(costs), problem.burdens))
    for rows in _blocks(np.flatnonzero(lost == least)):
        equal = _later_only(_lost(missed, required, rows, people), rows, gap) == least
        fair = np.where(equal, sum(left[:, rows].T @ right for left, right in tables), np.inf)
        row, column = np.unravel_index(int(fair.argmin()), fair.shape)
        if best is None or fair[row, column] < best[0]:
            best = float(fair[row, column]), int(at[rows[row]]), int(at[column])
    assert best is not None
    return best[1], best[2]


def _blocks(rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK)]


def _lost(
    missed: NDArray[np.float32], required: NDArray[np.float32], rows: NDArray[np.int64], people: int
) -> NDArray[np.float32]:
    """How many miss both windows, above them all whether a required person does."""
    both = missed[:, rows].T @ missed
    if len(required):
        both += (people + 1) * (required[:, rows].T @ required > 0)
    return both


def _later_only(
    table: NDArray[np.float32], rows: NDArray[np.int64], gap: int
) -> NDArray[np.float32]:
    """Without the columns that do not begin after the row's window is over."""
    table[np.arange(table.shape[1])[None, :] < rows[:, None] + gap] = np.inf
    return table


def _tables(added: NDArray[np.uint8], burdens: Sequence[int]) -> list[tuple[Table, Table]]:
    """Factors whose products, summed, are the sums of squares with the lesser of two costs, but for
    a constant: both windows cost a level or more exactly where the lesser does."""
    before = np.array(burdens or [0] * len(added), np.float64)[:, None]
    found = []
    for low, high in _STEPS:
        reached = (added >= high).astype(np.float64)
        found.append((reached * ((before + high) ** 2 - (before + low) ** 2), reached))
    return found
