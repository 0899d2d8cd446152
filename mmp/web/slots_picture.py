"""A day by its hours in the countries people live in, with the slot as a band across them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from mmp.core import zones
from mmp.core.slots.asking import STEP, costs_of
from mmp.core.slots.grid import Grid
from mmp.core.slots.telling import Slot
from mmp.core.working_time import EDGE, GOOD, HARD, OFF, Almanac, Rhythm
from mmp.core.zones import to_wall
from mmp.models import Person
from mmp.web.labels import N_, country

QUARTERS = 96
"""Of a day, drawn as so many steps."""
WORDS = {
    GOOD: N_("working hours"),
    EDGE: N_("just before or after"),
    HARD: N_("early or late"),
    OFF: N_("not a time to meet"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Quarters of an hour of one kind: the first, how many, and what they cost."""

    first: int
    count: int
    level: int


@dataclass(frozen=True, slots=True)
class Row:
    """A country and zone: how many people, the slot by the clocks there, what it is there at its
    worst, and the hours of the day."""

    country: str
    zone: str
    people: int
    starts: datetime
    ends: datetime
    level: int
    stretches: Sequence[Stretch]

    @property
    def words(self) -> str:
        return WORDS[self.level]


@dataclass(frozen=True, slots=True)
class Picture:
    """The rows from west to east, where the band lies, and the hours that are written below."""

    rows: Sequence[Row]
    first: int
    count: int


def picture(slot: Slot, zone: str, people: Sequence[Person], almanac: Almanac) -> Picture:
    """The day of a slot from midnight to midnight in `zone`, by the hours usual in each country;
    nobody's own hours are shown."""
    starts = to_wall(slot.starts_at, zone)
    midnight = zones.to_utc(datetime.combine(starts.date(), time()), zone)
    grid = Grid(midnight, STEP, QUARTERS)
    first, count = grid.cells_of(slot.starts_at, slot.ends_at)
    rows = []
    for (code, where), number in Counter((one.country, one.zone) for one in people).items():
        levels = [int(level) for level in costs_of(grid, Rhythm(code, where), almanac)]
        rows.append(
            Row(
                country(code) if code else "",
                where,
                number,
                to_wall(slot.starts_at, where),
                to_wall(slot.ends_at, where),
                max(levels[first : first + count]),
                tuple(stretches(levels)),
            )
        )
    rows.sort(key=lambda row: (row.starts.utcoffset() or timedelta(), row.country))
    return Picture(rows, first, count)


def stretches(levels: Sequence[int]) -> Iterator[Stretch]:
    """Neighbours of one kind together."""
    begins = 0
    for at in range(1, len(levels) + 1):
        if at == len(levels) or levels[at] != levels[begins]:
            yield Stretch(begins, at - begins, levels[begins])
            begins = at
