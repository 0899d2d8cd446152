"""Time in equal cells from an instant on, and what each cell costs by the clocks of a zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from mmp.core import zones
from mmp.core.errors import UserError
from mmp.core.working_time.levels import QUARTERS

Costs = NDArray[np.uint8]
Whole = NDArray[np.int64]

MOST_CELLS = 40_000
"""A year in quarters of an hour, and some."""
_EPOCH = date(1970, 1, 1)
_LOOK = timedelta(hours=12)
"""Clocks do not change twice within it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """`cells` cells of `step` minutes each, from the instant `starts_at` (UTC) on."""

    starts_at: datetime
    step: int
    cells: int

    def __post_init__(self) -> None:
        """Raises UserError for no or too many cells, a step that is none, years nobody plans."""
        if not 1 <= self.cells <= MOST_CELLS:
            raise UserError(
                "The time to search must have from 1 to %(most)s steps, not %(cells)s.",
                field="cells",
                most=MOST_CELLS,
                cells=self.cells,
            )
        if not 1 <= self.step <= 1440:
            raise UserError("A step must last from a minute to a day.", field="step_min")
        if not 1970 <= self.starts_at.year <= 2200:
            raise UserError("Choose a time between 1970 and 2200.", field="start_utc")

    def at(self, cell: int) -> datetime:
        """The instant at which a cell begins."""
        return self.starts_at + timedelta(minutes=self.step * cell)

    def cell_of(self, instant: datetime) -> int:
        """The cell an instant lies in; beyond the grid it counts on."""
        return (instant - self.starts_at) // timedelta(minutes=self.step)

    def cells_of(self, begins: datetime, ends: datetime) -> tuple[int, int]:
        """The first of the cells that a span touches, and how many of the grid's they are."""
        first = max(self.cell_of(begins), 0)
        last = min(self.cell_of(ends - timedelta(microseconds=1)), self.cells - 1)
        return first, last - first + 1


def costs_in_zone(grid: Grid, zone: str, levels_of: Callable[[date], bytes]) -> Costs:
    """What each cell costs who lives by the clocks of `zone`: the level of the local quarter of an
    hour in which it begins, `levels_of` a local day being its 96 levels."""
    days, quarters = _clock(grid, zone)
    first = int(days[0])
    levels = b"".join(
        levels_of(_EPOCH + timedelta(days=day)) for day in range(first, int(days[-1]) + 1)
    )
    table = np.frombuffer(levels, np.uint8)
    found: Costs = table[(days - first) * QUARTERS + quarters]
    return found


def local_days(grid: Grid, zone: str) -> Whole:
    """The local day of each cell's beginning, as its `date.toordinal()`."""
    days, _ = _clock(grid, zone)
    return days + _EPOCH.toordinal()


def _clock(grid: Grid, zone: str) -> tuple[Whole, Whole]:
    """Local days since 1970 and quarters of an hour since local midnight, cell by cell."""
    seconds = round(grid.starts_at.timestamp()) + 60 * grid.step * np.arange(grid.cells)
    local = seconds + _offsets(grid, zone)
    return local // 86_400, local % 86_400 // 900


def _offsets(grid: Grid, zone: str) -> Whole:
    """Seconds ahead of UTC at each cell's beginning. Looks twice a day and halves between."""
    place = zones.zone(zone)

    def ahead(cell: int) -> int:
        offset = grid.at(cell).astimezone(place).utcoffset()
        assert offset is not None
        return round(offset.total_seconds())

    offsets = np.empty(grid.cells, np.int64)
    stride = max(_LOOK // timedelta(minutes=grid.step), 1)
    at, known = 0, ahead(0)
    while at < grid.cells:
        end = min(at + stride, grid.cells)
        now = ahead(end) if end < grid.cells else ahead(end - 1)
        change = end if now == known else _first_after(at, end, known, ahead)
        offsets[at:change] = known
        offsets[change:end] = now
        at, known = end, now
    return offsets


def _first_after(low: int, high: int, known: int, ahead: Callable[[int], int]) -> int:
    """The first cell in (low, high] whose offset is no longer `known`."""
    while high - low > 1:
        middle = (low + high) // 2
        if ahead(middle) == known:
            low = middle
        else:
            high = middle
    return high


def utc(text: str) -> datetime:
    """An instant from ISO 8601; without an offset it is in UTC. Raises UserError."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UserError(
            "%(text)s is no instant: write it like 2026-10-19T00:00:00Z.",
            field="start_utc",
            text=ascii(text[:40]),
        ) from None
