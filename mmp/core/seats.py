"""Who has a seat where there are only so many, and who waits for one.

A seat is held by who said yes and comes to the room; online there is always room, unless the whole
event is online and its places are counted.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar


class Answer(Protocol):
    """What of an answer decides whether it needs a seat; the values are iCalendar's and ours."""

    @property
    def partstat(self) -> str: ...

    @property
    def form(self) -> str | None: ...


class Waiting(Protocol):
    """Someone in the line."""

    @property
    def id(self) -> int: ...

    @property
    def waiting_since(self) -> datetime | None: ...

    @property
    def created_at(self) -> datetime: ...


Row = TypeVar("Row", bound=Waiting)


def needs_seat(event_form: str, answer: Answer) -> bool:
    """Whether this answer takes one of the counted seats: a yes, at a hybrid event in the room."""
    if answer.partstat != "ACCEPTED":
        return False
    return event_form != "hybrid" or answer.form == "in_room"


def in_order(line: Sequence[Row]) -> list[Row]:
    """Who waits, first come first: who was put into the line without a time, by their row's."""
    return sorted(line, key=lambda one: (one.waiting_since or one.created_at, one.id))


def moving_up(capacity: int | None, taken: int, line: Sequence[Row]) -> list[Row]:
    """Those of the line who get the seats that are free. Where more are taken than there are,
    nobody moves, and nobody loses theirs. Without a capacity there is no line."""
    free = len(line) if capacity is None else max(0, capacity - taken)
    return in_order(line)[:free]
