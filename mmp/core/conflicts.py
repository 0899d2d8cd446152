"""Who or what is wanted in two places at once, and what lies outside the time it belongs to."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Who = TypeVar("Who", bound=Hashable)
What = TypeVar("What", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Booking(Generic[Who, What]):
    """`who` (a person, a room) is wanted for `what` between two instants, the end excluded."""

    who: Who
    what: What
    starts_at: datetime
    ends_at: datetime


def conflicts(
    bookings: Iterable[Booking[Who, What]],
) -> dict[Who, list[tuple[What, What]]]:
    """For everyone wanted twice at once the pairs of things that overlap, by their beginnings.

    What ends as the other begins does not overlap, and nothing overlaps itself. Takes as long as
    sorting takes, and as there are overlaps.
    """
    by_who: dict[Who, list[Booking[Who, What]]] = defaultdict(list)
    for booking in bookings:
        by_who[booking.who].append(booking)
    found: dict[Who, list[tuple[What, What]]] = {}
    for who, those in by_who.items():
        pairs = _overlaps(sorted(those, key=lambda booking: (booking.starts_at, booking.ends_at)))
        if pairs:
            found[who] = pairs
    return found


def _overlaps(ordered: list[Booking[Who, What]]) -> list[tuple[What, What]]:
    running: list[Booking[Who, What]] = []
    pairs: dict[tuple[What, What], None] = {}
    for booking in ordered:
        running = [other for other in running if other.ends_at > booking.starts_at]
        for other in running:
            if other.what != booking.what and (booking.what, other.what) not in pairs:
                pairs[other.what, booking.what] = None
        running.append(booking)
    return list(pairs)


def outside(starts_at: datetime, ends_at: datetime, first: datetime | None, last: datetime) -> bool:
    """Whether the span begins before `first` (unknown: any time) or ends after `last`."""
    return (first is not None and starts_at < first) or ends_at > last
