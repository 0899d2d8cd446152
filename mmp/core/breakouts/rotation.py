"""Rounds in which few people meet twice, by turning one round: the search where algebra has none.

People sit on wheels of as many places as there are rounds, some stand beside them. Every round is
the one before with each wheel turned by one place, so only one round is searched: two people's
distance on the wheels must not occur twice in it. (Difference families; Colbourn and Dinitz,
Handbook of Combinatorial Designs, II.16 and VI.50.) Kirkman's 15 schoolgirls are two wheels of 7
and one girl beside them.
"""

from __future__ import annotations

import numpy as np

from mmp.core.breakouts.model import Array

PATIENCE = 3_000


class Rotation:
    """A tabu search for the first round. `best_cost` 0 means that nobody meets twice."""

    def __init__(self, groups: int, size: int, rounds: int, rng: np.random.Generator) -> None:
        self.groups, self.rounds, self.rng = groups, rounds, rng
        self.n = groups * size
        self.wheels, self.beside = divmod(self.n, rounds)
        self.orbit, self.always = self._orbits()
        self.pairs = ~np.eye(self.n, dtype=bool)
        self.row = rng.permutation(np.repeat(np.arange(groups), size))
        self.tabu = np.zeros((self.n, self.n), np.int32)
        self.step_number, self.still = 0, 0
        self.best_cost = self.local_cost = np.inf
        self.best = self.row.copy()

    def _orbits(self) -> tuple[Array, Array]:
        """(n, n) the number of each pair's distance, and what it costs in itself: half a turn
        brings the same two together again, two beside the wheels always meet."""
        rounds, turning = self.rounds, self.wheels * self.rounds
        number = np.arange(self.n)
        wheel = np.where(number < turning, number // rounds, self.wheels + number - turning)
        place = np.where(number < turning, number % rounds, 0)
        still = number >= turning
        turn = (place[None] - place[:, None]) % rounds
        turn = np.where(wheel[:, None] == wheel, np.minimum(turn, -turn % rounds), turn)
        turn[still[:, None] | still] = 0
        low = np.minimum(wheel[:, None], wheel)
        high = np.maximum(wheel[:, None], wheel)
        turn = np.where(wheel[:, None] > wheel, -turn % rounds, turn)
        turn = np.where(wheel[:, None] == wheel, np.minimum(turn, -turn % rounds), turn)
        orbit = (low * (self.wheels + self.beside) + high) * rounds + turn
        _, flat = np.unique(orbit, return_inverse=True)
        always = (still[:, None] & still) | ((wheel[:, None] == wheel) & (2 * turn == rounds))
        np.fill_diagonal(always, False)
        return flat.reshape(self.n, self.n), always.astype(float)

    def step(self) -> None:
        """Weigh all swaps, and make the best that is not tabu; begin anew when stuck."""
        n, row = self.n, self.row
        same = (row[:, None] == row) & self.pairs
        counts = np.bincount(self.orbit[same], minlength=int(self.orbit.max()) + 1) // 2
        cost = float(np.maximum(counts - 1, 0).sum() + (self.always * same).sum() / 2)
        if cost < self.best_cost:
            self.best_cost, self.best = cost, row.copy()
        self.still = 0 if cost < self.local_cost else self.still + 1
        self.local_cost = min(cost, self.local_cost)
        if self.still > PATIENCE:
            self.rng.shuffle(row)
            self.still, self.local_cost = 0, np.inf
            return
        weight = self.always + ((counts[self.orbit] - same) > 0) * self.pairs
        members = (np.arange(self.groups)[:, None] == row).astype(float)
        found = (weight @ members.T)[:, row]
        own = found.diagonal()
        found = found + found.T - own[:, None] - own - 2 * weight
        found[row[:, None] == row] = 1e9
        found[(self.tabu > self.step_number) & (cost + found >= self.local_cost)] += 1e6
        ties = np.flatnonzero(found.ravel() <= found.min() + 1e-9)
        one, other = divmod(int(ties[self.rng.integers(len(ties))]), n)
        row[one], row[other] = row[other], row[one]
        self.step_number += 1
        self.tabu[one, other] = self.tabu[other, one] = self.step_number + 8 + self.rng.integers(10)

    def scheme(self) -> Array:
        """(R, n) the best first round and its turns."""
        number, rounds = np.arange(self.n), self.rounds
        start = number - number % rounds
        return np.array(
            [
                self.best[
                    np.where(
                        number < self.wheels * rounds,
                        start + (number - start + by) % rounds,
                        number,
                    )
                ]
                for by in range(rounds)
            ]
        )
