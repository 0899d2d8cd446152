"""What would change if this were saved: nothing is written here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.conflicts import Booking, conflicts, outside
from mmp.core.event_changes import (
    TOLD,
    Details,
    Effect,
    Remark,
    differences,
    effect,
    settle,
    shift_of,
    shifted,
)
from mmp.core.when import When
from mmp.models import AgendaItem, AgendaRole, Event, Feed, Participation, Person
from mmp.models.enums import EventStatus, Partstat, Precision
from mmp.services.event_edits.changing import with_when
from mmp.services.event_edits.reading import details_of
from mmp.services.event_edits.telling import listeners, who_knows, would_reword, would_tell
from mmp.services.events import when_of
from mmp.services.permissions import Actor, editable_events
from mmp.services.taking_part import TAKING_PART


@dataclass(frozen=True, slots=True)
class ItemMove:
    """An item of the agenda with its time after the move, and whether that lies outside the
    event."""

    item: AgendaItem
    old: When
    new: When
    outside: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What saving would do.

    `effects` has one entry per time zone of those who take part, with its people, where an hour is
    known; `busy` those who are expected elsewhere at the new time. `told` is empty where nobody
    gets a mail; `unreachable` are those who would, had they an address, and `not_invited` those
    who would, did they know of the event.
    """

    changes: Mapping[str, list[Any]]
    remarks: tuple[Remark, ...]
    when: When
    told: Sequence[Person]
    unreachable: Sequence[Person]
    not_invited: Sequence[Person]
    effects: Sequence[tuple[Effect, Sequence[Person]]]
    feeds: int
    shift: timedelta | None
    moved: Sequence[ItemMove]
    """As the items would lie if they moved along."""
    kept: Sequence[ItemMove]
    """As they would lie if they stayed."""
    busy: Sequence[tuple[Person, Sequence[Event]]]
    past: bool = False
    """Whether the new time is over already."""
    reworded: bool = False
    """Whether people could be told of new words, though neither time, place nor form changes."""

    @property
    def left_outside(self) -> list[AgendaItem]:
        """The items that would lie outside the event if the agenda stayed where it is."""
        return [move.item for move in self.kept if move.outside]

    @property
    def taken_outside(self) -> list[AgendaItem]:
        """The items that would lie outside the event even if they moved along."""
        return [move.item for move in self.moved if move.outside]

    @property
    def matters(self) -> bool:
        """Whether time, place or form change."""
        return not TOLD.isdisjoint(self.changes)

    @property
    def asks(self) -> bool:
        """Whether others notice, or the agenda might move along: then it is shown before saving."""
        return bool(self.told or self.unreachable or self.not_invited or self.moved)


def preview(
    session: Session, *, actor: Actor, now: datetime, event: Event, details: Details
) -> Preview:
    """What would change if `details` were saved. A handful of statements whatever the rows."""
    before = details_of(event)
    when, remarks = settle(details.when)
    changes = differences(before, with_when(details, when))
    people = listeners(session, event)
    knowing = who_knows(session, event)
    reached = [person for person in people if person.email]
    mailed = would_tell(event, changes, ends_at=event.ends_at, now=now) or (
        would_tell(event, changes, ends_at=when.span().ends_at, now=now)
    )
    moves = "when" in changes
    return Preview(
        changes=changes,
        remarks=remarks,
        when=when,
        told=[person for person in reached if person.id in knowing] if mailed else [],
        unreachable=[person for person in people if not person.email] if mailed else [],
        not_invited=[one for one in reached if one.id not in knowing] if mailed else [],
        effects=_effects(people, before.when, when) if moves and when.starts_local else (),
        feeds=_feeds(session, people) if event.status is not EventStatus.DRAFT else 0,
        shift=shift_of(before.when, when) if moves else None,
        moved=_items(event, before.when, when, along=True) if moves else (),
        kept=_items(event, before.when, when, along=False) if moves else (),
        busy=_busy(session, actor, event, people, when) if moves else (),
        past=moves and when.span().ends_at <= now,
        reworded=not mailed
        and any(one.id in knowing for one in reached)
        and would_reword(event, changes, now=now),
    )


def _effects(
    people: Sequence[Person], old: When, new: When
) -> Sequence[tuple[Effect, Sequence[Person]]]:
    """By zones, those with the most people first."""
    by_zone: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        by_zone[person.zone].append(person)
    found = [(effect(old, new, zone), those) for zone, those in by_zone.items()]
    return sorted(found, key=lambda entry: (-len(entry[1]), entry[0].zone))


def _feeds(session: Session, people: Sequence[Person]) -> int:
    """How many of them have a calendar that fetches the change by itself."""
    numbers = [person.id for person in people]
    live = select(Feed.person_id).where(Feed.person_id.in_(numbers), Feed.revoked_at.is_(None))
    return len(set(session.scalars(live)))


def _items(event: Event, old: When, new: When, *, along: bool) -> list[ItemMove]:
    span = new.span()
    found = []
    for item in event.agenda:
        was = when_of(item)
        if was is None or was.starts_local is None or was.ends_local is None:
            continue
        stays = was
        if item.zone is None and new.zone != old.zone:
            stays = When.timed(was.starts_local, was.ends_local, new.zone)
        comes = shifted(was, old, new) if along else stays
        instants = comes.span()
        assert instants.starts_at is not None  # it is timed
        out = item.status is not EventStatus.CANCELLED and outside(
            instants.starts_at, instants.ends_at, span.starts_at, span.ends_at
        )
        found.append(ItemMove(item, was, comes, out))
    return sorted(found, key=lambda move: (move.old.span().ends_at, move.item.position))


def _busy(
    session: Session, actor: Actor, event: Event, people: Sequence[Person], when: When
) -> Sequence[tuple[Person, Sequence[Event]]]:
    """Who is expected at another event at that time; of those that `actor` plans."""
    span = when.span()
    if when.precision not in ("timed", "days") or span.starts_at is None or not people:
        return ()
    there = {person.id: person for person in people}
    at_once = (
        editable_events(actor),
        Event.id != event.id,
        Event.status != EventStatus.CANCELLED,
        Event.precision.in_((Precision.TIMED, Precision.DAYS)),
        Event.starts_at < span.ends_at,
        Event.ends_at > span.starts_at,
    )
    listed = (
        select(Participation.person_id, Event)
        .join(Event, Event.id == Participation.event_id)
        .where(
            *at_once,
            Participation.person_id.in_(there),
            Participation.entry.in_(TAKING_PART),
            Participation.partstat != Partstat.DECLINED,
        )
    )
    in_roles = (
        select(AgendaRole.person_id, Event)
        .join(AgendaItem, AgendaItem.id == AgendaRole.agenda_item_id)
        .join(Event, Event.id == AgendaItem.event_id)
        .where(*at_once, AgendaRole.person_id.in_(there))
    )
    others: dict[int, Event] = {}
    bookings = [Booking(number, 0, span.starts_at, span.ends_at) for number in there]
    for statement in (listed, in_roles):
        for number, other in session.execute(statement):
            if number is not None and other.starts_at is not None:
                others[other.id] = other
                bookings.append(Booking(number, other.id, other.starts_at, other.ends_at))
    found = []
    for number, pairs in conflicts(bookings).items():
        wanted = {what for pair in pairs if 0 in pair for what in pair if what}
        if wanted:
            found.append((there[number], [others[what] for what in sorted(wanted)]))
    return found
