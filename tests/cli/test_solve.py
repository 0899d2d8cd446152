"""`mmp solve`: files of groups and pairs, and what is wrong with them in one line."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import MMP, Mmp

KIRKMAN = {"problem": "groups", "people": 15, "groups": 5, "size": 3, "rounds": 7}
SMALL = {
    "problem": "groups",
    "n": 8,
    "groups": 2,
    "R": 2,
    "region": [0, 0, 0, 0, 1, 1, 1, 1],
    "gender": [0, 1, 0, 1, 0, 1, 0, 1],
    "stake": [0] * 8,
    "langs": [1] * 8,
    "fac": [1, 0, 0, 0, 1, 0, 0, 0],
    "partner": [4, 5, 6, [7], 0, 1, 2, 3],
    "never": [],
    "must": [[1, 2]],
    "attend": "all",
}
PAIRS = {"problem": "pairs", "score": [[9, 8], [8, 2], [None, 1]]}


def solve(mmp: Mmp, folder: Path, document: object, *more: str) -> Any:
    file = folder / "file.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return mmp("solve", str(file), *more)


def answer(mmp: Mmp, folder: Path, document: object, *more: str) -> Any:
    result = solve(mmp, folder, document, *more)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_groups_of_equal_people(mmp: Mmp, tmp_path: Path) -> None:
    found = answer(mmp, tmp_path, KIRKMAN, "--seed", "3")
    assert found["measures"] == {"hard": 0, "repeats": 0, "mix": 0}
    assert [len(groups) for groups in found["rounds"]] == [5] * 7


def test_a_first_round_that_is_given_comes_first_in_the_answer(mmp: Mmp, tmp_path: Path) -> None:
    first = [list(range(start, start + 6)) for start in range(0, 24, 6)]
    document = {"problem": "groups", "people": 24, "groups": 4, "size": 6, "rounds": 2}
    found = answer(mmp, tmp_path, document | {"round1_fixed": first})
    assert found["rounds"][0] == first
    assert len(found["rounds"]) == 2
    assert found["measures"]["repeats"] == found["bound"]["repeats"] == 8


def test_groups_of_people_who_differ(mmp: Mmp, tmp_path: Path) -> None:
    found = answer(mmp, tmp_path, SMALL, "--seconds", "0.5")
    assert found["measures"]["hard"] == 0
    attend = {"attend": [[0, 1, 2, 4, 5], list(range(8))]}
    missing = answer(mmp, tmp_path, SMALL | attend, "--seconds", "0.5")
    assert sorted(one for group in missing["rounds"][0] for one in group) == [0, 1, 2, 4, 5]


def test_pairs(mmp: Mmp, tmp_path: Path) -> None:
    most = answer(mmp, tmp_path, PAIRS)
    assert (most["pairs"], most["total"], most["worst"]) == ([[0, 0], [1, 0], [2, 1]], 18, 1)
    rows = {"problem": "pairs", "score": [[9, 5], [5, 0]]}
    assert answer(mmp, tmp_path, rows)["total"] == 10
    fair = {"problem": "pairs", "score": [[10, 4], [5, 0]]}
    assert answer(mmp, tmp_path, fair)["pairs"] == [[0, 0], [1, 1]]
    assert answer(mmp, tmp_path, fair, "--fairest")["pairs"] == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("document", "says"),
    (
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "one JSON object"),
        ("{}", "which problem"),
        ({"problem": "knapsack"}, "There is no problem 'knapsack'"),
        ('{"problem": "pairs", "score": [[NaN]]}', "NaN is no number"),
        ('{"problem": "pairs", "score": [[1e999]]}', "row 0 and column 0"),
        ({"problem": "pairs", "score": [[-1]]}, "must be a number from 0"),
        ({"problem": "pairs", "score": [["x"]]}, "neither a number nor null"),
        ({"problem": "pairs", "score": [[None]]}, "rows 0 may only be paired with columns none"),
        ({"problem": "pairs"}, "lacks score"),
        (KIRKMAN | {"people": 3}, "3 people cannot fill 5 groups"),
        (KIRKMAN | {"people": 16}, "5 groups of 3 are not 16 people"),
        (KIRKMAN | {"people": 5_000, "groups": 1_000, "size": 5}, "not of 5000"),
        (KIRKMAN | {"groups": 15, "size": 1}, "of one person"),
        (KIRKMAN | {"rounds": 10**12}, "At most 60 rounds"),
        (KIRKMAN | {"rounds": 0}, "lacks rounds"),
        (KIRKMAN | {"round1_fixed": [[0, 0]]}, "everybody exactly once"),
        (SMALL | {"attend": [[0, 1, 2, 2], []]}, "Person 2 is twice in round 0"),
        (SMALL | {"attend": [[0, 1, 2, 3], []]}, "Nobody is present in round 1"),
        (SMALL | {"attend": [[0, 1, 2, 3]]}, "for each of the 2 rounds"),
        (SMALL | {"never": [[1, 9]]}, "Person 9 does not exist"),
        (SMALL | {"must": [[1, 1]]}, "paired with themselves"),
        (SMALL | {"gender": [0]}, "gender has 1 values for 8 people"),
        (SMALL | {"langs": [-1] * 8}, "langs must hold whole numbers from 0"),
        (SMALL | {"n": 0}, "lacks n"),
    ),
)
def test_what_is_wrong_is_one_line(mmp: Mmp, tmp_path: Path, document: object, says: str) -> None:
    result = solve(mmp, tmp_path, document)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert not result.stdout


@pytest.mark.parametrize("seconds", ("nan", "0", "-1", "inf", "soon"))
def test_seconds_are_a_number_above_nought(mmp: Mmp, tmp_path: Path, seconds: str) -> None:
    assert solve(mmp, tmp_path, KIRKMAN, "--seconds", seconds).exit_code == 2


def test_a_file_that_is_not_there(mmp: Mmp, tmp_path: Path) -> None:
    result = mmp("solve", str(tmp_path / "none.json"))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


def test_it_ends_by_itself_and_reads_standard_input() -> None:
    hard = json.dumps({"problem": "groups", "people": 36, "groups": 6, "size": 6, "rounds": 6})
    started = time.monotonic()
    done = subprocess.run(
        [MMP, "solve", "-", "--seconds", "1"],
        input=hard,
        capture_output=True,
        text=True,
        check=True,
    )
    assert time.monotonic() - started < 15
    assert json.loads(done.stdout)["measures"]["repeats"] > 0
