"""Pairs of two sides: exact against every possibility, with pins, trios and reasons."""

from itertools import product

import pytest
from hypothesis import given, strategies as st

from mmp.core.errors import UserError
from mmp.core.matching.pairing import cost_of_pins, next_best, pair_again, pair_up
from mmp.core.matching.scoring import Candidate, Score, Weights, score, table

SCORES = st.none() | st.integers(0, 9)
TABLES = st.integers(1, 4).flatmap(
    lambda columns: st.integers(columns, columns + 1).flatmap(
        lambda rows: st.lists(
            st.lists(SCORES, min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
    )
)


def possible(scores: list[list[float | None]]) -> list[list[float]]:
    """The scores of every way to give each row a column and leave no column out."""
    columns = len(scores[0])
    found = []
    for chosen in product(range(columns), repeat=len(scores)):
        reached = [row[column] for row, column in zip(scores, chosen, strict=True)]
        if len(set(chosen)) == columns and None not in reached:
            found.append([one for one in reached if one is not None])
    return found


@given(TABLES)
def test_no_pairs_are_better_and_none_is_missed(scores: list[list[float | None]]) -> None:
    ways = possible(scores)
    if not ways:
        with pytest.raises(UserError, match="Not everybody can have a partner: rows"):
            pair_up(scores)
        return
    most = pair_up(scores)
    fair = pair_up(scores, fairest=True)
    assert most.total == max(map(sum, ways))
    assert (fair.worst, fair.total) == max((min(way), sum(way)) for way in ways)
    for found in (most, fair):
        assert [row for row, _ in found.pairs] == list(range(len(scores)))
        assert {column for _, column in found.pairs} == set(range(len(scores[0])))


FOUR: list[list[float | None]] = [
    [9, 8, 1, None],
    [8, 2, 1, 1],
    [1, 5, 6, 7],
    [2, 2, 9, 1],
]


def test_pins_and_exclusions_are_kept_and_what_a_pin_costs_is_known() -> None:
    free = pair_up(FOUR)
    assert free.pairs == ((0, 1), (1, 0), (2, 3), (3, 2))
    pinned = pair_up(FOUR, pinned=[(1, 3)])
    assert (1, 3) in pinned.pairs
    assert cost_of_pins(FOUR, [(1, 3)]) == {(1, 3): free.total - pinned.total}
    assert (2, 3) not in pair_up(FOUR, excluded=[(2, 3)]).pairs


@pytest.mark.parametrize("pinned", ([(0, 3)], [(0, 0), (1, 0)], [(0, 0), (0, 1)], [(0, 9)]))
def test_pins_that_cannot_be_are_named(pinned: list[tuple[int, int]]) -> None:
    with pytest.raises(UserError):
        pair_up(FOUR, pinned=pinned)


def test_a_trio_can_be_pinned() -> None:
    five: list[list[float | None]] = [*FOUR, [0, 0, 0, 0]]
    found = pair_up(five, pinned=[(4, 2), (3, 2)])
    assert {(4, 2), (3, 2)} <= set(found.pairs)


def test_when_someone_drops_out_only_their_partner_is_paired_anew() -> None:
    pairs = pair_up(FOUR).pairs
    gone = pair_again(FOUR, pairs, rows={0, 1, 2, 3}, columns={0, 2, 3})
    assert {(1, 0), (2, 3), (3, 2)} <= set(gone.pairs)
    assert len(gone.pairs) == 4
    assert (0, 0) in gone.pairs  # the best of the pairs that can become a trio
    both = pair_again(FOUR, pairs, rows={0, 1, 2}, columns={0, 2, 3})
    assert {(1, 0), (2, 3)} < set(both.pairs)
    assert (0, 2) in both.pairs
    assert next_best(FOUR, 0, taken={0}) == [1, 2]


@pytest.mark.parametrize(
    ("scores", "says"),
    (
        ([[float("nan")]], "row 0 and column 0 must be a number"),
        ([[1, 2], [3, -4]], "row 1 and column 1"),
        ([[float("inf")]], "row 0 and column 0"),
        ([[1, 2]], "as many rows as columns or one more"),
        ([], "at least one"),
        ([[1], [2, 3]], "same number of scores"),
    ),
)
def test_scores_that_are_none_are_named(scores: list[list[float | None]], says: str) -> None:
    with pytest.raises(UserError, match=says):
        pair_up(scores)


ONE = Candidate(
    1,
    languages=frozenset({"en", "ar"}),
    interests=frozenset({"water", "law"}),
    sector="energy",
    hours=frozenset({8, 9, 10}),
    seniority=5,
    wished=(12, 11),
    unwanted=frozenset({13}),
)
OTHER = Candidate(
    11,
    languages=frozenset({"en", "ar", "fr"}),
    interests=frozenset({"water"}),
    sector="energy",
    hours=frozenset({9, 10, 11}),
    seniority=7,
    wished=(1,),
)


def test_each_part_of_a_score_is_told() -> None:
    found = score(ONE, OTHER, Weights())
    told = {part.code: (part.points, part.count, part.names) for part in found.parts}
    assert told == {
        "wished_by_first": (200, 2, ()),
        "wished_by_second": (300, 1, ()),
        "interests": (40, 1, ("water",)),
        "languages": (60, 1, ("ar", "en")),
        "hours": (20, 2, ()),
        "sector": (80, 0, ("energy",)),
        "seniority": (48, 2, ()),
    }
    assert found.points == 748


def test_some_must_not_be_paired() -> None:
    assert score(ONE, OTHER, Weights(), last_year={(1, 11)}) == Score(excluded="last_year")
    assert score(ONE, Candidate(13), Weights()).excluded == "unwanted"
    french = Candidate(14, languages=frozenset({"fr"}))
    assert score(ONE, french, Weights()).excluded == "no_language"
    assert table([ONE], [french, OTHER], Weights()) == [[None, 748]]


@pytest.mark.parametrize("weight", (-1.0, float("nan"), float("inf")))
def test_weights_are_numbers_from_nought(weight: float) -> None:
    with pytest.raises(UserError, match="weight of sector"):
        Weights(sector=weight)
