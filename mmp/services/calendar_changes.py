"""Counts the changes that calendars show: one number tells a poll that all is as it was.

Whatever verb changed a row, the same flush raises `calendar_counter` of every person and programme
whose feed may show it. Too often costs a rendering, too seldom shows a wrong hour: so rather count.
Only changes made through rows are seen; nothing here may be updated in bulk behind them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Update,
    bindparam,
    event,
    inspect,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, UOWTransaction

from mmp.models import (
    AgendaItem,
    AgendaRole,
    Breakout,
    BreakoutGroup,
    BreakoutSeat,
    Consent,
    Event,
    Membership,
    Pair,
    PairMember,
    Participation,
    Person,
    Programme,
)

CHUNK = 5_000
"""Below every database's limit of bound values in one statement."""


_SHOWN_OF_GROUP = ("position", "name", "room", "question", "join_link")


@dataclass(slots=True)
class _Touched:
    """Numbers of rows that one flush changed, by what they lead to."""

    events: set[int] = field(default_factory=set)
    agenda_items: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    pairs: set[int] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)
    """Of break-outs."""
    programmes: set[int] = field(default_factory=set)
    """Their own feeds only."""
    whole_programmes: set[int] = field(default_factory=set)
    """Theirs and those of everyone in them."""


@event.listens_for(Session, "after_flush")
def count(session: Session, _: UOWTransaction) -> None:
    """Raise the counters of everyone whose feed may show what this flush changed."""
    touched = _Touched()
    for row in (*session.new, *session.deleted):
        _note(touched, row)
    for row in session.dirty:
        if session.is_modified(row, include_collections=False):
            _note(touched, row)
    for chunk in _chunks(touched.events):
        count_events(session, chunk)
    for chunk in _chunks(touched.agenda_items):
        items = select(AgendaItem.event_id).where(AgendaItem.id.in_(chunk))
        count_events(session, session.scalars(items).all())
    _raise_each(session, Person, touched.people)
    _raise_each(session, Programme, touched.programmes)
    for chunk in _chunks(touched.pairs):
        paired = select(PairMember.person_id).where(PairMember.pair_id.in_(chunk))
        session.execute(_raised(Person, Person.id.in_(paired)))
    for chunk in _chunks(touched.groups):
        seated = select(BreakoutSeat.person_id).where(BreakoutSeat.group_id.in_(chunk))
        session.execute(_raised(Person, Person.id.in_(seated)))
    for chunk in _chunks(touched.whole_programmes):
        members = select(Membership.person_id).where(Membership.programme_id.in_(chunk))
        session.execute(_raised(Person, Person.id.in_(members)))
        session.execute(_raising_each(Programme), {"numbers": chunk})


def _raise_each(session: Session, kind: type[Person] | type[Programme], numbers: set[int]) -> None:
    for chunk in _chunks(numbers):
        session.execute(_raising_each(kind), {"numbers": chunk})


def _note(touched: _Touched, row: object) -> None:
    match row:
        case Event():
            touched.events.update(_numbers(row, "id"))
            # No query finds the programme of a deleted event any more.
            touched.programmes.update(_numbers(row, "programme_id"))
        case AgendaItem():
            touched.events.update(_numbers(row, "event_id"))
        case AgendaRole():
            touched.agenda_items.update(_numbers(row, "agenda_item_id"))
            touched.people.update(_numbers(row, "person_id"))
            touched.pairs.update(_numbers(row, "pair_id"))
        case Participation() | Membership():
            touched.people.update(_numbers(row, "person_id"))
        case PairMember():
            touched.people.update(_numbers(row, "person_id"))
            touched.pairs.update(_numbers(row, "pair_id"))
        case Pair():
            touched.pairs.update(_numbers(row, "id"))
        case Person() | Consent():
            touched.pairs.update(_pairs_that_see(row))
        case Programme():
            touched.whole_programmes.update(_numbers(row, "id"))
        case BreakoutSeat() | BreakoutGroup() | Breakout():
            _note_group(touched, row)
        case _:
            pass


