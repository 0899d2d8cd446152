"""The list of an event, with what each person does in it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.core.errors import NotFound
from mmp.models import AgendaItem, AgendaRole, Event, Membership, Participation, Person
from mmp.models.enums import AgendaRoleName, MembershipRole
from mmp.services.permissions import Actor, named_people, visible_people


@dataclass(frozen=True, slots=True)
class Listed:
    """Someone on the list, with their roles in the programme and in the event's agenda."""

    row: Participation
    roles: list[MembershipRole] = field(default_factory=list)
    parts: list[AgendaRoleName] = field(default_factory=list)


def listed(session: Session, actor: Actor, event: Event) -> list[Listed]:
    """Everybody on the list whom the actor may see, by name; three statements."""
    rows = session.scalars(
        select(Participation)
        .join(Participation.person)
        .where(Participation.event_id == event.id, named_people(actor, event.programme_id))
        .options(joinedload(Participation.person).joinedload(Person.organisation), raiseload("*"))
        .order_by(Person.search, Person.key)
    ).all()
    roles, parts = _roles(session, event), _parts(session, event)
    return [Listed(row, roles.get(row.person_id, []), parts.get(row.person_id, [])) for row in rows]


def unseen(session: Session, actor: Actor, event: Event) -> int:
    """How many on the list the actor does not see."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Participation)
            .join(Participation.person)
            .where(Participation.event_id == event.id, ~named_people(actor, event.programme_id))
        )
        or 0
    )


def participation(session: Session, actor: Actor, event: Event, uuid: UUID) -> Participation:
    """One line of the list. Raises NotFound."""
    found = session.scalar(
        select(Participation)
        .join(Participation.person)
        .where(
            Participation.event_id == event.id,
            Participation.uuid == uuid,
            named_people(actor, event.programme_id),
        )
        .options(joinedload(Participation.person))
    )
    if found is None:
        raise NotFound("There is nobody like that on this list.")
    return found


def people_to_choose(session: Session, actor: Actor, event: Event) -> Sequence[Person]:
    """People of the programme who are not on the list yet, by name."""
    there = select(Participation.person_id).where(Participation.event_id == event.id)
    return session.scalars(
        select(Person)
        .where(visible_people(actor, event.programme_id), Person.id.not_in(there))
        .options(raiseload("*"))
        .order_by(Person.search, Person.key)
    ).all()


def _roles(session: Session, event: Event) -> Mapping[int, list[MembershipRole]]:
    found: dict[int, list[MembershipRole]] = defaultdict(list)
    rows = session.execute(
        select(Membership.person_id, Membership.role)
        .join(Participation, Participation.person_id == Membership.person_id)
        .where(Participation.event_id == event.id, Membership.programme_id == event.programme_id)
        .order_by(Membership.id)
    )
    for person_id, role in rows:
        found[person_id].append(role)
    return found


def _parts(session: Session, event: Event) -> Mapping[int, list[AgendaRoleName]]:
    found: dict[int, list[AgendaRoleName]] = defaultdict(list)
    rows = session.execute(
        select(AgendaRole.person_id, AgendaRole.role)
        .join(AgendaItem, AgendaItem.id == AgendaRole.agenda_item_id)
        .where(AgendaItem.event_id == event.id, AgendaRole.person_id.is_not(None))
        .order_by(AgendaRole.id)
    )
    for person_id, role in rows:
        if person_id is not None and role not in found[person_id]:
            found[person_id].append(role)
    return found
