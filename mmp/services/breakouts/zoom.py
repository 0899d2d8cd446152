"""The file by which Zoom makes its rooms beforehand, and whom Zoom cannot place.

Zoom takes 100 rooms and 1,000 people, and knows a person by the address of their Zoom account.
Source: Zoom support, "Pre-assigning participants to breakout rooms".
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import BreakoutSeat, Event, Participation, Person
from mmp.models.enums import AttendanceForm, EventForm
from mmp.services.breakouts.meeting import Room

HEAD: Final = ("Pre-assign Room Name", "Email Address")
MOST_ROOMS: Final = 100
MOST_PEOPLE: Final = 1_000
LONGEST_NAME: Final = 32
_CALCULATES: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Left:
    """Whom Zoom cannot place, and why: `no_address`, `same_address` (somebody else has it too),
    `calculates` (a spreadsheet would take it for a formula), `rooms` or `people` (too many)."""

    person: Person
    seat: BreakoutSeat
    why: str


@dataclass(frozen=True, slots=True)
class ZoomList:
    """Rooms with addresses in the order of the groups, and who is left to be placed by hand."""

    placed: tuple[tuple[BreakoutSeat, str], ...]
    left: tuple[Left, ...]
    in_room: int
    """How many sit in the room and need no place in Zoom."""

    def lines(self, names: Mapping[int, str]) -> list[tuple[str, str]]:
        """The file's lines; `names` of groups by their position, which are made unlike."""
        unlike = _unlike(names)
        return [HEAD, *((unlike[seat.group.position], email) for seat, email in self.placed)]


def zoom_list(session: Session, room: Room) -> ZoomList:
    """Who joins online and sits, or is expected, in a group. One statement at a hybrid event."""
    event = room.place.event
    online = _online(session, event)
    seats = sorted(room.sitting, key=lambda seat: (seat.group.position, seat.person.search))
    those = [seat for seat in seats if online is None or seat.person_id in online]
    positions = sorted({seat.group.position for seat in those})
    addresses = Counter(_address(seat.person) for seat in those)
    placed: list[tuple[BreakoutSeat, str]] = []
    left: list[Left] = []
    for seat in those:
        address = _address(seat.person)
        why = _why_not(address, addresses)
        if positions.index(seat.group.position) >= MOST_ROOMS:
            why = why or "rooms"
        elif len(placed) >= MOST_PEOPLE:
            why = why or "people"
        if why:
            left.append(Left(seat.person, seat, why))
        else:
            placed.append((seat, address))
    return ZoomList(tuple(placed), tuple(left), len(seats) - len(those))


def _why_not(address: str, addresses: Mapping[str, int]) -> str:
    if not address:
        return "no_address"
    if address.startswith(_CALCULATES):
        return "calculates"
    return "same_address" if addresses[address] > 1 else ""


def _address(person: Person) -> str:
    return (person.email or "").strip().lower()


def _online(session: Session, event: Event) -> Collection[int] | None:
    """The numbers of those who join online; None for everybody."""
    if event.form is EventForm.ONLINE:
        return None
    return frozenset(
        session.scalars(
            select(Participation.person_id).where(
                Participation.event_id == event.id,
                Participation.form == AttendanceForm.ONLINE,
            )
        )
    )


def _unlike(names: Mapping[int, str]) -> dict[int, str]:
    """Names that Zoom keeps apart: short ones, and none twice."""
    found: dict[int, str] = {}
    for position, name in sorted(names.items()):
        short = " ".join(name.split())[:LONGEST_NAME].strip() or str(position + 1)
        if _taken(short, found.values()):
            short = f"{short[: LONGEST_NAME - 6]} ({position + 1})"
        found[position] = short
    return found


def _taken(name: str, names: Iterable[str]) -> bool:
    return name.casefold() in {one.casefold() for one in names}
