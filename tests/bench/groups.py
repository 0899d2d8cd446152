"""Groups and pairs against their promises: `mmp solve` as it is typed, start included.

Each promise is measured with five seeds on five programmes made by chance (where there is anything
to choose), each run with the promised seconds as its budget. The worst of five must keep it.
"""

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmp.core.breakouts.measures import hard_of, measure
from mmp.core.breakouts.problem import Plan
from mmp.core.breakouts.repair import repair
from mmp.core.breakouts.solving import solve
from mmp.core.solver_files import groups_problem
from tests.bench.report import Figure

MMP = Path(sys.executable).with_name("mmp")
SEEDS = range(5)
MEGABYTES = 300

Document = dict[str, Any]


def measure_all() -> Iterator[Figure]:
    """Every row of the table, median and worst."""
    yield from _groups("48 in 8x6, 6 meetings, 1 s", 1, lambda seed: programme(48, 8, 6, seed), 130)
    yield from _groups(
        "48 in 8x6, 6 meetings, 10 s", 10, lambda seed: programme(48, 8, 6, seed), 100
    )
    yield from _repeats("32 in 8x4, 9 meetings, 2 s", 2, equal(32, 8, 9), 0)
    yield from _repeats("32 in 8x4, 10 meetings, 2 s", 2, equal(32, 8, 10), 16)
    yield from _repeats("15 in 5x3, 7 meetings, 1 s", 1, equal(15, 5, 7), 0)
    yield from _repeats(
        "48 at 90 % attendance, 10 s", 10, lambda seed: programme(48, 8, 6, seed, attendance=0.9), 5
    )
    yield from _groups(
        "150 in 25x6, 6 meetings, 12 s", 12, lambda seed: programme(150, 25, 6, seed), 0
    )
    yield from _repairs(48, 8, 3, 2, 50)
    yield from _repairs(150, 25, 12, 4, 500)
    yield from _pairs()
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield Figure("memory of all these, most, MB", most, MEGABYTES)


