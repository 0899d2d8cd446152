"""The quick search against the naive one, on problems made by chance."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from mmp.core.errors import UserError
from mmp.core.slots.files import slot_problem
from mmp.core.slots.search import Problem, search, sliding_maximum
from tests.bench.naive_slots import best, levels
from tests.bench.slot_instances import instance


def answer(document: dict[str, Any]) -> tuple[int, bool, int, int]:
    _, problem = slot_problem(document)
    windows = search(problem)
    at = windows.best()
    assert at == windows.order()[0]
    return (
        at,
        bool(windows.required_missing[at]),
        int(windows.missing[at]),
        int(windows.fair[at]),
    )


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    people=st.integers(1, 7),
    days=st.integers(1, 5),
    step=st.sampled_from((5, 15, 20, 30, 60)),
    minutes=st.sampled_from((5, 15, 45, 60, 90, 240)),
)
def test_it_finds_what_the_naive_search_finds(
    seed: int, people: int, days: int, step: int, minutes: int
) -> None:
    document = instance(seed, people=people, days=days, step=step, minutes=minutes)
    assert answer(document) == best(document, levels(document))


def test_a_whole_fortnight_over_the_change_of_the_clocks() -> None:
    document = instance(7) | {"start_utc": "2026-10-19T00:00:00Z"}
    assert answer(document) == best(document, levels(document))


def test_every_cell_costs_what_the_naive_grid_says() -> None:
    for start in ("2026-03-20T00:00:00Z", "2026-10-20T00:00:00Z", "2026-09-18T00:00:00Z"):
        document = instance(3, people=24) | {"start_utc": start, "busy": []}
        _, problem = slot_problem(document)
        assert problem.kinds[list(problem.kind_of)].tolist() == levels(document)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.data())
def test_a_sliding_maximum(row: list[int], data: st.DataObject) -> None:
    width = data.draw(st.integers(1, len(row)))
    found = sliding_maximum(np.array([row], np.uint8), width)
    assert found.tolist() == [[max(row[at : at + width]) for at in range(len(row) - width + 1)]]


def test_of_equal_windows_the_earliest_is_taken() -> None:
    windows = search(Problem(np.zeros((1, 9), np.uint8), (0, 0), 3))
    assert windows.best() == 0
    assert windows.order().tolist() == list(range(7))


def test_who_paid_before_is_spared_first() -> None:
    kinds = np.array([[3, 0], [0, 3]], np.uint8)
    assert search(Problem(kinds, (0, 1), 1, burdens=(4, 0))).best() == 1
    assert search(Problem(kinds, (0, 1), 1, burdens=(0, 4))).best() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    (
        ({"duration": 0}, "duration_cells"),
        ({"duration": 10}, "duration_cells"),
        ({"required": frozenset({2})}, "required"),
        ({"busy": ((5, 0, 1),)}, "busy"),
        ({"burdens": (1,)}, "past_burden"),
        ({"burdens": (1, -1)}, "past_burden"),
        ({"kind_of": ()}, "people"),
    ),
)
def test_what_no_search_could_answer_is_refused(change: dict[str, Any], field: str) -> None:
    whole: dict[str, Any] = {"kind_of": (0, 0), "duration": 2}
    with pytest.raises(UserError) as refused:
        Problem(kinds=np.zeros((1, 9), np.uint8), **(whole | change))
    assert refused.value.field == field
