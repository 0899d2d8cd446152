"""Events to come whose instants the time zone data of today would put elsewhere."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, and_, exists, or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.core import zones
from mmp.core.errors import NotFound, UserError
from mmp.core.when import Span
from mmp.models import AgendaItem, Event, Pair, PairMember, Participation, Person
from mmp.models.enums import EventStatus, Partstat, Precision
from mmp.services import events as rules
from mmp.services.permissions import Actor


class Settled(UserError):
    """Nobody has to decide about this event, or somebody has."""


@dataclass(frozen=True, slots=True)
class Move:
    """A row whose wall time means other instants than those it was derived with."""

    row: Event | AgendaItem
    old: Span
    new: Span


@dataclass(frozen=True, slots=True)
class Seen:
    """What the two ways mean where the clocks show `zone`: local times of the start (aware), as
    people know it, if the wall time stays, and if the instant stays."""

    zone: str
    people: Sequence[Person]
    known: datetime
    wall: datetime
    instant: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """An event with the moves of itself and of items of its agenda; at least one."""

    event: Event
    moves: Sequence[Move]
    seen: Sequence[Seen] = ()
    """By zone, those with the most people first; of the event itself, or else of its first item."""

    @property
    def zone(self) -> str:
        """Whose law changed."""
        first = self.moves[0].row
        return first.zone or self.event.zone


def moved_events(
    session: Session, *, actor: Actor, now: datetime, programme_id: int
) -> Sequence[Moved]:
    """Those of a programme that `actor` coordinates, in their order, with whom it concerns; talks
    of pairs too. At most seven statements."""
    if programme_id not in actor.coordinates:
        return ()
    return _with_people(session, _moved(_behind(session, now, Event.programme_id == programme_id)))


def moved_event(session: Session, *, actor: Actor, now: datetime, uuid: UUID) -> Moved:
    """One of them. Raises NotFound, and Settled where it has not moved, or not any more."""
    mine = and_(Event.uuid == uuid, Event.programme_id.in_(actor.coordinates))
    found = _with_people(session, _moved(_behind(session, now, mine)))
    if found:
        return found[0]
    if session.scalar(select(Event.id).where(mine)) is None:
        raise NotFound("There is no such event.")
    raise Settled("Nothing was changed: this event does not wait for a decision any more.")


def count_moved(session: Session, *, now: datetime, programme_id: int | None = None) -> int:
    """How many events wait for somebody to decide."""
    here = () if programme_id is None else (Event.programme_id == programme_id,)
    return len(_moved(_behind(session, now, *here)))


def keep_up(session: Session, *, now: datetime) -> int:
    """Bring all that is ahead to the data of today where nobody has to decide anything; gives how
    many events are left that somebody has to look at.

    What did not move only gets the new version. Whole days and months follow by themselves, for
    days are what people agreed on. For the start and every night.
    """
    events = _behind(session, now)
    moved = _moved(events)
    open_ = {id(move.row) for one in moved for move in one.moves}
    version = zones.tz_version()
    rows: list[Event | AgendaItem] = list(events)
    for event in events:
        rows += event.agenda
    followed: dict[type[Event | AgendaItem], list[int]] = {Event: [], AgendaItem: []}
    for row in rows:
        if row.tz_version in (None, version) or id(row) in open_:
            continue
        if isinstance(row, Event) and _move(row) is not None:
            rules.apply_when(row, rules.when_of(row))
        else:
            followed[type(row)].append(row.id)
    session.flush()
    for kind, numbers in followed.items():
        # No change that a reader could see: neither `version` nor calendars' counters rise.
        session.execute(
            update(kind).where(kind.id.in_(numbers)).values(tz_version=version),
            execution_options={"synchronize_session": False},
        )
    return len(moved)


def _behind(session: Session, now: datetime, *which: ColumnElement[bool]) -> Sequence[Event]:
    """Events to come that were derived with other data, or an item of theirs was."""
    return session.scalars(
        select(Event)
        .where(_is_behind(now), *which)
        .options(
            selectinload(Event.agenda),
            joinedload(Event.programme),
            joinedload(Event.pair).selectinload(Pair.members).joinedload(PairMember.person),
        )
        .order_by(Event.ends_at, Event.key)
        .execution_options(populate_existing=True)
    ).all()


def any_behind(now: datetime, programme_id: int) -> Exists:
    """Whether a programme has such events, talks of pairs or parts of agendas: to be asked along
    with other things, for mostly it has none."""
    return exists().where(_is_behind(now), Event.programme_id == programme_id)


def _is_behind(now: datetime) -> ColumnElement[bool]:
    version = zones.tz_version()
    items = select(AgendaItem.event_id).where(AgendaItem.tz_version != version)
    return and_(Event.ends_at > now, or_(Event.tz_version != version, Event.id.in_(items)))


def _moved(events: Iterable[Event]) -> list[Moved]:
    found = []
    for event in events:
        if event.status is EventStatus.CANCELLED:
            continue
        own = [_move(event)] if event.precision is Precision.TIMED else []
        moves = [move for move in (*own, *map(_move, event.agenda)) if move]
        if moves:
            found.append(Moved(event, moves))
    return found


def _move(row: Event | AgendaItem) -> Move | None:
    when = rules.when_of(row)
    if when is None or row.ends_at is None or row.tz_version is None:
        return None
    old, new = Span(row.starts_at, row.ends_at, row.tz_version), when.span()
    same = (old.starts_at, old.ends_at) == (new.starts_at, new.ends_at)
    return None if same else Move(row, old, new)


def _with_people(session: Session, found: Sequence[Moved]) -> list[Moved]:
    """Whose hours it concerns: who is on the list and has not declined, or the pair."""
    rows = session.execute(
        select(Participation.event_id, Person)
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.event_id.in_([one.event.id for one in found]),
            Participation.partstat != Partstat.DECLINED,
        )
        .order_by(Person.name, Person.id)
    ).all()
    people: dict[int, list[Person]] = defaultdict(list)
    for event_id, person in rows:
        people[event_id].append(person)
    return [replace(one, seen=_seen(one, people[one.event.id])) for one in found]


def _seen(one: Moved, people: list[Person]) -> list[Seen]:
    by_zone: dict[str, list[Person]] = defaultdict(list)
    if one.event.pair is not None:
        people = [member.person for member in one.event.pair.members if not member.ends_on]
    by_zone[one.zone] = []  # what it means there is said even if nobody lives there
    for person in people:
        by_zone[person.zone].append(person)
    move = one.moves[0]
    old, new = move.old.starts_at, move.new.starts_at
    assert old is not None  # only what has an hour is listed
    assert new is not None
    found = []
    for zone, those in by_zone.items():
        stays, moves = zones.to_wall(old, zone), zones.to_wall(new, zone)
        found.append(Seen(zone, those, moves if zone == one.zone else stays, moves, stays))
    return sorted(found, key=lambda seen: (-len(seen.people), seen.zone))
