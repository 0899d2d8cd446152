"""`mmp solve`: break-out groups, pairs and slots from a file, without an instance."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from mmp.core.errors import UserError

MOST_BYTES = 64_000_000
LEAVING = 0.15
"""Seconds that writing the answer and ending take."""

MOST_START = 1.0
"""Seconds of CPU time after which a process was not started for this command alone."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for beside the file."""

    seconds: float
    seed: int
    fairest: bool


@click.command(short_help="Solve a file of groups, pairs or a slot.")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option("--seconds", type=float, default=10.0, show_default=True, help="Time it may take.")
@click.option("--seed", type=click.IntRange(0), default=0, help="Of the search; 0 if not given.")
@click.option("--fairest", is_flag=True, help="Pairs: the worst pair as good as can be first.")
def solve(file: Path, seconds: float, seed: int, fairest: bool) -> None:
    """Solve the problem of a JSON FILE ("-" reads standard input) and print the answer as JSON.

    Groups are the better the longer the search may take; Ctrl-C ends it with the best so far.
    The file names its problem: "groups", "pairs" or "slot".
    """
    if not math.isfinite(seconds) or seconds <= 0:
        raise UserError("--seconds must be a number above 0.", field="seconds")
    from mmp.core.solver_files import problem_of  # heavy, as all that follows: NumPy

    document = _read(file)
    name = problem_of(document)
    if name not in SOLVERS:
        raise UserError(
            "There is no problem %(name)s: use %(names)s.", name=ascii(name), names=_names()
        )
    assert isinstance(document, Mapping)
    answer = SOLVERS[name](document, Wanted(seconds, seed, fairest))
    click.echo(json.dumps(answer))


def _groups(document: Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    from mmp.core.breakouts.solving import solve as solve_groups  # heavy: NumPy
    from mmp.core.solver_files import groups_problem

    started = _process_start()
    until = started + max(wanted.seconds - LEAVING, wanted.seconds / 2)
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    with suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, stop)
    problem = groups_problem(document)
    found = solve_groups(
        problem,
        seed=wanted.seed,
        go_on=lambda: not stopped and time.perf_counter() < until,
    )
    return {
        "rounds": [[list(group) for group in groups] for groups in (*problem.past, *found.plan)],
        "measures": asdict(found.measures),
        "bound": asdict(found.bound),
        "seconds": round(time.perf_counter() - started, 3),
    }


def _pairs(document: Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    from mmp.core.matching.pairing import pair_up  # heavy: NumPy
    from mmp.core.solver_files import scores_of

    found = pair_up(scores_of(document), fairest=wanted.fairest)
    return {
        "pairs": [list(pair) for pair in found.pairs],
        "total": found.total,
        "worst": found.worst,
        "seconds": round(time.perf_counter() - _process_start(), 3),
    }


def _slot(document: Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    from mmp.core.slots.files import slot_problem  # heavy: NumPy
    from mmp.core.slots.search import search

    grid, problem = slot_problem(document)
    windows = search(problem)
    best = windows.best()
    return {
        "start": grid.at(best).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "missing": int(windows.missing[best]),
        "fair": int(windows.fair[best]),
        "required_missing": bool(windows.required_missing[best]),
        "missed_by": windows.missed_by(best),
        "seconds": round(time.perf_counter() - _process_start(), 3),
    }


Solver = Callable[[Mapping[str, Any], Wanted], dict[str, Any]]
SOLVERS: dict[str, Solver] = {"groups": _groups, "pairs": _pairs, "slot": _slot}


def _names() -> str:
    *others, last = SOLVERS
    return f"{', '.join(others)} or {last}"


def _read(file: Path) -> object:
    """The document in a file. Raises UserError where it is none."""
    with click.open_file(str(file), "rb") as stream:
        raw = stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise UserError("%(file)s is too big to be a problem.", file=str(file))
    try:
        return json.loads(raw, parse_constant=_no_number)
    except UserError:
        raise
    except (ValueError, RecursionError) as error:
        why = str(error).splitlines()[0]
        raise UserError("%(file)s is not JSON: %(why)s.", file=str(file), why=why) from None


def _no_number(name: str) -> object:
    raise UserError("%(name)s is no number: use numbers, or null.", name=name)


def _process_start() -> float:
    """When this process began, on the clock of `perf_counter`: the time that starting took belongs
    to what the user allowed."""
    now = time.perf_counter()
    if sys.platform == "linux" and time.process_time() < MOST_START:
        with suppress(OSError, ValueError, IndexError):
            ticks = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
            age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(ticks) / os.sysconf("SC_CLK_TCK")
            return now - max(age, 0.0)
    return now
