"""Tabu search over swaps of two people within any round: the search that knows every rule.

One step looks at every swap in one round (an n x n matrix of what each would cost), and at the
next round as long as none is found that does not worsen: Glover's tabu search, Future Generations
1 (1986), over the exchange neighbourhood of quadratic partitioning.
"""

from __future__ import annotations

import numpy as np

from mmp.core.breakouts.model import Array, Model
from mmp.core.breakouts.units import bound_together

HUGE = 1e15


class Seating:
    """Who sits where in all rounds, with its cost, and the best found so far."""

    def __init__(self, model: Model, seats: Array, rng: np.random.Generator) -> None:
        self.m = model
        self.rng = rng
        self.bound_to = bound_together(model)
        self.step_number = 0
        self.still = 0
        self.tabu = np.zeros((model.rounds, model.n, model.n), np.int32)
        self.best_cost = np.inf
        self.sit(seats)

    def sit(self, seats: Array) -> None:
        """Begin again from these seats; the best is kept."""
        m = self.m
        self.seats = seats.copy()
        there = seats < m.g
        self.same = ((seats[:, :, None] == seats[:, None, :]) & there[:, :, None]).astype(float)
        self.same[:, np.arange(m.n), np.arange(m.n)] = 0
        self.met = m.past + self.same.sum(0)
        self.may = there & ~m.fixed
        self.rest = np.array([self._rest(number) for number in range(m.rounds)])
        self.cost = self._pairs() + float(self.rest.sum())
        self._note()

    def _pairs(self) -> float:
        """What rules between two people and repeats cost in all rounds."""
        m = self.m
        again = np.maximum(self.met - np.maximum(m.past, 1), 0)
        return float((m.pairs * self.same.sum(0) + m.counted * again).sum()) / 2 + m.owed

    def _groups(self, number: int) -> tuple[Array, Array]:
        """(g + 1, n) who is in which group, and (g, V) the count of each feature."""
        members = (np.arange(self.m.g + 1)[:, None] == self.seats[number]).astype(float)
        return members, (members[:-1] @ self.m.features).astype(np.intp)

    def _rest(self, number: int) -> float:
        """What balance, facilitators, languages and places cost in one round."""
        m = self.m
        members, counts = self._groups(number)
        cost = float(np.take_along_axis(m.table[number], counts[:, :, None] + 1, 2).sum())
        spoken = members[:-1] @ m.lack
        cost += float((spoken.min(1) * m.common).sum())
        if m.place is not None:
            cost += float((m.place[number] * members[:-1].T).sum())
        return cost

    def deltas(self, number: int) -> Array:
        """(n, n) what each swap in a round would add; HUGE where there is none."""
        m, row = self.m, self.seats[number]
        members, counts = self._groups(number)
        weight = m.pairs + m.counted * (self.met > self.same[number])
        cost = weight @ members.T  # of each person in each group
        if m.place is not None:
            cost[:, :-1] += m.place[number]
        found = cost[:, row].T  # [i, j]: j in the place of i
        if m.features.shape[1]:
            index = counts[:, :, None] + 1
            table = m.table[number]
            now = np.take_along_axis(table, index, 2)[:, :, 0]
            more = np.take_along_axis(table, index + 1, 2)[:, :, 0] - now
            less = np.take_along_axis(table, index - 1, 2)[:, :, 0] - now
            pad = np.zeros((1, m.features.shape[1]))
            more = np.concatenate([more, pad])[row]
            less = np.concatenate([less, pad])[row]
            found += (more - (more + less) * m.features) @ m.features.T
        if m.lack.shape[1] > 1 or m.lack.any():
            found += self._heard(members, row)
        own = found.diagonal()
        found = found - own[:, None]
        found = found + found.T - 2 * weight
        apart = (row[:, None] != row) & self.may[number][:, None] & self.may[number]
        return np.where(apart, found, HUGE)

    def _heard(self, members: Array, row: Array) -> Array:
        """(n, n) what the language of i's group would cost with j in the place of i."""
        m = self.m
        costs = members[:-1] @ m.lack
        heard = m.lack[:, costs.argmin(1)] * m.common
        return np.concatenate([heard, np.zeros((m.n, 1))], axis=1)[:, row].T

    def step(self) -> None:
        """One swap: the best that is not tabu, in the first round of a random order that has one
        which does not worsen, else the best of all rounds."""
        m = self.m
        chosen: tuple[float, int, int] | None = None
        for number in self.rng.permutation(m.rounds).tolist():
            found = self.deltas(number)
            barred = (self.tabu[number] > self.step_number) & (
                found >= self.best_cost - self.cost - 1e-6
            )
            found[barred] += HUGE / 8
            least = float(found.min())
            if least >= HUGE / 16:
                continue
            if chosen is None or least < chosen[0]:
                ties = np.flatnonzero(found.ravel() <= least + 1e-6)
                chosen = (least, number, int(ties[self.rng.integers(len(ties))]))
            if least < -1e-6:
                break
        self.step_number += 1
        if chosen is None:
            self.still += 1
            return
        _, number, where = chosen
        self.swap(number, *divmod(where, m.n))
        self._note()

    def shake(self, swaps: int) -> None:
        """From the best so far a few swaps by chance, or one whole unit of people who must sit
        together into another group; then `still` counts anew."""
        self.sit(self.best)
        for _ in range(swaps):
            number = int(self.rng.integers(self.m.rounds))
            people = np.flatnonzero(self.may[number])
            if len(people) < 2:
                continue
            one = int(self.rng.choice(people))
            group = int(self.seats[number, self.rng.choice(people)])
            for member in np.flatnonzero(self.bound_to[one] & self.may[number]):
                self._into(number, int(member), group)
        self.still = 0
        self._note()

    def _into(self, number: int, person: int, group: int) -> None:
        """Swap a person into a group, with whom it costs least to move out of it."""
        row = self.seats[number]
        there = np.flatnonzero((row == group) & self.may[number] & ~self.bound_to[person])
        if row[person] == group or not len(there):
            return
        self.swap(number, person, int(there[self.deltas(number)[person, there].argmin()]))

    def swap(self, number: int, one: int, other: int) -> None:
        """Let two people change places in a round."""
        row = self.seats[number]
        before = self._pairs_of(number, one) + self._pairs_of(number, other)
        row[one], row[other] = row[other], row[one]
        for person in (one, other):
            new = (row == row[person]).astype(float)
            new[person] = 0
            change = new - self.same[number, person]
            self.same[number, person] = self.same[number, :, person] = new
            self.met[person] += change
            self.met[:, person] = self.met[person]
        after = self._pairs_of(number, one) + self._pairs_of(number, other)
        rest = self._rest(number)
        self.cost += after - before + rest - self.rest[number]
        self.rest[number] = rest
        until = self.step_number + 7 + int(self.rng.integers(8))
        self.tabu[number, one, other] = self.tabu[number, other, one] = until

    def _pairs_of(self, number: int, person: int) -> float:
        """What this person's company costs in a round, the other rounds being as they are."""
        m = self.m
        again = self.met[person] > self.same[number, person]
        return float(
            ((m.pairs[person] + m.counted[person] * again) * self.same[number, person]).sum()
        )

    def _note(self) -> None:
        if self.cost < self.best_cost - 1e-6:
            self.best_cost = self.cost
            self.best = self.seats.copy()
            self.still = 0
        else:
            self.still += 1


def random_seats(model: Model, rng: np.random.Generator) -> Array:
    """Everybody present on a seat by chance; who is pinned where they are pinned."""
    seats = np.full((model.rounds, model.n), model.g)
    for number in range(model.rounds):
        free = model.sizes[number].copy()
        people = np.flatnonzero(model.present[number])
        pinned = people[model.fixed[number, people]]
        if model.place is not None:
            for one in pinned:
                group = int(model.place[number, one].argmin())
                seats[number, one] = group
                free[group] -= 1
        others = people[~model.fixed[number, people]]
        left = np.repeat(np.arange(model.g), np.maximum(free, 0))
        seats[number, rng.permutation(others)] = left[: len(others)]
    return seats
