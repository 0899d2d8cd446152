"""`mmp solve` of a slot: its answer, and what is wrong with a file in one line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Mmp

SMALL: dict[str, Any] = {
    "problem": "slot",
    "start_utc": "2026-10-23T00:00:00Z",
    "step_min": 15,
    "cells": 480,
    "duration_cells": 6,
    "people": [
        {"country": "SE", "zone": "Europe/Stockholm"},
        {"country": "JO", "zone": "Asia/Amman"},
        {"country": "TN", "zone": "Africa/Tunis"},
    ],
    "holidays": {"SE": [], "JO": ["2026-10-26"], "TN": []},
    "weekend": {"SE": [5, 6], "JO": [4, 5], "TN": [5, 6]},
    "busy": [[0, 416, 3]],
    "required": [1],
    "past_burden": [0, 2, 1],
}


def solve(mmp: Mmp, folder: Path, document: object) -> Any:
    file = folder / "file.json"
    file.write_text(json.dumps(document))
    return mmp("solve", str(file))


def test_a_slot(mmp: Mmp, tmp_path: Path) -> None:
    result = solve(mmp, tmp_path, SMALL)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    # Tuesday the 27th, for Sweden rests on Sunday and Jordan on Friday, Saturday and this Monday.
    # Stockholm is in a meeting at 9:00, and after that all three work until 17:00 in Amman.
    assert found.pop("seconds") < 60
    assert found == {
        "start": "2026-10-27T08:45:00Z",
        "missing": 0,
        "fair": 5,
        "required_missing": False,
        "missed_by": [],
    }


def test_where_nothing_fits_the_least_bad(mmp: Mmp, tmp_path: Path) -> None:
    result = solve(mmp, tmp_path, SMALL | {"cells": 96, "required": [1, 2]})
    found = json.loads(result.stdout)
    assert (found["required_missing"], found["missed_by"]) == (True, [1])


@pytest.mark.parametrize(
    ("change", "says"),
    (
        ({"start_utc": "soon"}, "'soon' is no instant"),
        ({"start_utc": None}, "lacks start_utc"),
        ({"start_utc": "0001-01-01T00:00:00+14:00"}, "no instant"),
        ({"start_utc": "9999-01-01T00:00:00Z"}, "between 1970 and 2200"),
        ({"step_min": 0}, "step_min must be a whole number from 1"),
        ({"step_min": 10_000}, "from a minute to a day"),
        ({"cells": 10**9}, "from 1 to 40000 steps"),
        ({"cells": 5}, "the 5 steps there are"),
        ({"duration_cells": 0}, "duration_cells must be a whole number from 1"),
        ({"duration_cells": 120}, "30 hours: nothing here lasts longer"),
        ({"people": []}, "lacks people"),
        ({"people": ["SE"]}, "Person 0 needs a country and a zone"),
        ({"people": [{"country": "SE", "zone": "Europe/Amman"}]}, "did you mean Asia/Amman"),
        ({"holidays": {"SE": ["15 Oct"]}}, "'15 Oct' in holidays is no date"),
        ({"holidays": [1]}, "lacks holidays"),
        ({"weekend": {"SE": [7]}}, "from 0, Monday, to 6"),
        ({"weekend": {"SE": 5}}, "lacks weekend"),
        ({"busy": [[0, 1]]}, "busy must hold lists"),
        ({"busy": [[3, 1, 1]]}, "busy names person 3"),
        ({"required": [3]}, "required names person 3"),
        ({"past_burden": [1]}, "one past burden"),
        ({"past_burden": [1, 2, -3]}, "past_burden must be a whole number from 0"),
    ),
)
def test_what_is_wrong_is_one_line(
    mmp: Mmp, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    result = solve(mmp, tmp_path, SMALL | change)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert not result.stdout
