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
TENURE = 20
PATIENCE, SHAKES, SHAKEN = 600, 6, 8
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
        self._prepare_pairs(full)
        self.members_across = np.ascontiguousarray(self.members.transpose(0, 2, 1))
        self.lower = np.tril(np.full((seats, seats), HUGE, np.float32))
        self.one_language = np.eye(self.lack.shape[2], dtype=np.float32)
        self.step_number = 0
        self.best_cost = np.inf
        self.local_cost = np.inf
        self.still, self.shakes = 0, 0
        self.restart()

    def _prepare_pairs(self, full: bool) -> None:
        """Every two points of a group: a swap of theirs changes nothing in that group."""
        first, second, groups, layers = [], [], [], []
        for layer, row in enumerate(self.scheme):
            one, other = np.nonzero(np.triu(row[:, None] == row, 1))
            first.append(one)
            second.append(other)
            groups.append(row[one] + self.m.g * layer)
            layers.append(np.full(len(one), 0 if full else layer))
        self.first, self.second = np.concatenate(first), np.concatenate(second)
        self.pair_group, self.pair_layer = np.concatenate(groups), np.concatenate(layers)
        self.pair = self.first * self.seats + self.second
        self.distinct = len(np.unique(self.pair)) == len(self.pair)
        self.ones = np.ones(self.features.shape[2], np.float32)

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
        self.people = self.features[:, order]
        self.unheard = self.lack[:, order]
        self.rules = self.weight[order][:, order]
        self.tabu = np.zeros((self.seats, self.seats), np.int32)
        self.still = 0
        if not hasattr(self, "best"):
            self.best = order.copy()

    def restart(self) -> None:
        """Begin again by chance; the best is kept. As many who can facilitate as there are groups
        share a row, so that (in a transversal design) each group has one, and so do the empty
        seats, so that sizes are even."""
        m, g = self.m, self.m.g
        order = self.rng.permutation(m.n)
        if m.owed:  # the scheme is by person: who must sit together stays at their points
            bound = (m.pairs < 0).any(1)
            free = np.flatnonzero(~bound)
            order = np.arange(m.n)
            order[free] = self.rng.permutation(free)
        order = np.concatenate([order, np.arange(m.n, self.seats)])
        can = order[: m.n][m.facilitates[order[: m.n]]]
        if len(can) >= g and not m.owed and self.seats >= 2 * g:
            row = can[:g]
            order = np.concatenate([row, order[~np.isin(order, row)]])
        self.local_cost, self.shakes = np.inf, 0
        self.start(order)

    def _diversify(self) -> None:
        """Where nothing has been better for long: some change places, from the best of this
        beginning; and after some of that in vain, a new beginning."""
        if self.shakes >= SHAKES:
            self.restart()
            return
        self.shakes += 1
        order = self.local_best.copy()
        some = self.rng.choice(self.seats, min(SHAKEN, self.seats), replace=False)
        order[some] = order[np.roll(some, 1)]
        self.start(order)

    def step(self) -> None:
        """Weigh up where everybody is, and make the best swap that is not tabu."""
        if self.still > PATIENCE:
            self._diversify()
        people, lack, rules = self.people, self.unheard, self.rules
        groups = self.members_across
        counts = groups @ people  # (layers, groups, V)
        costs = self.table[counts.astype(np.intp) + self.offset]  # (layers, groups, V, 3)
        spoken = groups @ lack
        room = spoken.argmin(2)
        shares = rules @ self.together
        cost = float(costs[..., 0].sum()) + float(spoken.min(2).sum())
        cost += float(shares.trace()) / 2
        self._note(cost)
        twice = costs[..., 1]
        sums = np.concatenate([costs[..., 2], twice, self.one_language[room]], axis=2)
        per_point = self.members @ sums
        v = people.shape[2]
        gain = per_point[..., :v] - per_point[..., v : 2 * v] * people
        weights = np.concatenate([gain, per_point[..., 2 * v :]], axis=2)
        found = _flat(weights) @ _flat(np.concatenate([people, lack], axis=2)).T
        found += shares.T
        found -= found.diagonal()[:, None].copy()
        found = found + found.T
        found += 2 * rules * self.together
        self._take_back(found, twice.reshape(-1, v))
        self._move(found, cost)

    def _note(self, cost: float) -> None:
        self.still += 1
        if cost < self.local_cost - 1e-3:
            self.local_cost, self.local_best = cost, self.order.copy()
            self.still, self.shakes = 0, 0
        if cost < self.best_cost - 1e-3:
            self.best_cost, self.best = cost, self.order.copy()

    def _take_back(self, found: Array, twice: Array) -> None:
        """In a group where both sit a swap changes nothing: take out what it was counted as."""
        people = self.people
        if self.layers == 1:
            differ = people[0, self.first] != people[0, self.second]
        else:
            differ = people[self.pair_layer, self.first] != people[self.pair_layer, self.second]
        shared = (twice[self.pair_group] * differ) @ self.ones
        if self.distinct:
            found.reshape(-1)[self.pair] -= shared
        else:
            np.subtract.at(found.reshape(-1), self.pair, shared)

    def _move(self, found: Array, cost: float) -> None:
        barred = (self.tabu > self.step_number) & (found >= self.local_cost - cost - 1e-3)
        found += self.lower
        found[barred] += HUGE / 2
        ties = (found.reshape(-1) <= found.min() + 1e-3).nonzero()[0]
        x, y = divmod(int(ties[self.rng.integers(len(ties))]), self.seats)
        self.step_number += 1
        self.tabu[x, y] = self.tabu[y, x] = self.step_number + TENURE
        here, there = [x, y], [y, x]
        self.order[here] = self.order[there]
        self.people[:, here] = self.people[:, there]
        self.unheard[:, here] = self.unheard[:, there]
        for table in (self.rules, self.tabu):
            table[here] = table[there]
            table[:, here] = table[:, there]

    def seated(self) -> Array:
        """(R, n) the group of each person in the best order; who is away has the number g."""
        seats = np.empty(self.scheme.shape, np.intp)
        seats[:, self.best] = self.scheme
        seats = seats[:, : self.m.n].copy()
        seats[~self.m.present] = self.m.g
        return seats


def _flat(layers: Array) -> Array:
    """(seats, layers * width) from (layers, seats, width)."""
    if len(layers) == 1:
        single: Array = layers[0]
        return single
    flat: Array = layers.transpose(1, 0, 2).reshape(layers.shape[1], -1)
    return flat


def _one_hot(numbers: Array, most: int) -> Array:
    hot: Array = np.eye(most, dtype=np.float32)[numbers]
    return hot
