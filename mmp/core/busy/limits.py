"""How much of a calendar is read, and why some of it is not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

MOST_OCTETS = 20_000_000
MOST_EVENTS = 20_000
MOST_LINES = 400
"""Of one event, of what matters here."""
MOST_LETTERS = 20_000
"""Of one line: a list of thousands of dates."""
MOST_STEPS = 50_000
"""Of one rule: steps from its beginning, daily ones of 130 years."""
STEPS_IN_ALL = 2_000_000


class Why(StrEnum):
    """Why an event was left out."""

    BROKEN = "broken"
    ZONE = "zone"
    """Its time zone is neither known nor described in a way that holds."""
    TOO_OFTEN = "too_often"
    """It comes more often than once an hour, or is too much to work out."""
    TOO_MUCH = "too_much"
    """It came after the limit of the whole file."""


@dataclass(frozen=True, slots=True)
class Left:
    """So many events were left out, and why."""

    why: Why
    events: int


class LeftOut(Exception):
    """This event is not to be read."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(why)


class Counted:
    """What was left out so far, and the steps that are left."""

    def __init__(self) -> None:
        self.reasons: Counter[Why] = Counter()
        self.steps = STEPS_IN_ALL

    def spend(self, steps: int) -> None:
        """Raises LeftOut where a rule takes too many steps, or all of them did."""
        if steps > MOST_STEPS:
            raise LeftOut(Why.TOO_OFTEN)
        if steps > self.steps:
            raise LeftOut(Why.TOO_MUCH)
        self.steps -= steps

    def left(self) -> tuple[Left, ...]:
        return tuple(Left(why, self.reasons[why]) for why in Why if self.reasons[why])
