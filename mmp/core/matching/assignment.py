"""Who goes with whom, exactly: at the lowest total cost, or with the smallest worst cost.

One person after the other is given a partner along the cheapest chain of changes: for totals the
Hungarian method by shortest augmenting paths (Jonker and Volgenant, Computing 38 (1987)), for the
worst pair the same with the greatest step of a chain instead of the sum (Derigs and Zimmermann,
Computing 19 (1978)). One row is one NumPy operation: 300 x 300 in a fraction of a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Whole = NDArray[Any]


class NoAssignment(Exception):
    """These rows have too few columns between them that are not excluded."""

    def __init__(self, rows: list[int], columns: list[int]) -> None:
        super().__init__(rows, columns)
        self.rows = rows
        self.columns = columns


def cheapest(cost: Matrix) -> Whole:
    """The column of each row at the lowest total. Infinite costs are never taken; there are at
    least as many columns as rows. Raises NoAssignment."""
    return _Growing(cost, worst=False).grown()


def fairest(cost: Matrix) -> Whole:
    """The column of each row so that the highest cost is as low as can be, and then the total.

    Raises NoAssignment."""
    column = _Growing(cost, worst=True).grown()
    most = cost[np.arange(len(cost)), column].max(initial=-np.inf)
    return cheapest(np.where(cost <= most, cost, np.inf))


class _Growing:
    """An assignment of some rows that is best for them, and its prices (for totals)."""

    def __init__(self, cost: Matrix, *, worst: bool) -> None:
        self.cost, self.worst = cost, worst
        rows, columns = cost.shape
        self.column_price = np.zeros(columns)
        self.row_of = np.full(columns, -1)
        self.column_of = np.full(rows, -1)

    def grown(self) -> Whole:
        for row in range(len(self.cost)):
            self._add(row)
        return self.column_of

    def _add(self, row: int) -> None:
        """Give this row a column, others changing theirs where that is best."""
        columns = len(self.row_of)
        reach = np.full(columns, np.inf)
        come_from = np.full(columns, row)
        open_ = np.ones(columns, bool)
        done: list[int] = []
        here, base, price = row, 0.0, 0.0
        if self.worst:
            base = -np.inf
        while True:
            if self.worst:
                step = np.maximum(self.cost[here], base)
            else:
                step = self.cost[here] - self.column_price + (base - price)
            closer = open_ & (step < reach)
            reach[closer] = step[closer]
            come_from[closer] = here
            column = int(np.where(open_, reach, np.inf).argmin())
            base = float(reach[column])
            if not open_[column] or base == np.inf:
                raise NoAssignment(sorted({row, *self.row_of[done].tolist()}), sorted(done))
            open_[column] = False
            if self.row_of[column] < 0:
                break
            done.append(column)
            here = int(self.row_of[column])
            price = float(self.cost[here, column] - self.column_price[column])
        if not self.worst:
            self.column_price[done] -= base - reach[done]
        while True:
            here = int(come_from[column])
            self.row_of[column] = here
            self.column_of[here], column = column, int(self.column_of[here])
            if here == row:
                return
