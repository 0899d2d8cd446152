"""Finding slots for people: ranked, told, with the best pair and what to relax."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from mmp.core.slots.asking import Ask, Guest, problem_of
from mmp.core.slots.grid import Grid
from mmp.core.slots.pairing import best_pair
from mmp.core.slots.search import Problem, Windows, search
from mmp.core.slots.telling import Slot, Teller
from mmp.core.working_time import Almanac

SHORTEST = 30
"""Minutes below which no shorter meeting is advised."""
A_DAY = 3
"""Slots of one day that are shown at most: the others would only be more of the same."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two times of which everybody takes the better one, and who can take neither."""

    first: Slot
    second: Slot
    missing: tuple[int, ...]
    required_missing: bool


class Relaxing(StrEnum):
    """What might be given up."""

    OPTIONAL = "optional"
    """That these people are required."""
    SHORTER = "shorter"
    LONGER_SEARCH = "longer_search"


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Something to give up, and what the best slot would then be like."""

    what: Relaxing
    people: tuple[int, ...] = ()
    minutes: int | None = None
    closes_at: datetime | None = None
    required_missing: bool = False
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Slots, best first. Where every slot misses a required person they are the least bad ones, and
    `relax` says what would help, most helpful first."""

    slots: tuple[Slot, ...]
    pair: Pair | None = None
    """Where the best slot leaves somebody out and two leave out fewer."""
    relax: tuple[Relaxation, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether everybody required can come to the first."""
        return not self.slots[0].required_missing


def find(ask: Ask, guests: Sequence[Guest], almanac: Almanac, *, most: int = 12) -> Found:
    """The best slots that do not overlap, three of a (UTC) day at most; none to which nobody can
    come, unless there are no others.

    Raises UserError for nobody, too many people, and where nobody is required.
    """
    grid = ask.grid()
    problem = problem_of(ask, grid, guests, almanac)
    windows = search(problem)
    tell = _Telling(ask, grid, windows, Teller(guests, almanac))
    told = [tell.slot(window) for window in _apart(windows, grid, problem, most)]
    slots = tuple(one for one in told if len(one.missing) < len(guests)) or tuple(told[:1])
    pair = tell.pair(best_pair(windows, problem), problem) if slots[0].missing else None
    if pair and not _better(pair, slots[0]):
        pair = None
    relax: tuple[Relaxation, ...] = ()
    if slots[0].required_missing:
        worth = (slots[0].required_missing, len(slots[0].missing))
        options = _options(ask, guests, almanac, problem, slots[0].missing)
        better = [one for one in options if (one.required_missing, one.missing) < worth]
        relax = tuple(sorted(better, key=lambda one: (one.required_missing, one.missing)))
    return Found(slots, pair, relax)


def _better(pair: Pair, slot: Slot) -> bool:
    alone = slot.required_missing, len(slot.missing)
    return (pair.required_missing, len(pair.missing)) < alone


def _apart(windows: Windows, grid: Grid, problem: Problem, most: int) -> Iterator[int]:
    """The best windows that overlap with no better one."""
    taken: list[int] = []
    days: Counter[date] = Counter()
    for found in windows.order():
        window = int(found)
        day = grid.at(window).date()
        if days[day] < A_DAY and all(abs(window - one) >= problem.duration for one in taken):
            yield window
            taken.append(window)
            days[day] += 1
            if len(taken) == most:
                return


class _Telling:
    """Windows as slots."""

    def __init__(self, ask: Ask, grid: Grid, windows: Windows, teller: Teller) -> None:
        self.ask, self.grid, self.windows, self.teller = ask, grid, windows, teller

    def slot(self, window: int) -> Slot:
        starts = self.grid.at(window)
        ends = starts + timedelta(minutes=self.ask.minutes)
        strains = [
            self.teller.strain(person, int(cost), starts, ends)
            for person, cost in enumerate(self.windows.costs[:, window])
            if cost
        ]
        return Slot(
            starts,
            ends,
            bool(self.windows.required_missing[window]),
            int(self.windows.fair[window]),
            tuple(sorted(strains, key=lambda one: (-one.cost, one.person))),
            self.teller.holidays(starts, ends),
        )

    def pair(self, chosen: tuple[int, int] | None, problem: Problem) -> Pair | None:
        if chosen is None:
            return None
        first, second = (self.slot(window) for window in chosen)
        missing = tuple(sorted(set(first.missing) & set(second.missing)))
        return Pair(first, second, missing, not problem.required.isdisjoint(missing))


def _options(
    ask: Ask,
    guests: Sequence[Guest],
    almanac: Almanac,
    problem: Problem,
    missing: Sequence[int],
) -> Iterator[Relaxation]:
    lost = [person for person in missing if person in problem.required]
    for people in dict.fromkeys([*((person,) for person in lost), tuple(lost)]):
        if left := problem.required - set(people):
            yield _judged(Relaxation(Relaxing.OPTIONAL, people), replace(problem, required=left))
    shorter = -(-ask.minutes // 2 // 15) * 15
    if SHORTEST <= shorter < ask.minutes:
        asked = replace(ask, minutes=shorter)
        changed = problem_of(asked, asked.grid(), guests, almanac)
        yield _judged(Relaxation(Relaxing.SHORTER, minutes=shorter), changed)
    longer = replace(ask, closes_at=min(ask.closes_at + timedelta(days=7), _year_after(ask)))
    if longer.closes_at > ask.closes_at:
        changed = problem_of(longer, longer.grid(), guests, almanac)
        relaxed = Relaxation(Relaxing.LONGER_SEARCH, closes_at=longer.closes_at)
        yield _judged(relaxed, changed)


def _year_after(ask: Ask) -> datetime:
    return ask.opens_at + timedelta(days=365)


def _judged(relaxation: Relaxation, problem: Problem) -> Relaxation:
    windows = search(problem)
    best = windows.best()
    return replace(
        relaxation,
        required_missing=bool(windows.required_missing[best]),
        missing=int(windows.missing[best]),
    )
