"""Groups of the right sizes from groups that are nearly so, with as few people moved as can be."""

from __future__ import annotations

import numpy as np

from mmp.core.breakouts.model import Array, Model


def even_out(model: Model, seats: Array) -> Array:
    """(R, n) seats whose groups have the model's sizes. Who is present and has no group (g) gets
    one; who is pinned stays. Rooms and pins aside, groups are renumbered first, the fullest first.
    """
    seats = seats.copy()
    seats[~model.present] = model.g
    if model.place is None:
        for number, row in enumerate(seats):
            seats[number] = _renumbered(model, number, row)
    met = model.past.copy()
    for row in seats:
        met += (row[:, None] == row) & (row < model.g)[:, None]
    for number in range(model.rounds):
        _fill(model, number, seats[number], met)
    return seats


def _renumbered(model: Model, number: int, row: Array) -> Array:
    g = model.g
    full = np.bincount(row, minlength=g + 1)[:g]
    to = np.empty(g + 1, np.intp)
    to[np.argsort(-full, kind="stable")] = np.argsort(-model.sizes[number], kind="stable")
    to[g] = g
    return to[row]


def _fill(model: Model, number: int, row: Array, met: Array) -> None:
    """Move the person whom it costs least from a group that is too full, or from none."""
    g = model.g
    while True:
        counts = np.bincount(row, minlength=g + 1)[:g]
        room = np.flatnonzero(counts < model.sizes[number])
        outside = model.present[number] & (row == g)
        full = np.append(counts > model.sizes[number], False)
        loose = (
            outside if outside.any() else full[row] & model.present[number] & ~model.fixed[number]
        )
        if not len(room) or not loose.any():
            return
        who = np.flatnonzero(loose)
        here = (row[:, None] == row) & (row < g)[:, None]
        again = model.pairs + model.counted * ((met - here) > 0)
        members = (np.arange(g)[:, None] == row).astype(float)
        cost = again[who] @ members[room].T - (again[who] * here[who]).sum(1)[:, None]
        if model.place is not None:
            cost += model.place[number][np.ix_(who, room)]
        best, at = divmod(int(cost.argmin()), len(room))
        person, group = who[best], room[at]
        before = here[person].astype(float)
        row[person] = group
        after = (row == group).astype(float)
        after[person] = 0
        before[person] = 0
        met[person] += after - before
        met[:, person] = met[person]
