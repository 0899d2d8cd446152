"""The one statement that fetches what a feed shows: events, and the agenda items that go with them.

One row per event and item; an event without items has one row with an empty item. Values come as
the driver gives them: what an unchanged event became is found by its raw rows, and decoding them
would cost most of the time. `decoder` makes a row of a change readable.
"""

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import aliased
from sqlalchemy.types import NullType, TypeEngine

from mmp.models import (
    AgendaItem,
    Breakout,
    BreakoutGroup,
    BreakoutSeat,
    Event,
    PairMember,
    Participation,
    Person,
    Programme,
)
from mmp.models.enums import (
    BreakoutState,
    DeclinedEvents,
    EventStatus,
    FeedKind,
    Partstat,
    Precision,
)
from mmp.services.calendars.reader import Reader
from mmp.services.consents import talks_with_silent
from mmp.services.taking_part import (
    has_group,
    is_own_item,
    may_join_online,
    parts_in_item,
    takes_part,
)

KEPT_AFTER_CANCELLATION = timedelta(days=30)

EVENT_COLUMNS = (
    *(Event.id, Event.key, Event.uid, Event.sequence, Event.status, Event.cancelled_at),
    *(Event.created_at, Event.changed_at, Event.title, Event.description, Event.form),
    *(Event.precision, Event.zone, Event.starts_local, Event.ends_local, Event.first_day),
    *(Event.last_day, Event.starts_at, Event.ends_at, Event.venue, Event.address, Event.city),
    Event.pair_id,
)
ITEM_COLUMNS = (
    *(AgendaItem.id, AgendaItem.parent_id, AgendaItem.uid, AgendaItem.sequence),
    *(AgendaItem.status, AgendaItem.cancelled_at, AgendaItem.created_at, AgendaItem.changed_at),
    *(AgendaItem.title, AgendaItem.description, AgendaItem.audience, AgendaItem.room),
    *(AgendaItem.zone, AgendaItem.starts_at, AgendaItem.ends_at),
)
GROUP_COLUMNS: dict[str, Any] = {
    "group_position": BreakoutGroup.position,
    "group_name": BreakoutGroup.name,
    "group_room": BreakoutGroup.room,
    "group_question": BreakoutGroup.question,
    "all_question": Breakout.question,
    "breakout_changed_at": Breakout.changed_at,
    "seat_changed_at": BreakoutSeat.changed_at,
}
"""The reader's own break-out group of an item."""
READER_COLUMNS: dict[str, TypeEngine[Any]] = {
    "join_link": Event.join_link.type,
    "item_join_link": AgendaItem.join_link.type,
    "group_join_link": BreakoutGroup.join_link.type,
    "item_mine": NullType(),
    "item_parts": NullType(),
    "neutral": NullType(),
    "nameless": NullType(),
    "partstat": Participation.partstat.type,
    "answer_changed_at": Participation.changed_at.type,
    "programme_slug": Programme.slug.type,
    "programme_name": Programme.name.type,
    "programme_colour": Programme.colour.type,
}
TYPES: dict[str, TypeEngine[Any]] = {
    **{column.key: column.type for column in EVENT_COLUMNS},
    **{f"item_{column.key}": column.type for column in ITEM_COLUMNS},
    **READER_COLUMNS,
    **{name: column.type for name, column in GROUP_COLUMNS.items()},
}
_NAMED = false()
EVENT_ID = 0
"""Where a raw row has the event's number."""


@lru_cache(maxsize=2)
def decoder(dialect: Dialect) -> Callable[[Sequence[Any]], SimpleNamespace]:
    """Makes one raw row readable: its values by the names of `TYPES`, as the columns' types have
    them."""
    processors = [(name, _processor(kind, dialect)) for name, kind in TYPES.items()]

    def decode(row: Sequence[Any]) -> SimpleNamespace:
        return SimpleNamespace(
            **{
                name: process(value) if process and value is not None else value
                for (name, process), value in zip(processors, row, strict=True)
            }
        )

    return decode


