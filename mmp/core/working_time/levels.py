"""How good each quarter of an hour of a day is for somebody, from 0 (fine) to 9 (not at all)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from mmp.core.errors import UserError

GOOD, EDGE, HARD, OFF = 0, 1, 3, 9
"""Working hours; an hour before, two after; early or late; not at all."""
LEVELS: Final = (GOOD, EDGE, HARD, OFF)
MISSED = 4
"""What missing an event counts in somebody's burden: more than to come at a hard hour."""
QUARTERS: Final = 96
"""Quarters of an hour in a day; a day's levels are so many bytes, from local midnight on."""

Bands = tuple[tuple[int, int, int], ...]
"""(first hour, hour of the end, level), in local hours; the rest of the day is off."""


def day_of(bands: Bands) -> bytes:
    """The levels of a day by its bands."""
    day = bytearray([OFF]) * QUARTERS
    for first, end, level in bands:
        day[4 * first : 4 * end] = bytes([level]) * (4 * (end - first))
    return bytes(day)


REST: Final = day_of(())
STANDARD: Final = day_of(
    ((7, 8, HARD), (8, 9, EDGE), (9, 17, GOOD), (17, 19, EDGE), (19, 21, HARD))
)
MORNING: Final = day_of(((7, 8, EDGE), (8, 12, GOOD), (12, 13, EDGE)))
"""A Friday where it is half a working day."""
FASTING: Final = day_of(((8, 9, HARD), (9, 10, EDGE), (10, 15, GOOD), (15, 16, EDGE)))
"""A working day in Ramadan; nobody works on to the breaking of the fast."""


def until(day: bytes, hour: int) -> bytes:
    """A day that ends at a local hour."""
    return day[: 4 * hour] + REST[4 * hour :]


def worse(day: bytes, other: bytes) -> bytes:
    """Of two days' levels the worse, quarter by quarter."""
    return bytes(map(max, day, other))


_LETTERS: Final = dict(zip("0139", LEVELS, strict=True))
_AS_LEVELS: Final = bytes.maketrans(b"0139", bytes(LEVELS))
HALF_HOURS: Final = 48


@dataclass(frozen=True, slots=True)
class Week:
    """Somebody's own hours as they painted them: seven days from Monday on, by half hours.

    `painted` has 336 letters, each one of the levels `0`, `1`, `3` and `9`; it is kept as it is.
    """

    painted: str

    def __post_init__(self) -> None:
        """Raises UserError (field `week`) for anything else, and where no hour is left."""
        if len(self.painted) != 7 * HALF_HOURS or not set(self.painted) <= set(_LETTERS):
            raise UserError("A week has 336 half hours, each of them 0, 1, 3 or 9.", field="week")
        if set(self.painted) == {"9"}:
            raise UserError("Leave at least one half hour in which you could come.", field="week")

    @classmethod
    def of(cls, days: tuple[bytes, ...]) -> Self:
        """The week of seven days' levels, to begin painting with: of two quarters the worse."""
        letters = {level: letter for letter, level in _LETTERS.items()}
        return cls(
            "".join(
                letters[max(day[quarter : quarter + 2])]
                for day in days
                for quarter in range(0, QUARTERS, 2)
            )
        )

    def day(self, weekday: int) -> bytes:
        """The levels of a weekday, 0 for Monday."""
        start = HALF_HOURS * weekday
        halves = self.painted[start : start + HALF_HOURS].encode().translate(_AS_LEVELS)
        day = bytearray(QUARTERS)
        day[::2] = day[1::2] = halves
        return bytes(day)