def _note_group(touched: _Touched, row: BreakoutSeat | BreakoutGroup | Breakout) -> None:
    """What a tap at the meeting, notes or a draft change, no calendar shows."""
    match row:
        case BreakoutSeat() if _any_changed(row, "group_id", "group", "person_id"):
            touched.people.update(_numbers(row, "person_id"))
        case BreakoutGroup() if _any_changed(row, *_SHOWN_OF_GROUP):
            touched.groups.update(_numbers(row, "id"))
        case Breakout() if _any_changed(row, "state", "question"):
            touched.agenda_items.update(_numbers(row, "agenda_item_id"))
        case _:
            pass


def _any_changed(row: Any, *attributes: str) -> bool:
    """Whether it is new or gone, or one of these changed."""
    state = inspect(row)
    within = state.session
    if within is None or row in within.new or row in within.deleted:
        return True
    return any(state.attrs[name].history.has_changes() for name in attributes)


def _numbers(row: Any, attribute: str) -> Iterator[int]:
    """The value of a column, and the one it had before this flush.

    Where a row was handed over through its relationship, only that knows whose it was: it keeps
    its history actively.
    """
    state = inspect(row)
    numbers = {state.dict.get(attribute), *state.attrs[attribute].history.sum()}
    relationship = attribute.removesuffix("_id")
    if relationship != attribute:
        previous = state.attrs[relationship].history.deleted or ()
        numbers.update(other.id for other in previous if other is not None)
    yield from (number for number in numbers if number is not None)


def _pairs_that_see(row: Person | Consent) -> Iterable[int]:
    """The pairs in whose talks it shows that somebody became discreet, or said whether their name
    may stand in the calendars of others. Settings of one's own are read with every poll."""
    if isinstance(row, Consent):
        return _pairs_of(row.person)
    return _pairs_of(row) if inspect(row).attrs["discreet"].history.deleted else ()


def _pairs_of(person: Person) -> Iterable[int]:
    session = inspect(person).session
    if session is None or person.id is None:
        return ()
    return session.scalars(
        select(PairMember.pair_id).where(PairMember.person_id == person.id)
    ).all()


def count_events(session: Session, events: Iterable[int]) -> None:
    """Raise the counters of everyone whose feed may show these events."""
    given = {"events": list(events)}
    for statement in _raising_of_events():
        session.execute(statement, given)


# Every flush comes by here: what it says is put together once.


@cache
def _raising_of_events() -> tuple[Update, Update]:
    """Of the people and of the programmes of `events`."""
    events: BindParameter[int] = bindparam("events", expanding=True)
    roles = (
        select(AgendaRole)
        .join(AgendaItem, AgendaItem.id == AgendaRole.agenda_item_id)
        .where(AgendaItem.event_id.in_(events))
    )
    paired = select(PairMember.person_id).where(
        PairMember.pair_id.in_(
            roles.with_only_columns(AgendaRole.pair_id).where(AgendaRole.pair_id.is_not(None))
        )
    )
    in_roles = roles.with_only_columns(AgendaRole.person_id).where(
        AgendaRole.person_id.is_not(None)
    )
    listed = select(Participation.person_id).where(Participation.event_id.in_(events))
    people = or_(Person.id.in_(listed), Person.id.in_(in_roles), Person.id.in_(paired))
    programmes = select(Event.programme_id).where(Event.id.in_(events))
    return _raised(Person, people), _raised(Programme, Programme.id.in_(programmes))


@cache
def _raising_each(kind: type[Person] | type[Programme]) -> Update:
    """Of those with these `numbers`."""
    return _raised(kind, kind.id.in_(bindparam("numbers", expanding=True)))


def _raised(kind: type[Person] | type[Programme], which: ColumnElement[bool]) -> Update:
    return (
        update(kind)
        .where(which)
        .values(calendar_counter=kind.calendar_counter + 1)
        .execution_options(synchronize_session=False)
    )


def _chunks(numbers: set[int]) -> Iterator[list[int]]:
    ordered = sorted(numbers)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
