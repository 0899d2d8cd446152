"""Who sits at which point of a given scheme: the scheme keeps people from meeting twice, the search
sees to all other rules and to balance.

A person who changes points changes places with another in every round at once, so the search is a
quadratic assignment. One step looks at all n x n swaps: what each costs comes out of one matrix
product (Taillard's delta matrix, Parallel Computing 17 (1991), for all counts at once).
Absent people keep their point; their groups' sizes are kept near each other by a cost.
"""

from __future__ import annotations

import numpy as np

from mmp.core.breakouts.model import Array, Model

HARD, SIZE = 1_000.0, 6.0
HUGE = 1e7


class Points:
    """Who sits at which point, and the best found so far. Costs are those of the model on a scale
    on which float32 is exact."""

    def __init__(self, model: Model, scheme: Array, rng: np.random.Generator) -> None:
        self.m, self.rng, self.scheme = model, rng, scheme
        rounds, seats = scheme.shape
        g = model.g
        self.seats = seats
        full = bool(model.present.all()) and seats == model.n
        self.layers = 1 if full else rounds
        present = np.zeros((rounds, seats), bool)
        present[:, : model.n] = model.present
        group = scheme + g * np.arange(rounds)[:, None]
        if full:
            self.members = _one_hot(group, rounds * g).sum(0)[None]  # (1, seats, R * g)
        else:
            self.members = _one_hot(scheme, g)  # (R, seats, g)
        self._prepare_people(present)
        self._prepare_costs(rounds, present)
        together = np.zeros((seats, seats), np.float32)
        for row in scheme:
            together += row[:, None] == row
        np.fill_diagonal(together, 0)
        self.together = together
        first, second = [], []
        for row in scheme:
            one, other = np.nonzero(np.triu(row[:, None] == row, 1))
            first.append(one)
            second.append(other)
        self.first, self.second = np.concatenate(first), np.concatenate(second)
        layer = np.repeat(np.arange(rounds), [len(one) for one in first])
        self.pair_group = (scheme[layer, self.first] + g * layer).astype(np.intp)
        self.pair_layer = np.zeros_like(layer) if full else layer
        self.upper = np.triu(np.ones((seats, seats), bool), 1)
        self.tabu = np.zeros((seats, seats), np.int32)
        self.step_number = 0
        self.best_cost = np.inf
        self.start(rng.permutation(seats))

    def _prepare_people(self, present: Array) -> None:
        """(layers, seats, V) features and (layers, seats, L) lacks, none for who is away."""
        m = self.m
        features = np.zeros((self.seats, m.features.shape[1] + 1), np.float32)
        features[: m.n, :-1] = m.features
        features[:, -1] = 1
        lack = np.zeros((self.seats, m.lack.shape[1]), np.float32)
        lack[: m.n] = np.minimum(m.lack / m.hard, 1) * HARD
        there = present[: self.layers, :, None].astype(np.float32)
        self.features = features[None] * there
        self.lack = lack[None] * there
        weight = np.zeros((self.seats, self.seats), np.float32)
        repeat = np.minimum(m.counted, HARD / 10) * m.past
        weight[: m.n, : m.n] = np.clip(m.pairs / m.hard, -1, 1) * HARD + repeat
        self.weight = weight

    def _prepare_costs(self, rounds: int, present: Array) -> None:
        """(R * g * V, 3) by count: the cost, of one more, of one less; flat."""
        m, most = self.m, int(self.seats // self.m.g)
        width = max(most, m.table.shape[3] - 3) + 3
        features = m.features.shape[1]
        table = np.zeros((rounds, m.g, features + 1, width), np.float32)
        counts = np.arange(-1, width - 1)
        # A group may turn out as large or as small as any of its round.
        table[:, :, :features] = HARD
        known = np.minimum(m.table.min(1), HARD)
        table[:, :, :features, : m.table.shape[3]] = known[:, None]
        sizes = m.sizes
        low, high = sizes.min(1)[:, None], sizes.max(1)[:, None]
        off = np.maximum(np.maximum(low - counts, counts - high), 0)
        table[:, :, features] = (SIZE * off)[:, None]
        more = np.roll(table, -1, 3) - table
        less = np.roll(table, 1, 3) - table
        self.width = width
        self.table = np.stack([table, more + less, more], -1).reshape(-1, 3)
        cells = rounds * m.g * (features + 1)
        self.offset = (np.arange(cells) * width + 1).reshape(self.layers, -1, features + 1)

    def start(self, order: Array) -> None:
        """Begin again with `order[point]` as the person at each point; the best is kept."""
        self.order = order.copy()
        if not hasattr(self, "best"):
            self.best = order.copy()

    def restart(self) -> None:
        """Begin again by chance; the best is kept."""
        self.start(self.rng.permutation(self.seats))

    def step(self) -> None:
        """Weigh up where everybody is, and make the best swap that is not tabu."""
        order, layers = self.order, self.layers
        people = self.features[:, order]
        lack = self.lack[:, order]
        members = self.members
        counts = members.transpose(0, 2, 1) @ people  # (layers, groups, V)
        costs = self.table[counts.astype(np.intp) + self.offset]  # (layers, groups, V, 3)
        spoken = members.transpose(0, 2, 1) @ lack
        room = spoken.argmin(2)
        weight = self.weight[order][:, order]
        shares = weight @ self.together
        cost = float(costs[..., 0].sum()) + float(spoken.min(2).sum())
        cost += float(np.einsum("ii->", shares)) / 2
        if cost < self.best_cost - 1e-3:
            self.best_cost, self.best = cost, order.copy()
        twice = costs[..., 1]
        language = np.zeros(spoken.shape, np.float32)
        np.put_along_axis(language, room[:, :, None], 1, 2)
        per_point = members @ np.concatenate([costs[..., 2], twice, language], axis=2)
        v = people.shape[2]
        gain = per_point[..., :v] - per_point[..., v : 2 * v] * people
        weights = np.concatenate([gain, per_point[..., 2 * v :]], axis=2)
        persons = np.concatenate([people, lack], axis=2)
        width = weights.shape[2] * layers
        found = (
            weights.transpose(1, 0, 2).reshape(self.seats, width)
            @ persons.transpose(1, 0, 2).reshape(self.seats, width).T
        )
        found += shares.T
        own = found.diagonal().copy()
        found -= own[:, None]
        found = found + found.T
        found += 2 * weight * self.together
        a, b = people[self.pair_layer, self.first], people[self.pair_layer, self.second]
        shared = (twice.reshape(-1, v)[self.pair_group] * (a != b)).sum(1)
        np.subtract.at(found, (self.first, self.second), shared)
        self._move(found, cost)

    def _move(self, found: Array, cost: float) -> None:
        order = self.order
        barred = self.tabu[order][:, order] > self.step_number
        barred &= found >= self.best_cost - cost - 1e-3
        found = np.where(self.upper, found, HUGE)
        found[barred] += HUGE / 2
        least = found.min()
        ties = np.flatnonzero(found.ravel() <= least + 1e-3)
        x, y = divmod(int(ties[self.rng.integers(len(ties))]), self.seats)
        one, other = order[x], order[y]
        self.step_number += 1
        self.tabu[one, other] = self.tabu[other, one] = self.step_number + 20
        order[x], order[y] = other, one

    def seated(self) -> Array:
        """(R, n) the group of each person in the best order; who is away has the number g."""
        seats = np.empty(self.scheme.shape, np.intp)
        seats[:, self.best] = self.scheme
        seats = seats[:, : self.m.n].copy()
        seats[~self.m.present] = self.m.g
        return seats


def _one_hot(numbers: Array, most: int) -> Array:
    return np.eye(most, dtype=np.float32)[numbers]
