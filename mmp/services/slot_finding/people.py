"""Whom a time is looked for, and when they have something else in the programmes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mmp.models import (
    AgendaItem,
    AgendaRole,
    BusyTime,
    Event,
    Membership,
    PairMember,
    Participation,
    Person,
)
from mmp.models.enums import EventStatus, MembershipStatus, Partstat, Precision
from mmp.services.slot_finding.wishes import Asked
from mmp.services.taking_part import TAKING_PART

Span = tuple[datetime, datetime]


def asked(session: Session, *, event: Event) -> Asked:
    """Who is on the list and has not declined; where nobody is yet, everybody with an active part
    in the programme. With a part in the agenda, or as contact, one is needed. Two statements,
    three where the list is empty."""
    listed = select(Participation.person_id).where(
        Participation.event_id == event.id,
        Participation.entry.in_(TAKING_PART),
        Participation.partstat != Partstat.DECLINED,
    )
    members = select(Membership.person_id).where(
        Membership.programme_id == event.programme_id,
        Membership.status == MembershipStatus.ACTIVE,
    )
    people: Sequence[Person] = ()
    for numbers in (listed, members):
        people = (
            people
            or session.scalars(
                select(Person)
                .where(Person.id.in_(numbers), Person.erased_at.is_(None))
                .order_by(Person.search, Person.key)
            ).all()
        )
    with_part = set(
        session.scalars(
            select(AgendaRole.person_id)
            .join(AgendaItem, AgendaItem.id == AgendaRole.agenda_item_id)
            .where(AgendaItem.event_id == event.id, AgendaItem.status != EventStatus.CANCELLED)
        )
    )
    needed = frozenset(
        person.id for person in people if person.id in with_part | {event.contact_id}
    )
    return Asked(tuple(people), needed)


def busy_times(
    session: Session,
    *,
    people: Sequence[Person],
    but: Event | None,
    opens: datetime,
    closes: datetime,
) -> Mapping[int, Sequence[Span]]:
    """When these people are busy between two instants: other events they are on the list of, talks
    of their pairs, and what their own calendars say. Three statements."""
    numbers = [person.id for person in people]
    found: dict[int, list[Span]] = defaultdict(list)
    within = (
        *([Event.id != but.id] if but else []),
        Event.precision == Precision.TIMED,
        Event.status != EventStatus.CANCELLED,
        Event.starts_at < closes,
        Event.ends_at > opens,
    )
    listed = (
        select(Participation.person_id, Event.starts_at, Event.ends_at)
        .join(Event, Event.id == Participation.event_id)
        .where(
            Participation.person_id.in_(numbers),
            Participation.entry.in_(TAKING_PART),
            Participation.partstat != Partstat.DECLINED,
            *within,
        )
    )
    talks = (
        select(PairMember.person_id, Event.starts_at, Event.ends_at)
        .join(Event, Event.pair_id == PairMember.pair_id)
        .where(
            PairMember.person_id.in_(numbers),
            or_(PairMember.ends_on.is_(None), PairMember.ends_on >= opens.date()),
            *within,
        )
    )
    own = select(BusyTime.person_id, BusyTime.starts_at, BusyTime.ends_at).where(
        BusyTime.person_id.in_(numbers), BusyTime.starts_at < closes, BusyTime.ends_at > opens
    )
    for statement in (listed, talks, own):
        for person_id, starts_at, ends_at in session.execute(statement):
            assert starts_at is not None  # what has an hour has a beginning
            found[person_id].append((starts_at, ends_at))
    return found
