"""Rounds in which no two people meet twice, by algebra: transversal designs.

The g groups times s seats are points (a, x): row a of s, place x of g. In round m the point sits in
group f[m][a] + x. Two points of different rows a and b meet in round m where x - y = f[m][b] -
f[m][a]; so nobody meets twice where those differences differ from round to round: f is a
difference matrix. Over a field, f[m][a] = m * a is one, with g rounds of groups of at most g (Bose
1938; Colbourn and Dinitz, Handbook of Combinatorial Designs, III.3). Two of one row never meet, so
further rounds may seat each row among itself.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from mmp.core.breakouts.model import Array

LARGEST = 128
TRIES = 60_000
"""Entries tried for a difference matrix before it is given up: a fraction of a second."""

Table = tuple[tuple[int, ...], ...]


def design(groups: int, size: int, rounds: int) -> Array | None:
    """(up to `rounds`, groups * size) the group of each point in each round, no two points meeting
    twice, or None if nothing is known here: as many rounds as are known. Points are sorted by row:
    of the last `groups` any may stay away, and sizes still differ by one at most.
    """
    if groups < size or groups > LARGEST or rounds < 1:
        return None
    across = min(rounds, groups)
    found = _across(groups, size, across)
    while found is None and across > 1:
        across -= 1
        found = _across(groups, size, across)
    if found is None or across == rounds or across < groups:
        return found
    rest = _inside_rows(groups, size, rounds - across)
    return found if rest is None else np.concatenate([found, rest])


def _across(groups: int, size: int, rounds: int) -> Array | None:
    """Rounds in which each group has one of each row."""
    matrix, add = _multiples(groups, size, rounds) or (None, None)
    if matrix is None or add is None:
        searched = _searched(groups, size, rounds)
        if searched is None:
            return None
        matrix, add = (
            searched,
            tuple(tuple((x + y) % groups for y in range(groups)) for x in range(groups)),
        )
    return np.array([[place for shift in row for place in add[shift]] for row in matrix])


def _inside_rows(groups: int, size: int, rounds: int) -> Array | None:
    """Rounds in which each row of `groups` people sits among itself."""
    if groups % size:
        return None
    inner = None if groups == size else design(groups // size, size, rounds)
    if inner is None:
        inner = np.arange(groups)[None, :] // size
    each = groups // size
    return np.concatenate([inner + row * each for row in range(size)], axis=1)


def _multiples(groups: int, size: int, rounds: int) -> tuple[Table, Table] | None:
    tables = field(groups)
    if tables is None:
        return None
    add, times = tables
    return tuple(times[m][:size] for m in range(rounds)), add


@cache
def field(order: int) -> tuple[Table, Table] | None:
    """Addition and multiplication of the field with so many elements, or None if there is none.

    Elements are numbered by their coefficients as digits to the base of the characteristic.
    """
    base = next((p for p in range(2, order + 1) if order % p == 0), 0)
    degree, power = 0, 1
    while base and power < order:
        degree, power = degree + 1, power * base
    if power != order or not base:
        return None
    elements = [digits[::-1] for digits in product(range(base), repeat=degree)]
    number = {digits: index for index, digits in enumerate(elements)}
    add = tuple(
        tuple(number[tuple((a + b) % base for a, b in zip(x, y, strict=True))] for y in elements)
        for x in elements
    )
    for modulus in elements:
        times = tuple(
            tuple(number[_product(x, y, modulus, base)] for y in elements) for x in elements
        )
        if all(0 not in row[1:] for row in times[1:]):
            return add, times
    raise AssertionError("every field has an irreducible polynomial")


def _product(
    x: tuple[int, ...], y: tuple[int, ...], modulus: tuple[int, ...], base: int
) -> tuple[int, ...]:
    """Of polynomials, modulo the monic one whose lower coefficients are `modulus`."""
    degree = len(x)
    result = [0] * (2 * degree - 1)
    for i, a in enumerate(x):
        for j, b in enumerate(y):
            result[i + j] = (result[i + j] + a * b) % base
    for top in range(2 * degree - 2, degree - 1, -1):
        for i in range(degree):
            result[top - degree + i] = (result[top - degree + i] - result[top] * modulus[i]) % base
    return tuple(result[:degree])


@cache
def _searched(groups: int, size: int, rounds: int) -> Table | None:
    """A difference matrix over the whole numbers modulo `groups`, by backtracking: entry by entry,
    each row's differences to every earlier row being all different."""
    matrix = [[0] * size]
    left = TRIES

    def extend(row: list[int]) -> bool:
        nonlocal left
        if len(row) == size:
            matrix.append(row)
            if len(matrix) == rounds or extend([0]):
                return True
            matrix.pop()
            return False
        column = len(row)
        for entry in range(groups):
            left -= 1
            if left < 0:
                return False
            if all(
                (entry - other[column]) % groups
                not in {(row[c] - other[c]) % groups for c in range(column)}
                for other in matrix
            ) and extend([*row, entry]):
                return True
        return False

    if rounds > 1 and not extend([0]):
        return None
    return tuple(tuple(row) for row in matrix)
