"""Groups that are already seated, made right again: somebody did not come, somebody comes late.

Rules first, then sizes that differ by one at most, then as few moves of seated people as can be,
and only then company and balance. An empty seat takes part as somebody without wishes, so moving
one person is a swap like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mmp.core.breakouts.evening import even_out
from mmp.core.breakouts.model import Array, Model, model_of, plan_of, seats_of
from mmp.core.breakouts.problem import Groups, Problem, Weights
from mmp.core.breakouts.seating import Seating

UNEVEN, MOVE = 1e7, 1e5
WEIGHTS = Weights(hard=1e9, repeat=100.0, mix=1.0)
PATIENCE = 12
"""Steps without anything better after which it is given out."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody gets up and sits down elsewhere, or (`before` None) comes in."""

    person: int
    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class Repair:
    """The groups as they should now be, and who has to be told."""

    groups: Groups
    moved: tuple[Moved, ...]
    placed: tuple[Moved, ...]


def repair(
    problem: Problem, groups: Groups, *, go_on: Callable[[], bool] = lambda: True, seed: int = 0
) -> Repair:
    """Mend the groups of one round. `problem.present[0]` is who is in the room now: who sits in
    `groups` without being there is taken out, who is there without a group gets one. Pins name
    groups of round 0; groups keep their numbers. `problem.sizes` is not looked at.

    It takes some milliseconds for 50 people and a few hundred for 150.
    """
    problem = replace(problem, sizes=())
    known = model_of(problem, WEIGHTS)
    (home,) = seats_of((groups,), known.n, known.g)
    home = np.where(known.present[0], home, known.g)
    model = _with_empty_seats(known, home)
    seats = np.full((1, model.n), model.g)
    seats[0, : known.n] = home
    rng = np.random.default_rng(seed)
    seating = Seating(model, even_out(model, seats), rng)
    while seating.still <= PATIENCE and go_on():
        seating.step()
    best = seating.best[:, : known.n]
    (mended,) = plan_of(best, known.g)
    changed = [
        Moved(int(one), int(home[one]) if home[one] < known.g else None, int(best[0, one]))
        for one in np.flatnonzero(known.present[0] & (best[0] != home))
    ]
    return Repair(
        mended,
        tuple(one for one in changed if one.before is not None),
        tuple(one for one in changed if one.before is None),
    )


def _with_empty_seats(model: Model, home: Array) -> Model:
    """Everybody on seats of groups that are all equal; leaving one's group costs a move."""
    size = int(model.sizes.max())
    empty = model.g * size - int(model.present.sum())
    n = model.n + empty
    place = np.zeros((1, n, model.g))
    if model.place is not None:
        place[:, : model.n] = model.place
    seated = np.flatnonzero(home < model.g)
    place[0, seated] += MOVE
    place[0, seated, home[seated]] -= MOVE
    pairs = np.pad(model.pairs, (0, empty))
    pairs[model.n :, model.n :] = UNEVEN * (1 - np.eye(empty))
    table = np.broadcast_to(model.table.min(1, keepdims=True), model.table.shape)
    more = ((0, 0), (0, empty))
    return replace(
        model,
        n=n,
        present=np.pad(model.present, more, constant_values=True),
        sizes=np.full_like(model.sizes, size),
        features=np.pad(model.features, ((0, empty), (0, 0))),
        table=table,
        pairs=pairs,
        counted=np.pad(model.counted, (0, empty)),
        past=np.pad(model.past, (0, empty)),
        lack=np.pad(model.lack, ((0, empty), (0, 0))),
        place=place,
        fixed=np.pad(model.fixed, more),
    )
