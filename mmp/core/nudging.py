"""How often a pair may be asked how it is doing: seldom, so that it stays a kind word."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from mmp.core.pair_health import Span

APART: Final = timedelta(days=14)
MOST: Final = 3
"""In one season: from the end of a break to the next one."""


class Refusal(StrEnum):
    """Why no nudge goes now."""

    BREAK = "break"
    FORTNIGHT = "fortnight"
    SEASON = "season"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why, and from which day on it may go again, where that is known."""

    why: Refusal
    until: date | None = None


def refusal(asked: Collection[date], today: date, breaks: Iterable[Span]) -> Refused | None:
    """What speaks against a nudge today; `asked` are the days of the earlier ones."""
    rests = sorted(breaks, key=lambda one: one.first)
    now = next((one for one in rests if one.first <= today <= one.last), None)
    if now is not None:
        return Refused(Refusal.BREAK, now.last + timedelta(days=1))
    latest = max(asked, default=None)
    if latest is not None and today < latest + APART:
        return Refused(Refusal.FORTNIGHT, latest + APART)
    season = max((one.last for one in rests if one.last < today), default=date.min)
    if sum(day > season for day in asked) >= MOST:
        after = next((one.last for one in rests if one.first > today), None)
        return Refused(Refusal.SEASON, after + timedelta(days=1) if after else None)
    return None
