"""Whose event it is: the one rule by which feeds and pages say who takes part and joins online.

Each function gives SQL conditions on `Event` and `AgendaItem`, for one person.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from mmp.models import AgendaItem, AgendaRole, Event, Membership, PairMember
from mmp.models.enums import AttendanceForm, Entry, EventForm, MembershipStatus, Partstat

TAKING_PART: Final = (Entry.INVITED, Entry.APPROVED, Entry.WALK_IN)
"""Who applied or waits is not on the list yet."""


def is_own_item(person: int | None) -> ColumnElement[bool]:
    """Agenda items in which the person, or a pair of theirs, has a role."""
    pairs = select(PairMember.pair_id).where(PairMember.person_id == person)
    return AgendaItem.id.in_(
        select(AgendaRole.agenda_item_id).where(
            or_(AgendaRole.person_id == person, AgendaRole.pair_id.in_(pairs))
        )
    )


def takes_part(person: int | None, answer: Any) -> ColumnElement[bool]:
    """Events the person is on the list of (`answer`: their Participation, joined) or has a role in,
    but none of programmes they have left. Drafts are not sorted out here."""
    with_role = select(AgendaItem.event_id).where(is_own_item(person))
    return and_(
        or_(answer.entry.in_(TAKING_PART), Event.id.in_(with_role)),
        Event.programme_id.not_in(_left(person)),
    )


def may_join_online(answer: Any) -> ColumnElement[bool]:
    """Whether the join link is theirs: everybody's who takes part in an online event, in a hybrid
    one theirs who said "online"; never who declined."""
    return and_(
        or_(Event.form == EventForm.ONLINE, answer.form == AttendanceForm.ONLINE),
        or_(answer.id.is_(None), answer.partstat != Partstat.DECLINED),
    )


def _left(person: int | None) -> Select[Any]:
    stays = case((Membership.status != MembershipStatus.LEFT, 1), else_=0)
    return (
        select(Membership.programme_id)
        .where(Membership.person_id == person)
        .group_by(Membership.programme_id)
        .having(func.max(stays) == 0)
    )
