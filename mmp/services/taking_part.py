"""Whose event it is: the one rule by which feeds and pages say who takes part and joins online.

Each function gives SQL conditions on `Event` and `AgendaItem`, for one person.
"""

from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    case,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from mmp.models import (
    AgendaItem,
    AgendaRole,
    Breakout,
    BreakoutSeat,
    Event,
    Membership,
    PairMember,
    Participation,
)
from mmp.models.enums import (
    AttendanceForm,
    BreakoutState,
    Entry,
    EventForm,
    EventStatus,
    MembershipStatus,
    Partstat,
)

Who = int | BindParameter[int] | ColumnElement[int] | None
"""A person's number, its place in a statement that is built once for all, or their column."""

TAKING_PART: Final = (Entry.INVITED, Entry.APPROVED, Entry.WALK_IN)
"""Who applied or waits is not on the list yet."""

IN_LINE: Final = and_(
    Participation.entry == Entry.WAITING,
    Participation.partstat == Partstat.ACCEPTED,
    Participation.waiting_since.is_not(None),
)
"""Who said yes and waits for a seat."""


def is_own_item(person: Who) -> ColumnElement[bool]:
    """Agenda items in which the person has a role, or a pair of which they are a member on that
    day. Drafts of items are nobody's yet."""
    item, event = aliased(AgendaItem), aliased(Event)
    # As text on SQLite and as dates on PostgreSQL, both compare as days do.
    day = func.coalesce(func.date(event.starts_local), event.first_day, type_=Date)
    member = and_(
        PairMember.person_id == person,
        or_(PairMember.starts_on.is_(None), PairMember.starts_on <= day),
        or_(PairMember.ends_on.is_(None), PairMember.ends_on >= day),
    )
    return AgendaItem.id.in_(
        select(AgendaRole.agenda_item_id)
        .join(item, item.id == AgendaRole.agenda_item_id)
        .join(event, event.id == item.event_id)
        .outerjoin(PairMember, and_(PairMember.pair_id == AgendaRole.pair_id, member))
        .where(
            item.status != EventStatus.DRAFT,
            or_(AgendaRole.person_id == person, PairMember.id.is_not(None)),
        )
        .correlate_except(AgendaRole, item, event, PairMember)
    )


def parts_in_item(person: Who) -> ColumnElement[str | None]:
    """Which parts somebody has in the agenda item of the row, with commas between: their own, and
    those of pairs they are or were in. `is_own_item` says whether it is theirs at all."""
    pairs = select(PairMember.pair_id).where(PairMember.person_id == person)
    return (
        select(func.aggregate_strings(type_coerce(AgendaRole.role, String), ","))
        .where(
            AgendaRole.agenda_item_id == AgendaItem.id,
            or_(AgendaRole.person_id == person, AgendaRole.pair_id.in_(pairs)),
        )
        .correlate_except(AgendaRole, PairMember)
        .scalar_subquery()
    )


def has_group(person: Who) -> ColumnElement[bool]:
    """Agenda items with break-out groups in one of which the person is seated."""
    breakout, seat = aliased(Breakout), aliased(BreakoutSeat)
    return AgendaItem.id.in_(
        select(breakout.agenda_item_id)
        .join(seat, seat.breakout_id == breakout.id)
        .where(breakout.state == BreakoutState.APPLIED, seat.person_id == person)
        .correlate_except(breakout, seat)
    )


def takes_part(person: Who, answer: Any) -> ColumnElement[bool]:
    """Events the person is on the list of (`answer`: their Participation, joined) or has a role in,
    but none of programmes they have left. Drafts are not sorted out here."""
    with_role = select(AgendaItem.event_id).where(is_own_item(person))
    return and_(
        or_(answer.entry.in_(TAKING_PART), Event.id.in_(with_role)),
        Event.programme_id.not_in(_left(person)),
    )


def waits_for_seat(person: Who, answer: Any) -> ColumnElement[bool]:
    """Events to which the person said yes and waits for a seat (`answer` as for `takes_part`).

    They see so on their own pages; no calendar shows it as theirs."""
    return and_(
        answer.entry == Entry.WAITING,
        answer.partstat == Partstat.ACCEPTED,
        answer.waiting_since.is_not(None),
        Event.programme_id.not_in(_left(person)),
    )


def may_join_online(answer: Any) -> ColumnElement[bool]:
    """Whether the join link is theirs: everybody's who takes part in an online event, in a hybrid
    one theirs who said "online"; never who declined."""
    return and_(
        or_(Event.form == EventForm.ONLINE, answer.form == AttendanceForm.ONLINE),
        or_(answer.id.is_(None), answer.partstat != Partstat.DECLINED),
    )


def _left(person: Who) -> Select[Any]:
    stays = case((Membership.status != MembershipStatus.LEFT, 1), else_=0)
    return (
        select(Membership.programme_id)
        .where(Membership.person_id == person)
        .group_by(Membership.programme_id)
        .having(func.max(stays) == 0)
    )
