"""Slots against their promises: beside the naive loops, in memory, and a calendar of many rules."""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from mmp.core.slots.files import slot_problem
from mmp.core.slots.search import search
from tests.bench.naive_slots import best, levels
from tests.bench.report import Figure
from tests.bench.slot_instances import instance

SEEDS = range(5)
MEGABYTES = 200
PARTS = (
    ("find", "300 people, 60 days, with pair and reasons", 10),
    ("calendar", "a calendar of 5,000 recurring events, two months", 60),
)
"""Each with the seconds it may take."""


def measure() -> Iterator[Figure]:
    """Every row of the table; ratios to the naive loops measured in turn with them."""
    quick, whole, milliseconds, wrong = [], [], [], 0
    for seed in SEEDS:
        document = instance(seed)
        naive, searching, both, same = _beside(document)
        quick.append(searching / naive)
        whole.append(both / naive)
        milliseconds.append(1000 * both)
        wrong += not same
    name = "60 people, 14 days, 15 minutes"
    yield Figure(f"{name}: answers that differ from the naive one", wrong, 0)
    yield Figure(f"{name}: search, share of the naive loop's time, most", max(quick), 0.1)
    yield Figure(f"{name}: grid and search, share of it, most", max(whole), 1)
    yield Figure(f"{name}: grid and search, ms, median", statistics.median(milliseconds), 40)
    for part, what, most in PARTS:
        seconds, megabytes = _alone(part)
        yield Figure(f"{what}: s", seconds, most)
        yield Figure(f"{what}: MB", megabytes, MEGABYTES)


def _beside(document: dict[str, object]) -> tuple[float, float, float, bool]:
    """Seconds of the naive search, of ours, of ours with its grid; and whether they agree."""
    rows = levels(document)
    started = time.perf_counter()
    expected = best(document, rows)
    naive = time.perf_counter() - started
    searching, both = [], []
    found = None
    for _ in range(5):
        started = time.perf_counter()
        _, problem = slot_problem(document)
        built = time.perf_counter()
        windows = search(problem)
        at = windows.best()
        done = time.perf_counter()
        searching.append(done - built)
        both.append(done - started)
        found = (
            at,
            bool(windows.required_missing[at]),
            int(windows.missing[at]),
            int(windows.fair[at]),
        )
    return naive, statistics.median(searching), statistics.median(both), found == expected


def _alone(part: str) -> tuple[float, float]:
    """Seconds and most megabytes of a part in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.slots", part],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def _main(part: str) -> None:
    # Each in a process of its own, so that its memory is its own.
    from tests.bench import slot_parts

    started = time.perf_counter()
    {"find": slot_parts.find_for_many, "calendar": slot_parts.expand_many}[part]()
    seconds = time.perf_counter() - started
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    _main(sys.argv[1])
