"""A copy of an event with its agenda, at a new time."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.core.event_changes import shifted
from mmp.core.when import When
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Event,
    GuidingQuestion,
    OrganisationRole,
    Participation,
)
from mmp.models.enums import Entry, EventStatus
from mmp.services import events as rules
from mmp.services.event_edits.changing import free_key, note
from mmp.services.permissions import Actor


def copy_event(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    uuid: UUID,
    first_day: date,
    with_roles: bool = False,
    with_people: bool = False,
) -> Event:
    """A draft like `event` that begins on `first_day` in its zone, at the same clock times.

    Its agenda moves along by days. Roles in the agenda and people on the list come along only if
    asked; those people are invited anew and have not answered. Of a month the month of `first_day`
    is taken. The number in the series rises by one; what has been said, who came and the join link
    stay with the old one. The same `uuid` never makes a second copy.
    """
    there = session.scalar(
        select(Event).where(Event.uuid == uuid, Event.programme_id == event.programme_id)
    )
    if there is not None:
        return there
    old = rules.when_of(event)
    assert old is not None  # an event always has one
    new = _beginning(old, first_day)
    copy = Event(
        uuid=uuid,
        key=free_key(session, event.programme, event.title),
        uid=rules.lasting_uid(uuid),
        programme=event.programme,
        status=EventStatus.DRAFT,
        created_at=now,
        changed_at=now,
        title=dict(event.title),
        description=dict(event.description),
        form=event.form,
        venue=dict(event.venue),
        address=dict(event.address),
        city=dict(event.city),
        country=event.country,
        capacity=event.capacity,
        expected=event.expected,
        series=event.series,
        number=event.number + 1 if event.number else None,
        theme=event.theme,
        contact=event.contact,
        **rules.when_columns(new),
    )
    session.add(copy)
    copy.guiding_questions.extend(_questions(event.guiding_questions))
    for part in event.organisation_roles:
        copy.organisation_roles.append(
            OrganisationRole(organisation=part.organisation, role=part.role, position=part.position)
        )
    _copy_agenda(session, event, copy, old, new, now, with_roles=with_roles)
    if with_people:
        _copy_people(session, event, copy, now)
    session.flush()
    note(
        session,
        actor=actor,
        now=now,
        event=copy,
        action="copied",
        changes={"copied_from": [None, event.key]},
    )
    return copy


def _beginning(old: When, first_day: date) -> When:
    """The same time, so many days earlier or later."""
    if old.precision == "month":
        return When.month(first_day.year, first_day.month, old.zone)
    by: timedelta = first_day - old.sort_day
    if old.starts_local and old.ends_local:
        return When.timed(old.starts_local + by, old.ends_local + by, old.zone)
    assert old.last_day is not None  # all but timed ones have it
    if old.precision == "before":
        return When.days(first_day, first_day, old.zone)
    return When.days(first_day, old.last_day + by, old.zone)


def _copy_agenda(
    session: Session,
    event: Event,
    copy: Event,
    old: When,
    new: When,
    now: datetime,
    *,
    with_roles: bool,
) -> None:
    rows = session.scalars(
        select(AgendaItem)
        .where(AgendaItem.event_id == event.id, AgendaItem.status != EventStatus.CANCELLED)
        .options(
            selectinload(AgendaItem.roles).options(
                joinedload(AgendaRole.person), joinedload(AgendaRole.pair)
            ),
            selectinload(AgendaItem.guiding_questions),
            selectinload(AgendaItem.theme),
        )
        .order_by(AgendaItem.position)
    ).all()
    made: dict[int, AgendaItem] = {}
    for row in rows:
        made[row.id] = _copy_item(row, copy, old, new, now)
        session.add(made[row.id])
        for role in row.roles if with_roles else ():
            session.add(
                AgendaRole(
                    person=role.person,
                    pair=role.pair,
                    role=role.role,
                    position=role.position,
                    introduced_as=dict(role.introduced_as),
                    agenda_item=made[row.id],
                )
            )
    for row in rows:
        if row.parent_id is not None:
            made[row.id].parent = made.get(row.parent_id)


def _copy_item(row: AgendaItem, copy: Event, old: When, new: When, now: datetime) -> AgendaItem:
    uuid = uuid4()
    was = rules.when_of(row)
    item = AgendaItem(
        uuid=uuid,
        key=row.key,
        uid=rules.lasting_uid(uuid),
        event=copy,
        position=row.position,
        kind=row.kind,
        title=dict(row.title),
        description=dict(row.description),
        audience=row.audience,
        room=dict(row.room),
        status=row.status,
        theme=row.theme,
        created_at=now,
        changed_at=now,
        **rules.item_columns(shifted(was, old, new) if was else None, copy.zone),
    )
    item.guiding_questions.extend(_questions(row.guiding_questions))
    return item


def _copy_people(session: Session, event: Event, copy: Event, now: datetime) -> None:
    rows = session.scalars(
        select(Participation)
        .where(Participation.event_id == event.id)
        .options(selectinload(Participation.person))
        .order_by(Participation.id)
    )
    for row in rows:
        session.add(
            Participation(
                event=copy,
                person=row.person,
                entry=Entry.INVITED,
                organisation_name=dict(row.organisation_name),
                position=dict(row.position),
                group=row.group,
                created_at=now,
                changed_at=now,
            )
        )


def _questions(rows: list[GuidingQuestion]) -> list[GuidingQuestion]:
    return [GuidingQuestion(position=row.position, text=dict(row.text)) for row in rows]
