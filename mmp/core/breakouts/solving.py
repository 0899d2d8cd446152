"""Break-out groups by a portfolio of searches: the best so far at any time.

Seeded and repeatable: what is tried, and in which order, depends on steps and never on the time, so
more time only goes further on the same way. Uses no thread of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np

from mmp.core.breakouts.bounds import Bound, bound_of
from mmp.core.breakouts.evening import even_out
from mmp.core.breakouts.measures import Measures, measure
from mmp.core.breakouts.model import Array, Model, model_of, plan_of
from mmp.core.breakouts.points import Points
from mmp.core.breakouts.problem import Plan, Problem, Weights
from mmp.core.breakouts.schemes import repeats_of, schemes, schemes_with_units
from mmp.core.breakouts.seating import Seating, random_seats
from mmp.core.breakouts.units import followed, led

TRIED = 30
"""Chances to find a better scheme in a turn, before people are put on the best."""
EACH_ROUND = 300
PATIENCE = 400
IDLE = (None, np.inf)

Candidates = Iterator[tuple[Array | None, float]]
"""Seats that may be better than all before with their cost, or None as a chance to stop."""

ROUND_BY_ROUND = 0.4
"""Up to this share of all people met, planning one round after the other leaves no repeats."""


@dataclass(frozen=True, slots=True)
class Solution:
    """The best groups so far, what they are worth and how much better they could at most be."""

    plan: Plan
    measures: Measures
    bound: Bound


def solve(
    problem: Problem,
    *,
    seed: int,
    go_on: Callable[[], bool],
    weights: Weights | None = None,
    better: Callable[[Solution], None] | None = None,
) -> Solution:
    """Search until the bound is reached or `go_on` says no; it is asked every few milliseconds.

    `better` is told each improvement. Raises nothing for a problem that exists: rules that cannot
    all be kept are kept as far as they can be (see `conflicts`).
    """
    weights = weights or Weights()
    model = model_of(problem, weights)
    bound = bound_of(problem)
    best: Solution | None = None
    best_cost = np.inf
    for seats, cost in _candidates(model, np.random.default_rng(seed)):
        if seats is not None and cost < best_cost - 1e-6:
            plan = plan_of(seats, model.g)
            best, best_cost = Solution(plan, measure(problem, plan), bound), cost
            if better:
                better(best)
        done = best and bound.reached(best.measures) and (not weights.language or best_cost <= 0)
        if best and (done or not go_on()):
            return best
    assert best is not None
    return best


def _candidates(model: Model, rng: np.random.Generator) -> Candidates:
    """Every search of the portfolio, in turns that grow."""
    start = Seating(model, random_seats(model, rng), rng)
    yield start.best, start.best_cost
    if model.rounds > 1 and _density(model) < ROUND_BY_ROUND:
        yield from _round_by_round(model, rng)
    if model.rounds == 1 or model.place is not None:
        yield from _by_swaps(start, rng, forever=True)
    units = bool(model.owed) and bool(model.present.all())
    apart = model if units else led(model)
    most = max(int(model.sizes.max()), -(-model.n // model.g))
    known = schemes_with_units(model, rng) if units else schemes(model.g, most, model.rounds, rng)
    chances = math.inf if _only_repeats(model) else TRIED
    turn, points, champion, exact = 1, None, start, False
    while True:
        scheme = yield from _next_scheme(known, model, chances * turn)
        if scheme is not None:
            points = Points(apart, scheme, rng)
            exact = points.layers == 1 and repeats_of(scheme) == 0 and not model.past.any()
        assert points is not None
        seats = yield from _on_points(model, points, 800 * turn)
        if not exact:
            swaps = Seating(model, seats, rng)
            yield swaps.best, swaps.best_cost
            yield from _by_swaps(swaps, rng, steps=250 * turn)
            champion = swaps if swaps.best_cost < champion.best_cost else champion
            yield from _by_swaps(champion, rng, steps=250 * turn)
        turn += 1


def _density(model: Model) -> float:
    """Which share of all others each person meets, if they met nobody twice."""
    return float((model.sizes.max(1) - 1).sum() + model.past.sum(1).max()) / max(model.n - 1, 1)


def _only_repeats(model: Model) -> bool:
    """Whether everybody is alike and always there."""
    alike = not (model.features.size or model.pairs.any() or model.lack.any() or model.past.any())
    return alike and bool(model.present.all())


def _next_scheme(
    known: Iterator[tuple[Array, int] | None], model: Model, chances: float
) -> Generator[tuple[Array | None, float], None, Array | None]:
    """The best scheme for the biggest groups that so many chances find, each a candidate as it is;
    None if there is no better than before."""
    found: Array | None = None
    for scheme in known:
        chances -= 1
        if scheme is not None:
            found = scheme[0]
            seats = even_out(model, found[:, : model.n])
            yield seats, Seating(model, seats, np.random.default_rng(0)).best_cost
        else:
            yield IDLE
        if chances <= 0:
            break
    return found


def _on_points(
    model: Model, points: Points, steps: int
) -> Generator[tuple[Array | None, float], None, Array]:
    """Who sits at which point; each better order is evened out and weighed by every rule."""
    best, best_cost = even_out(model, followed(model, points.seated())), np.inf
    for _ in range(steps):
        before = points.best_cost
        points.step()
        if points.best_cost < before:
            seats = even_out(model, followed(model, points.seated()))
            cost = Seating(model, seats, points.rng).best_cost
            if cost < best_cost:
                best, best_cost = seats, cost
            yield seats, cost
        else:
            yield IDLE
    return best


def _round_by_round(model: Model, rng: np.random.Generator) -> Candidates:
    """Each round for itself, after those before it."""
    rows: list[Array] = []
    past = model.past.copy()
    for number in range(model.rounds):
        one = replace(
            model,
            rounds=1,
            present=model.present[number : number + 1],
            sizes=model.sizes[number : number + 1],
            table=model.table[number : number + 1],
            place=None if model.place is None else model.place[number : number + 1],
            fixed=model.fixed[number : number + 1],
            past=past,
            owed=0.0,
        )
        seating = Seating(one, random_seats(one, rng), rng)
        for _ in range(EACH_ROUND):
            seating.step()
            yield IDLE
            if seating.best_cost <= 0:
                break
        row = seating.best[0]
        rows.append(row)
        same = ((row[:, None] == row) & (row < model.g)[:, None]).astype(float)
        np.fill_diagonal(same, 0)
        past = past + same
    whole = Seating(model, np.array(rows), rng)
    yield whole.best, whole.best_cost
    yield from _by_swaps(whole, rng, steps=EACH_ROUND)


def _by_swaps(
    seating: Seating, rng: np.random.Generator, *, steps: int = 0, forever: bool = False
) -> Candidates:
    """Swaps in all rounds; from the best, shaken, where nothing has been better for long."""
    done = 0
    while forever or done < steps:
        before = seating.best_cost
        seating.step()
        done += 1
        if seating.best_cost < before:
            yield seating.best, seating.best_cost
        else:
            yield IDLE
        if seating.still > PATIENCE:
            seating.shake(int(rng.integers(2, 3 + seating.m.g)))
