"""What is asked of the search: how long, from when to when, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from mmp.core.errors import UserError
from mmp.core.slots.grid import Costs, Grid, costs_in_zone, local_days
from mmp.core.slots.search import Busy, Problem
from mmp.core.working_time import OFF, Almanac, Rhythm

STEP = 15
"""Minutes between two beginnings that are looked at."""
LONGEST = timedelta(days=366)
MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Guest:
    """Someone the slot is for: their hours, whether nothing goes without them, when they are busy
    (aware instants), and what earlier meetings cost them."""

    rhythm: Rhythm
    required: bool = False
    busy: tuple[tuple[datetime, datetime], ...] = ()
    burden: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """A meeting of so many minutes that begins at `opens_at` or later and ends by `closes_at`."""

    minutes: int
    opens_at: datetime
    closes_at: datetime

    def __post_init__(self) -> None:
        """Raises UserError, naming the field, for a time that cannot be."""
        if not 5 <= self.minutes <= MOST_MINUTES:
            raise UserError(
                "A meeting lasts from 5 minutes to 24 hours: give its duration.", field="minutes"
            )
        if self.closes_at <= self.opens_at:
            raise UserError(
                "The time to search ends before it begins: choose a later end.", field="closes_at"
            )
        if self.closes_at - self.opens_at > LONGEST:
            raise UserError("Search through a year at most.", field="closes_at")
        if self.opens_at + timedelta(minutes=self.minutes) > self.closes_at:
            raise UserError(
                "The meeting is longer than the time to search: choose a later end.",
                field="closes_at",
            )

    @property
    def cells(self) -> int:
        """How many cells the meeting touches."""
        return -(-self.minutes // STEP)

    def grid(self) -> Grid:
        """The cells to search, from the first full quarter of an hour on."""
        opens = self.opens_at.astimezone(UTC)
        past = (opens - opens.replace(minute=0, second=0, microsecond=0)) % timedelta(minutes=STEP)
        starts = opens + (timedelta(minutes=STEP) - past if past else past)
        # The last cell may reach beyond the end, as far as the meeting itself does not.
        spare = timedelta(minutes=self.cells * STEP - self.minutes)
        cells = (self.closes_at + spare - starts) // timedelta(minutes=STEP)
        if cells < self.cells:
            raise UserError(
                "No quarter of an hour is left to begin at: choose a later end.", field="closes_at"
            )
        return Grid(starts, STEP, cells)


def problem_of(ask: Ask, grid: Grid, guests: Sequence[Guest], almanac: Almanac) -> Problem:
    """The search for these guests. Raises UserError (field `required`) where nobody is required."""
    if not any(guest.required for guest in guests):
        raise UserError(
            "Say who is required: at least one person without whom it makes no sense.",
            field="required",
        )
    rhythms = {rhythm: number for number, rhythm in enumerate({one.rhythm: 0 for one in guests})}
    return Problem(
        kinds=np.stack([costs_of(grid, rhythm, almanac) for rhythm in rhythms]),
        kind_of=tuple(rhythms[guest.rhythm] for guest in guests),
        duration=ask.cells,
        busy=tuple(busy_cells(grid, guests)),
        required=frozenset(number for number, guest in enumerate(guests) if guest.required),
        burdens=tuple(guest.burden for guest in guests),
    )


def costs_of(grid: Grid, rhythm: Rhythm, almanac: Almanac) -> Costs:
    """What each cell costs who lives by this rhythm, on journeys by the clocks there."""
    costs = costs_in_zone(grid, rhythm.zone, lambda day: rhythm.levels(day, almanac))
    for stay in rhythm.stays:
        days = local_days(grid, stay.zone)
        away = (days >= stay.first.toordinal()) & (days <= stay.last.toordinal())
        there = costs_in_zone(grid, stay.zone, lambda day: rhythm.levels(day, almanac))
        costs = np.where(away, there, costs)
    return costs


def busy_cells(grid: Grid, guests: Sequence[Guest]) -> list[Busy]:
    """The cells that busy times touch."""
    return [
        (number, *grid.cells_of(begins, ends))
        for number, guest in enumerate(guests)
        for begins, ends in guest.busy
        if begins < ends
    ]


def cost_at(guest: Guest, starts_at: datetime, minutes: int, almanac: Almanac) -> int:
    """What a meeting at that time costs somebody: 0, 1, 3, or 9 if they cannot come."""
    ends_at = starts_at + timedelta(minutes=minutes)
    cells = Ask(minutes, starts_at, ends_at).cells
    if any(begins < ends_at and starts_at < ends for begins, ends in guest.busy):
        return OFF
    return int(costs_of(Grid(starts_at, STEP, cells), guest.rhythm, almanac).max())
