"""The best pairs of two sides, with pins, exclusions and one trio, and what each wish costs.

Scores are higher for better pairs; None means that the two must not be paired.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mmp.core.errors import UserError
from mmp.core.matching.assignment import Matrix, NoAssignment, cheapest, fairest as fairest_of

MOST = 1_000
"""People on a side."""

Scores = Sequence[Sequence[float | None]]
Pair = tuple[int, int]


class NobodyLeft(UserError):
    """Not everybody can have a partner; `rows` have only these `columns` between them, too few."""

    code = "nobody_left"

    def __init__(self, rows: Sequence[int], columns: Sequence[int]) -> None:
        self.rows, self.columns = tuple(rows), tuple(columns)
        who, whom = (", ".join(map(str, found)) or "none" for found in (rows, columns))
        super().__init__(
            "Not everybody can have a partner: rows %(who)s may only be paired with columns "
            "%(whom)s. Allow one pair more.",
            field="score",
            who=who,
            whom=whom,
        )


@dataclass(frozen=True, slots=True)
class Pairing:
    """Each row (a person of one side) and its column (the other side's), by row."""

    pairs: tuple[Pair, ...]
    total: float
    worst: float
    """The score of the pair that has the least."""


def pair_up(
    scores: Scores,
    *,
    fairest: bool = False,
    pinned: Collection[Pair] = (),
    excluded: Collection[Pair] = (),
) -> Pairing:
    """The pairs with the highest total; with `fairest` the worst pair is made as good as can be,
    then the total. Everybody gets a partner: with one row more than columns, one column gets two.

    `pinned` pairs are fixed first, `excluded` ones (last year's, say) are never made. Raises
    UserError for scores that are none, and where not everybody can have a partner, naming them.
    """
    table = table_of(scores)
    for row, column in excluded:
        _within(table, row, column)
        table[row, column] = -np.inf
    _pin(table, pinned)
    rows, columns = table.shape
    # The third of a trio takes, from a column of its own, the best column there is for it: one
    # assignment finds what duplicating each column in turn would.
    wide = table if rows == columns else np.column_stack([table, table.max(axis=1)])
    try:
        found = (fairest_of if fairest else cheapest)(-wide)
    except NoAssignment as none:
        raise NobodyLeft(
            [row for row in none.rows if row < rows],
            [column for column in none.columns if column < columns],
        ) from None
    pairs = []
    for row, column in enumerate(found.tolist()):
        pairs.append((row, column if column < columns else int(table[row].argmax())))
    return pairing_of(scores, pairs)


def pairing_of(scores: Scores, pairs: Collection[Pair]) -> Pairing:
    """These pairs with their total and their worst."""
    reached = [score for row, column in pairs if (score := scores[row][column]) is not None]
    return Pairing(
        tuple(sorted(pairs)), _plain(math.fsum(reached)), _plain(min(reached, default=0.0))
    )


def cost_of_pins(
    scores: Scores,
    pinned: Collection[Pair],
    *,
    fairest: bool = False,
    excluded: Collection[Pair] = (),
) -> Mapping[Pair, float]:
    """By how much the total would rise without each pin, the others staying. In the fairest pairing
    it may fall, for the sake of the worst pair."""
    kept = pair_up(scores, fairest=fairest, pinned=pinned, excluded=excluded).total
    return {
        pin: pair_up(
            scores,
            fairest=fairest,
            pinned=[other for other in pinned if other != pin],
            excluded=excluded,
        ).total
        - kept
        for pin in pinned
    }


def next_best(scores: Scores, row: int, taken: Collection[int] = ()) -> list[int]:
    """The columns that this row could have instead, best first, those in `taken` left out."""
    options = [
        (score, column)
        for column, score in enumerate(scores[row])
        if score is not None and column not in taken
    ]
    return [column for _, column in sorted(options, key=lambda one: (-one[0], one[1]))]


def pair_again(
    scores: Scores, pairs: Collection[Pair], *, rows: Collection[int], columns: Collection[int]
) -> Pairing:
    """Pairs for those of `rows` and `columns` (who is still there, newcomers too) who are without a
    partner; all other pairs stay as they are. Who finds nobody joins the pair where the three do
    best, as long as it is only one. Raises UserError where somebody cannot be placed.
    """
    stay = [pair for pair in pairs if pair[0] in rows and pair[1] in columns]
    free_rows = sorted(set(rows) - {row for row, _ in stay})
    free_columns = sorted(set(columns) - {column for _, column in stay})
    if abs(len(free_rows) - len(free_columns)) > 1:
        raise UserError(
            "%(rows)s people are without a partner on one side and %(columns)s on the other: "
            "free some pairs, or find more people.",
            rows=len(free_rows),
            columns=len(free_columns),
        )
    new: list[Pair] = []
    if not free_rows or not free_columns:
        new += [_joining(scores, stay, [(row, column) for _, column in stay]) for row in free_rows]
        new += [
            _joining(scores, stay, [(row, column) for row, _ in stay]) for column in free_columns
        ]
    elif len(free_rows) >= len(free_columns):
        inner = [[scores[row][column] for column in free_columns] for row in free_rows]
        new = [(free_rows[row], free_columns[column]) for row, column in pair_up(inner).pairs]
    else:
        inner = [[scores[row][column] for row in free_rows] for column in free_columns]
        new = [(free_rows[row], free_columns[column]) for column, row in pair_up(inner).pairs]
    return pairing_of(scores, [*stay, *new])


def _joining(scores: Scores, stay: list[Pair], options: list[Pair]) -> Pair:
    """The best of these that makes a trio of a pair."""
    trios = [
        (score, option)
        for (row, column), option in zip(stay, options, strict=True)
        if sum(row == other[0] or column == other[1] for other in stay) == 1
        and (score := scores[option[0]][option[1]]) is not None
    ]
    if not trios:
        raise UserError("There is no pair that the last one without a partner may join.")
    return max(trios, key=lambda trio: trio[0])[1]


def table_of(scores: Scores) -> Matrix:
    """Scores as an array, -inf where excluded. Raises UserError, naming row and column."""
    rows, columns = len(scores), len(scores[0]) if scores else 0
    if not columns or any(len(row) != columns for row in scores):
        raise UserError("Every row needs the same number of scores, at least one.", field="score")
    if not columns <= rows <= columns + 1 or rows > MOST:
        raise UserError(
            "There must be as many rows as columns or one more, at most %(most)s: not %(rows)s "
            "and %(columns)s.",
            field="score",
            most=MOST,
            rows=rows,
            columns=columns,
        )
    for number, row in enumerate(scores):
        for column, score in enumerate(row):
            if score is not None and not 0 <= score < 1e12:
                raise UserError(
                    "The score of row %(row)s and column %(column)s must be a number from 0, "
                    "or null if the two must not be paired.",
                    field="score",
                    row=number,
                    column=column,
                )
    return np.array([[-np.inf if one is None else one for one in row] for row in scores], float)


def _pin(table: Matrix, pinned: Collection[Pair]) -> None:
    for row, column in pinned:
        _within(table, row, column)
        if not np.isfinite(table[row, column]):
            raise UserError(
                "Row %(row)s and column %(column)s are pinned and excluded, or pinned elsewhere.",
                row=row,
                column=column,
            )
        kept = table[row, column]
        table[row] = -np.inf
        if sum(other == column for _, other in pinned) == 1 and table.shape[0] == table.shape[1]:
            table[:, column] = -np.inf
        table[row, column] = kept


def _within(table: Matrix, row: int, column: int) -> None:
    if not (0 <= row < table.shape[0] and 0 <= column < table.shape[1]):
        raise UserError("There is no row %(row)s with column %(column)s.", row=row, column=column)


def _plain(number: float) -> float:
    """Whole numbers as such."""
    return int(number) if number == int(number) else number
