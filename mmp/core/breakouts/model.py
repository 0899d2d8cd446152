"""A problem as arrays, as the searches want it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmp.core.breakouts.measures import meetings
from mmp.core.breakouts.problem import Plan, Problem, Weights

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Model:
    """n people, g groups, R rounds, V features (an attribute's values, then "can facilitate"), L
    languages. Costs are whole numbers in float64 as long as the weights are, so sums are exact."""

    n: int
    g: int
    rounds: int
    present: Array
    """(R, n) bool"""
    sizes: Array
    """(R, g) seats of each group"""
    features: Array
    """(n, V) 0 or 1"""
    facilitates: Array
    """(n,) bool: can facilitate, where that matters"""
    table: Array
    """(R, g, V, most + 3) cost of a count in a group; index 0 stands for -1."""
    pairs: Array
    """(n, n) cost of sitting together by rule; negative for those who must."""
    counted: Array
    """(n, n) what one more meeting after the first costs."""
    past: Array
    """(n, n) meetings so far"""
    lack: Array
    """(n, L) cost of a group's talking in a language"""
    common: Array
    """(g,) 1 where a group needs a common language, 0 where its room has one"""
    place: Array | None
    """(R, n, g) cost of a person in a group: their room's language, their pin"""
    fixed: Array
    """(R, n) bool: pinned"""
    hard: float
    owed: float
    """The cost of all who must sit together and are both there, to be added to `pairs`' sums."""


def model_of(problem: Problem, weights: Weights | None = None) -> Model:
    """The arrays of a problem."""
    weights = weights or Weights()
    n, g, rounds = problem.people, problem.groups, problem.rounds
    present = np.zeros((rounds, n), bool)
    for number, people in enumerate(problem.present):
        present[number, list(people)] = True
    pairs, together = np.zeros((n, n)), np.zeros((n, n), bool)
    for one, other in problem.apart:
        pairs[one, other] = pairs[other, one] = weights.hard
    for one, other in problem.together:
        together[one, other] = together[other, one] = True
    pairs -= weights.hard * together
    if weights.language and problem.preferred:
        likes = np.array(problem.preferred)
        pairs += weights.language * ((likes[:, None] & likes) == 0)
        np.fill_diagonal(pairs, 0)
    both = np.einsum("ri,rj->ij", present.astype(float), present.astype(float))
    past = np.zeros((n, n))
    for (one, other), count in meetings(problem.past).items():
        past[one, other] = past[other, one] = count
    sizes = np.array([problem.sizes_of(number) for number in range(rounds)]).reshape(rounds, g)
    features, table = _balance(problem, weights, present, sizes)
    place, fixed = _places(problem, weights)
    return Model(
        n=n,
        g=g,
        rounds=rounds,
        present=present,
        sizes=sizes,
        features=features,
        facilitates=features[:, -1] > 0 if problem.facilitators is not None else np.zeros(n, bool),
        table=table,
        pairs=pairs,
        counted=weights.repeat * (~together & ~np.eye(n, dtype=bool)),
        past=past,
        lack=_lacks(problem, weights),
        common=np.array([float(room is None) for room in problem.rooms] or [1.0] * g),
        place=place,
        fixed=fixed,
        hard=weights.hard,
        owed=weights.hard * float((both * together).sum()) / 2,
    )


def _balance(
    problem: Problem, weights: Weights, present: Array, sizes: Array
) -> tuple[Array, Array]:
    """Features, and what each count of them costs."""
    columns, costs = [], []
    for number, row in enumerate(problem.attributes):
        weight = weights.mix * (weights.attributes[number] if weights.attributes else 1.0)
        values = np.array(row)
        for value in np.unique(values):
            columns.append(values == value)
            costs.append(weight)
    most = int(sizes.max())
    counts = np.arange(-1, most + 2)
    table = np.zeros((*sizes.shape, len(columns), most + 3))
    everyone = np.maximum(present.sum(1), 1)
    for number, column in enumerate(columns):
        product = sizes * (present & column).sum(1)[:, None]
        least = (product // everyone[:, None])[:, :, None]
        greatest = (-(-product // everyone[:, None]))[:, :, None]
        off = np.maximum(np.maximum(least - counts, counts - greatest), 0)
        table[:, :, number] = costs[number] * off
    if problem.facilitators is not None:
        can = np.zeros(problem.people, bool)
        can[list(problem.facilitators)] = True
        columns.append(can)
        last = np.zeros((*sizes.shape, 1, most + 3))
        last[..., 1] = last[..., 0] = weights.hard
        table = np.concatenate([table, last], axis=2)
    features = np.array(columns, float).T if columns else np.zeros((problem.people, 0))
    return features, table


def _lacks(problem: Problem, weights: Weights) -> Array:
    if not problem.languages:
        return np.zeros((problem.people, 1))
    used = [bit for bit in range(32) if any(bits >> bit & 1 for bits in problem.languages)]
    if not used:
        return np.full((problem.people, 1), weights.hard)
    return np.array(
        [[0.0 if bits >> bit & 1 else weights.hard for bit in used] for bits in problem.languages]
    )


def _places(problem: Problem, weights: Weights) -> tuple[Array | None, Array]:
    """What a place costs, and who may not be moved."""
    fixed = np.zeros((problem.rounds, problem.people), bool)
    place = np.zeros((problem.rounds, problem.people, problem.groups))
    for number, room in enumerate(problem.rooms):
        if room is not None and problem.languages:
            deaf = np.array([not bits & room for bits in problem.languages])
            place[:, deaf, number] += weights.hard
    for round_, person, group in problem.pinned:
        # Twice: even a room that they cannot follow is then their best place.
        place[round_, person] += 2 * weights.hard
        place[round_, person, group] -= 2 * weights.hard
        fixed[round_, person] = True
    return (place if problem.pinned or place.any() else None), fixed


def plan_of(seats: Array, groups: int) -> Plan:
    """A plan from (R, n) group numbers; who is absent has the number `groups`."""
    return tuple(
        tuple(tuple(np.flatnonzero(row == group).tolist()) for group in range(groups))
        for row in seats
    )


def seats_of(plan: Plan, people: int, groups: int) -> Array:
    """(R, n) group numbers from a plan; who is in no group gets the number `groups`."""
    seats = np.full((len(plan), people), groups)
    for row, round_ in zip(seats, plan, strict=True):
        for number, group in enumerate(round_):
            row[list(group)] = number
    return seats
