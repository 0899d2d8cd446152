"""How a pair is doing, from the days of its talks alone: a rule that can be read beside its result.

Days on which the programme rests do not count. The numbers below are shown with every state.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

NEW: Final = 28
"""Days in which a new pair that has not talked yet is left to itself."""
QUIET: Final = 42
"""Days after a talk that are no reason to ask."""
NEAR: Final = 14
"""Days before a plenary in which a pair should have talked since the last one."""
_FURTHEST: Final = 400
"""Days that are ever counted: more make no difference."""


class Health(StrEnum):
    """The three states."""

    CHECK_IN = "check_in"
    EARLY = "early"
    ON_TRACK = "on_track"


class Because(StrEnum):
    """Why a pair is in its state."""

    TALKED = "talked"
    """It talked in the last QUIET days."""
    PLANNED = "planned"
    """A talk is planned, not later than the next plenary."""
    NEW = "new"
    """It began less than NEW days ago."""
    NEVER = "never"
    """It has not talked, NEW days and more after it began."""
    QUIET = "quiet"
    """Its last talk is more than QUIET days ago."""
    PLENARY = "plenary"
    """The plenary is at most NEAR days away, and it has not talked since the last one."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which the programme rests, first and last included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Year:
    """Where a programme stands: the last day of the plenary before today, the first day of the
    next one, and when it rests."""

    last_plenary: date | None = None
    next_plenary: date | None = None
    breaks: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A state, why, and the days it was judged by: those that count since the last talk (or since
    the pair began), and until the plenary."""

    health: Health
    because: Because
    quiet_for: int
    plenary_in: int | None = None
    resting: bool = False
    """Today the programme rests: the state is that of the last day before."""


def counted_days(first: date, until: date, breaks: Iterable[Span]) -> int:
    """How many days after `first`, up to `until`, do not lie in a break; none if that is before."""
    resting = list(breaks)
    total = min((until - first).days, _FURTHEST)
    return sum(not _rests(until - timedelta(days=back), resting) for back in range(max(total, 0)))


def judge(
    *, began: date, last: date | None, planned: date | None, today: date, year: Year
) -> Judged:
    """The state of a pair that goes on.

    `last` is the day of its last talk, `planned` of the next one that is agreed. On track is who
    talked at most QUIET days ago or has a talk agreed that comes within QUIET days and not after
    the next plenary; but at most NEAR days before a plenary only who talked since the one before,
    or has it agreed. A new pair has NEW days before anything is said. Days in breaks do not count.
    """
    quiet_for = counted_days(max(last or began, began), today, year.breaks)
    plenary_in = None
    if year.next_plenary is not None:
        plenary_in = counted_days(today, year.next_plenary, year.breaks)
    common = (quiet_for, plenary_in, _rests(today, year.breaks))
    if _soon(planned, today, year):
        return Judged(Health.ON_TRACK, Because.PLANNED, *common)
    if last is None and quiet_for < NEW:
        return Judged(Health.EARLY, Because.NEW, *common)
    if last is None:
        return Judged(Health.CHECK_IN, Because.NEVER, *common)
    if quiet_for > QUIET:
        return Judged(Health.CHECK_IN, Because.QUIET, *common)
    since = year.last_plenary
    near = plenary_in is not None and plenary_in <= NEAR
    if near and since is not None and began <= since and last < since:
        return Judged(Health.CHECK_IN, Because.PLENARY, *common)
    return Judged(Health.ON_TRACK, Because.TALKED, *common)


def _soon(planned: date | None, today: date, year: Year) -> bool:
    if planned is None or planned < today:
        return False
    in_time = year.next_plenary is None or planned <= year.next_plenary
    return in_time and counted_days(today, planned, year.breaks) <= QUIET


def _rests(day: date, breaks: Iterable[Span]) -> bool:
    return any(one.first <= day <= one.last for one in breaks)
