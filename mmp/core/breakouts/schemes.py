"""A scheme for rounds of equal groups: algebra first, then searches that only know repeats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mmp.core.breakouts.design import design
from mmp.core.breakouts.evening import even_out
from mmp.core.breakouts.model import Array, Model, model_of, plan_of
from mmp.core.breakouts.problem import Problem
from mmp.core.breakouts.rotation import Rotation
from mmp.core.breakouts.seating import Seating, random_seats
from mmp.core.breakouts.units import followed

PATIENCE = 150


def schemes(
    groups: int, size: int, rounds: int, rng: np.random.Generator
) -> Iterator[tuple[Array, int] | None]:
    """(rounds, groups * size) group numbers and how many repeats they have, each better than the
    one before; None as a chance to stop. Ends when there are no repeats, else never."""
    known = design(groups, size, rounds)
    if known is not None and len(known) == rounds:
        yield known, 0
        return
    free = _problem(groups, size, rounds)
    whole = Seating(free, random_seats(free, rng), rng)
    yield whole.best, int(repeats_of(whole.best))
    best = repeats_of(whole.best)
    searches: list[Iterator[tuple[Array, float] | None]] = []
    if known is not None:
        searches.append(_completing(known, groups, size, rounds, rng))
    if groups * size >= rounds:
        searches.append(_turning(Rotation(groups, size, rounds, rng)))
    searches.append(_swapping(whole))
    while best > 0:
        for search in searches:
            found = next(search)
            if found is not None and found[1] < best:
                best = found[1]
                yield found[0], int(best)
                if best == 0:
                    return
            else:
                yield None


def schemes_with_units(
    model: Model, rng: np.random.Generator
) -> Iterator[tuple[Array, int] | None]:
    """The same for people some of whom sit together, all being always there: (R, n) group numbers
    by person. Begins with a scheme in which they are put together, and never ends."""
    alike = replace(
        model,
        features=model.features[:, :0],
        table=model.table[:, :, :0],
        facilitates=np.zeros(model.n, bool),
        pairs=np.minimum(model.pairs, 0),
        lack=np.zeros((model.n, 1)),
        past=np.zeros_like(model.past),
    )
    size = int(model.sizes.max())
    known = design(model.g, size, model.rounds)
    if known is not None and len(known) == model.rounds:
        seats = even_out(alike, followed(alike, known[:, : model.n]))
    else:
        seats = random_seats(alike, rng)
    search = Seating(alike, seats, rng)
    unit = float(model.counted.max()) or 1.0
    yield search.best, int(search.best_cost / unit)
    for found in _swapping(search):
        yield None if found is None else (found[0], int(found[1]))


def _problem(groups: int, size: int, rounds: int, past: Array | None = None) -> Model:
    everyone = tuple(range(groups * size))
    return model_of(
        Problem(
            people=len(everyone),
            groups=groups,
            present=(everyone,) * rounds,
            past=() if past is None else plan_of(past, groups),
        )
    )


STEPS = 6


def _swapping(seating: Seating) -> Iterator[tuple[Array, float] | None]:
    unit = float(seating.m.counted.max()) or 1.0
    while True:
        before = seating.best_cost
        for _ in range(STEPS):
            seating.step()
        if seating.still > PATIENCE:
            seating.shake(int(seating.rng.integers(2, 3 + seating.m.n // 3)))
        yield (seating.best, seating.best_cost / unit) if seating.best_cost < before else None


def _turning(rotation: Rotation) -> Iterator[tuple[Array, float] | None]:
    while True:
        before = rotation.best_cost
        for _ in range(STEPS * 16):
            rotation.step()
            if rotation.best_cost == 0:
                break
        if rotation.best_cost < before:
            scheme = rotation.scheme()
            yield scheme, repeats_of(scheme)
        else:
            yield None


def _completing(
    known: Array, groups: int, size: int, rounds: int, rng: np.random.Generator
) -> Iterator[tuple[Array, float] | None]:
    """The rounds that algebra knows, and the others by search."""
    model = _problem(groups, size, rounds - len(known), known)
    for found in _swapping(Seating(model, random_seats(model, rng), rng)):
        if found is None:
            yield None
        else:
            scheme = np.concatenate([known, found[0]])
            yield scheme, repeats_of(scheme)


def repeats_of(scheme: Array) -> float:
    """Meetings beyond the first."""
    met = np.zeros((scheme.shape[1], scheme.shape[1]))
    for row in scheme:
        met += row[:, None] == row
    np.fill_diagonal(met, 0)
    return float(np.maximum(met - 1, 0).sum()) / 2
