"""The one statement that fetches what a feed shows: events, and the agenda items that go with them.

One row per event and item; an event without items has one row with an empty item.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from mmp.models import (
    AgendaItem,
    AgendaRole,
    Event,
    Membership,
    PairMember,
    Participation,
    Person,
    Programme,
)
from mmp.models.enums import (
    AttendanceForm,
    DeclinedEvents,
    Entry,
    EventForm,
    EventStatus,
    FeedKind,
    MembershipStatus,
    Partstat,
    Precision,
)
from mmp.services.calendars.reader import Reader

KEPT_AFTER_CANCELLATION = timedelta(days=30)
TAKING_PART = (Entry.INVITED, Entry.APPROVED, Entry.WALK_IN)

EVENT_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    Event.id,
    Event.key,
    Event.uid,
    Event.sequence,
    Event.status,
    Event.cancelled_at,
    Event.created_at,
    Event.changed_at,
    Event.title,
    Event.description,
    Event.form,
    Event.precision,
    Event.zone,
    Event.starts_local,
    Event.ends_local,
    Event.first_day,
    Event.last_day,
    Event.starts_at,
    Event.ends_at,
    Event.venue,
    Event.address,
    Event.city,
    Event.pair_id,
)
ITEM_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    AgendaItem.id,
    AgendaItem.parent_id,
    AgendaItem.uid,
    AgendaItem.sequence,
    AgendaItem.status,
    AgendaItem.cancelled_at,
    AgendaItem.created_at,
    AgendaItem.changed_at,
    AgendaItem.title,
    AgendaItem.description,
    AgendaItem.audience,
    AgendaItem.room,
    AgendaItem.zone,
    AgendaItem.starts_at,
    AgendaItem.ends_at,
)


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
) -> Select[Any]:
    def allowed(link: Any) -> ColumnElement[Any]:
        return case((join_link_allowed, link), else_=null())

    return (
        select(
            *EVENT_COLUMNS,
            *(column.label(f"item_{column.key}") for column in ITEM_COLUMNS),
            allowed(Event.join_link).label("join_link"),
            allowed(AgendaItem.join_link).label("item_join_link"),
            mine.label("item_mine"),
            neutral.label("neutral"),
            (answer.partstat if answer else null()).label("partstat"),
            (answer.changed_at if answer else null()).label("answer_changed_at"),
            Programme.slug.label("programme_slug"),
            Programme.name.label("programme_name"),
            Programme.colour.label("programme_colour"),
        )
        .select_from(Event)
        .join(Programme, Programme.id == Event.programme_id)
        .outerjoin(
            AgendaItem,
            and_(
                AgendaItem.event_id == Event.id,
                AgendaItem.status != EventStatus.DRAFT,
                item_condition,
            ),
        )
    )


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
    person = reader.person_id
    my_pairs = select(PairMember.pair_id).where(PairMember.person_id == person)
    my_roles = select(AgendaRole.agenda_item_id).where(
        or_(AgendaRole.person_id == person, AgendaRole.pair_id.in_(my_pairs))
    )
    with_my_roles = select(AgendaItem.event_id).where(AgendaItem.id.in_(my_roles))
    left = (
        select(Membership.programme_id)
        .where(Membership.person_id == person)
        .group_by(Membership.programme_id)
        .having(func.max(case((Membership.status != MembershipStatus.LEFT, 1), else_=0)) == 0)
    )
    answer = aliased(Participation)
    member = aliased(PairMember)
    partner_discreet = (
        select(member.id)
        .join(Person, Person.id == member.person_id)
        .where(member.pair_id == Event.pair_id, Person.discreet)
        .exists()
    )
    mine = AgendaItem.id.in_(my_roles)
    statement = (
        _columns(
            answer=answer,
            mine=mine,
            join_link_allowed=and_(
                or_(Event.form == EventForm.ONLINE, answer.form == AttendanceForm.ONLINE),
                or_(answer.id.is_(None), answer.partstat != Partstat.DECLINED),
            ),
            item_condition=or_(_several_days(), mine),
            neutral=or_(literal(reader.discreet), partner_discreet),
        )
        .outerjoin(answer, and_(answer.event_id == Event.id, answer.person_id == person))
        .where(
            Event.status != EventStatus.DRAFT,
            or_(answer.entry.in_(TAKING_PART), Event.id.in_(with_my_roles)),
            Event.programme_id.not_in(left),
        )
    )
    if reader.programme_id is not None:
        statement = statement.where(Event.programme_id == reader.programme_id)
    if reader.declined_events is DeclinedEvents.HIDE:
        statement = statement.where(or_(answer.id.is_(None), answer.partstat != Partstat.DECLINED))
    return statement


def _several_days() -> ColumnElement[bool]:
    return or_(
        Event.precision == Precision.DAYS,
        func.date(Event.starts_local) != func.date(Event.ends_local),
    )