def _processor(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(kind, JSON):
        return json.loads
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def feed_rows(reader: Reader, now: datetime) -> Select[Any]:
    """What the reader's feed shows at `now`; items are filtered by their parents afterwards."""
    statement = {
        FeedKind.PERSON: _personal,
        FeedKind.COORDINATOR: _coordinating,
        None: _public,
    }[reader.kind](reader)
    recently = now - KEPT_AFTER_CANCELLATION
    return statement.where(
        Event.precision.in_((Precision.TIMED, Precision.DAYS)),
        or_(Event.status != EventStatus.CANCELLED, Event.cancelled_at > recently),
    )


def public_event_rows(slug: str, key: str) -> Select[Any]:
    """One event of the public feed, for its download; it stays there however long ago cancelled."""
    return _columns(
        answer=None,
        mine=false(),
        join_link_allowed=false(),
        item_condition=false(),
        neutral=false(),
    ).where(
        Programme.slug == slug,
        Event.key == key,
        Event.pair_id.is_(None),
        Event.status != EventStatus.DRAFT,
        Event.precision.in_((Precision.TIMED, Precision.DAYS)),
    )


def _columns(
    *,
    answer: Any,
    mine: ColumnElement[bool],
    join_link_allowed: ColumnElement[bool],
    item_condition: ColumnElement[bool],
    neutral: ColumnElement[bool],
    nameless: ColumnElement[bool] = _NAMED,
    reader: Any = None,
    person: Any = None,
) -> Select[Any]:
    """`person`: whose break-out groups come along, nobody else's."""

    def allowed(link: Any) -> ColumnElement[Any]:
        return case((join_link_allowed, link), else_=null())

    expressions: list[Any] = [
        *(*EVENT_COLUMNS, *ITEM_COLUMNS),
        *(allowed(Event.join_link), allowed(AgendaItem.join_link)),
        allowed(BreakoutGroup.join_link) if person is not None else null(),
        *(mine, null() if person is None else parts_in_item(person), neutral, nameless),
        *((answer.partstat, answer.changed_at) if answer else (null(), null())),
        *(Programme.slug, Programme.name, Programme.colour),
        *(GROUP_COLUMNS.values() if person is not None else [null()] * len(GROUP_COLUMNS)),
    ]
    statement = select(
        *(
            _raw(expression, kind).label(name)
            for expression, (name, kind) in zip(expressions, TYPES.items(), strict=True)
        )
    ).select_from(Event)
    if reader is not None:
        statement = statement.join(reader, true())
    statement = statement.join(Programme, Programme.id == Event.programme_id).outerjoin(
        AgendaItem,
        and_(
            AgendaItem.event_id == Event.id,
            AgendaItem.status != EventStatus.DRAFT,
            item_condition,
        ),
    )
    return statement if person is None else _with_group(statement, person)


def _with_group(statement: Select[Any], person: Any) -> Select[Any]:
    """One seat at most: a person has one in each break-out, an item one break-out."""
    breakout = and_(
        Breakout.agenda_item_id == AgendaItem.id, Breakout.state == BreakoutState.APPLIED
    )
    seat = and_(BreakoutSeat.breakout_id == Breakout.id, BreakoutSeat.person_id == person)
    return (
        statement.outerjoin(Breakout, breakout)
        .outerjoin(BreakoutSeat, seat)
        .outerjoin(BreakoutGroup, BreakoutGroup.id == BreakoutSeat.group_id)
    )


def _raw(expression: Any, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """As the driver gives it; JSON as its text, which can be compared and hashed."""
    if isinstance(kind, JSON):
        return cast(expression, Text)
    return type_coerce(expression, NullType())


def _public(reader: Reader) -> Select[Any]:
    """A programme's dates for everyone: no items, no join links, no pair talks, no drafts."""
    return _columns(
        answer=None,
        mine=false(),
        join_link_allowed=false(),
        item_condition=false(),
        neutral=false(),
    ).where(
        Event.programme_id == reader.programme_id,
        Event.pair_id.is_(None),
        Event.status != EventStatus.DRAFT,
    )


def _coordinating(reader: Reader) -> Select[Any]:
    """A whole programme with its drafts, but without the talks of its pairs."""
    return _columns(
        answer=None,
        mine=true(),
        join_link_allowed=true(),
        item_condition=_several_days(),
        neutral=literal(reader.discreet),
    ).where(Event.programme_id == reader.programme_id, Event.pair_id.is_(None))


def _personal(reader: Reader) -> Select[Any]:
    """What one person takes part in, by their answer, and what they have a role in."""
    answer = aliased(Participation)
    mine = is_own_item(reader.person_id)
    statement = _of_person(
        reader.person_id,
        answer,
        mine,
        literal(reader.discreet),
        or_(_several_days(), mine, has_group(reader.person_id)),
    )
    if reader.programme_id is not None:
        statement = statement.where(Event.programme_id == reader.programme_id)
    if reader.declined_events is DeclinedEvents.HIDE:
        statement = statement.where(or_(answer.id.is_(None), answer.partstat != Partstat.DECLINED))
    return statement


def invited_rows(people: Collection[int], events: Collection[int]) -> Select[Any]:
    """What each of these people has of these events, their own items among it: a feed's rows, each
    behind the number of its reader. Cancelled ones come too, however long ago that was."""
    reader, answer = aliased(Person), aliased(Participation)
    number, discreet = type_coerce(reader.id, Integer), type_coerce(reader.discreet, Boolean)
    mine = is_own_item(number)
    return (
        _of_person(number, answer, mine, discreet, or_(mine, has_group(number)), reader)
        .where(
            Event.id.in_(events),
            reader.id.in_(people),
            Event.precision.in_((Precision.TIMED, Precision.DAYS)),
        )
        .add_columns(reader.id.label("reader_id"))
    )


def _of_person(
    person: Any,
    answer: Any,
    mine: ColumnElement[bool],
    discreet: ColumnElement[bool],
    item_condition: ColumnElement[bool],
    reader: Any = None,
) -> Select[Any]:
    """Events in which a person takes part; `reader` where they are a row of the statement."""
    member, partner = aliased(PairMember), aliased(Person)
    partner_discreet = (
        select(member.id)
        .join(partner, partner.id == member.person_id)
        .where(member.pair_id == Event.pair_id, partner.discreet)
        .exists()
    )
    statement = _columns(
        answer=answer,
        mine=mine,
        join_link_allowed=may_join_online(answer),
        item_condition=item_condition,
        neutral=or_(discreet, partner_discreet),
        nameless=talks_with_silent(person),
        reader=reader,
        person=person,
    )
    return statement.outerjoin(
        answer, and_(answer.event_id == Event.id, answer.person_id == person)
    ).where(Event.status != EventStatus.DRAFT, takes_part(person, answer))


def _several_days() -> ColumnElement[bool]:
    return or_(
        Event.precision == Precision.DAYS,
        func.date(Event.starts_local) != func.date(Event.ends_local),
    )