def programme(
    people: int, groups: int, rounds: int, seed: int, *, attendance: float = 1.0
) -> Document:
    """Two regions in pairs, three languages, a quarter who can facilitate, some kept apart."""
    chance = random.Random(f"{people} {seed}")
    half = people // 2
    never = [[one, half + (one + 7) % half] for one in chance.sample(range(half), people // 12)]
    can = set(chance.sample(range(people), people * 27 // 100))
    attend: object = "all"
    if attendance < 1:
        attend = [[n for n in range(people) if chance.random() < attendance] for _ in range(rounds)]
    return {
        "problem": "groups",
        "n": people,
        "groups": groups,
        "R": rounds,
        "region": [0] * half + [1] * half,
        "gender": [chance.randrange(2) for _ in range(people)],
        "stake": [chance.choice((0, 0, 0, 1, 1, 1, 2, 2, 2, 3)) for _ in range(people)],
        "langs": [
            1 | 2 * (chance.random() < 0.35) | (4 if one >= half else 0) for one in range(people)
        ],
        "fac": [int(one in can) for one in range(people)],
        "partner": [(one + half) % people for one in range(people)],
        "never": never,
        "must": [],
        "attend": attend,
    }


def equal(people: int, groups: int, rounds: int) -> Callable[[int], Document]:
    """Nothing but repeats counts."""
    document = {
        "problem": "groups",
        "people": people,
        "groups": groups,
        "size": people // groups,
        "rounds": rounds,
    }
    return lambda seed: document


def _groups(
    name: str, seconds: float, make: Callable[[int], Document], mix: int
) -> Iterator[Figure]:
    runs = [_answer(make(seed), seed, seconds) for seed in SEEDS]
    yield Figure(f"{name}: broken rules, worst", max(run["hard"] for run in runs), 0)
    yield Figure(f"{name}: repeats, worst", max(run["repeats"] for run in runs), 0)
    yield Figure(f"{name}: mix, median", statistics.median(run["mix"] for run in runs), mix)
    yield Figure(f"{name}: mix, worst", max(run["mix"] for run in runs), mix)
    yield Figure(f"{name}: seconds, worst", max(run["seconds"] for run in runs), seconds)


def _repeats(
    name: str, seconds: float, make: Callable[[int], Document], repeats: int
) -> Iterator[Figure]:
    runs = [_answer(make(seed), seed, seconds) for seed in SEEDS]
    yield Figure(f"{name}: broken rules, worst", max(run["hard"] for run in runs), 0)
    middle = statistics.median(run["repeats"] for run in runs)
    yield Figure(f"{name}: repeats, median", middle, repeats)
    yield Figure(f"{name}: repeats, worst", max(run["repeats"] for run in runs), repeats)
    yield Figure(f"{name}: seconds, worst", max(run["seconds"] for run in runs), seconds)


def _answer(document: Document, seed: int, seconds: float) -> dict[str, float]:
    """What one run says, measured again here, and how long it took from start to end."""
    started = time.perf_counter()
    found = _run(document, "--seed", str(seed), "--seconds", str(seconds))
    took = time.perf_counter() - started
    plan: Plan = tuple(tuple(tuple(group) for group in groups) for groups in found["rounds"])
    problem = groups_problem(document)
    for number, groups in enumerate(plan):
        assert sorted(one for group in groups for one in group) == sorted(problem.present[number])
        assert max(map(len, groups)) - min(map(len, groups)) <= 1
    real = measure(problem, plan)
    return {"hard": real.hard, "repeats": real.repeats, "mix": real.mix, "seconds": took}


def _run(document: Document, *options: str) -> Any:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(document, file)
        file.flush()
        done = subprocess.run(
            [MMP, "solve", file.name, *options], capture_output=True, text=True, check=True
        )
    return json.loads(done.stdout)


def _repairs(people: int, groups: int, missing: int, late: int, most: int) -> Iterator[Figure]:
    took, broken, extra = [], [], []
    for seed in SEEDS:
        chance = random.Random(seed)
        everybody = groups_problem(programme(people, groups, 1, seed))
        comes_late = set(chance.sample(range(people), late))
        here = tuple(one for one in range(people) if one not in comes_late)
        until = time.perf_counter() + 2
        seated = solve(
            replace(everybody, present=(here,)),
            seed=seed,
            go_on=lambda until=until: time.perf_counter() < until,  # type: ignore[misc]
        ).plan[0]
        gone = set(chance.sample(here, missing))
        now = replace(everybody, present=(tuple(n for n in range(people) if n not in gone),))
        started = time.perf_counter()
        mended = repair(now, seated)
        took.append(1000 * (time.perf_counter() - started))
        broken.append(hard_of(now, 0, mended.groups))
        extra.append(len(mended.moved) - missing)
    name = f"{people} seated, {missing} no-shows, {late} late"
    yield Figure(f"{name}: broken rules, worst", max(broken), 0)
    yield Figure(f"{name}: moves beyond the no-shows, worst", max(extra), 0)
    yield Figure(f"{name}: ms, median", statistics.median(took), most)
    yield Figure(f"{name}: ms, worst", max(took), most)


def _pairs() -> Iterator[Figure]:
    """300 x 300, with the start of Python."""
    for option in ((), ("--fairest",)):
        took = []
        for seed in SEEDS:
            chance = random.Random(seed)
            scores = [
                [None if chance.random() < 0.3 else chance.randrange(600) for _ in range(300)]
                for _ in range(300)
            ]
            took.append(_run({"problem": "pairs", "score": scores}, *option)["seconds"])
        name = f"300 x 300 pairs{', fairest' if option else ''}: seconds"
        yield Figure(f"{name}, median", statistics.median(took), 1.0)
        yield Figure(f"{name}, worst", max(took), 1.0)
