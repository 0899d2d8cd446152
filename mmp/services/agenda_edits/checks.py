"""What in an agenda can hardly be meant: told, never refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mmp.core.conflicts import Booking, conflicts, outside
from mmp.core.texts import pick
from mmp.models import AgendaItem, Event, Person
from mmp.models.enums import EventStatus, Precision


class Trouble(StrEnum):
    """What may be wrong."""

    OUTSIDE = "outside"
    """The item begins before its event or ends after it."""
    PERSON = "person"
    """Somebody is in two items at once."""
    ROOM = "room"
    """Two items are in one room at once."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A trouble of an item, with the other item and the person where there is one."""

    trouble: Trouble
    item: AgendaItem
    other: AgendaItem | None = None
    person: Person | None = None


def warnings(event: Event) -> list[Warned]:
    """Everything that looks wrong in an event's agenda, which must be loaded whole.

    An item and what lies inside it may share people, room and time.
    """
    timed = _timed(event)
    found = [Warned(Trouble.OUTSIDE, item) for item in outside_items(event)]
    items = {item.id: item for item in timed}
    people = {person.id: person for item in timed for person in _people(item)}
    for who, pairs in conflicts(
        Booking(person.id, item.id, *_span(item)) for item in timed for person in _people(item)
    ).items():
        for one, other in pairs:
            if not _nested(items[one], items[other], event):
                found.append(Warned(Trouble.PERSON, items[other], items[one], people[who]))
    for pairs in conflicts(
        Booking(_room(item), item.id, *_span(item)) for item in timed if _room(item)
    ).values():
        for one, other in pairs:
            if not _nested(items[one], items[other], event):
                found.append(Warned(Trouble.ROOM, items[other], items[one]))
    return found


def outside_items(event: Event) -> list[AgendaItem]:
    """The items that begin before their event or end after it; none where its day is not fixed."""
    if event.precision not in (Precision.TIMED, Precision.DAYS):
        return []
    return [item for item in _timed(event) if outside(*_span(item), event.starts_at, event.ends_at)]


def _timed(event: Event) -> list[AgendaItem]:
    shown = [item for item in event.agenda if item.status is not EventStatus.CANCELLED]
    return [item for item in shown if item.starts_at and item.ends_at]


def _people(item: AgendaItem) -> Iterator[Person]:
    seen = set()
    for role in item.roles:
        members = [member.person for member in role.pair.members] if role.pair else [role.person]
        for person in members:
            if person is not None and person.id not in seen:
                seen.add(person.id)
                yield person


def _room(item: AgendaItem) -> str:
    return " ".join(pick(item.room, "en").casefold().split())


def _span(item: AgendaItem) -> tuple[datetime, datetime]:
    assert item.starts_at is not None  # only items with times come here
    assert item.ends_at is not None
    return item.starts_at, item.ends_at


def _nested(one: AgendaItem, other: AgendaItem, event: Event) -> bool:
    parents = {item.id: item.parent_id for item in event.agenda}
    for inner, outer in ((one, other), (other, one)):
        around = parents.get(inner.id)
        while around is not None:
            if around == outer.id:
                return True
            around = parents.get(around)
    return False
