"""An event with its whole agenda, and who may be given a role in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, raiseload, selectinload

from mmp.core.errors import NotFound
from mmp.models import AgendaItem, AgendaRole, Event, Pair, PairMember, Person
from mmp.services import desk
from mmp.services.permissions import Actor, visible_people


@dataclass(frozen=True, slots=True)
class Cast:
    """Those of the programme who may be given a role: people and pairs."""

    people: Sequence[Person]
    pairs: Sequence[Pair]


def event_with_agenda(session: Session, actor: Actor, slug: str, key: str) -> Event:
    """The event with items, roles and questions; the same few statements whatever its length.

    Raises NotFound.
    """
    agenda = selectinload(Event.agenda)
    roles = agenda.selectinload(AgendaItem.roles)
    return desk.planned_event(
        session,
        actor,
        slug,
        key,
        agenda.joinedload(AgendaItem.guiding_questions),
        agenda.joinedload(AgendaItem.theme),
        roles.joinedload(AgendaRole.person),
        roles.joinedload(AgendaRole.pair).joinedload(Pair.members).joinedload(PairMember.person),
    )


def item_of(event: Event, uuid: UUID) -> AgendaItem:
    """One item of the agenda. Raises NotFound."""
    found = next((item for item in event.agenda if item.uuid == uuid), None)
    if found is None:
        raise NotFound("There is no such agenda item.")
    return found


def children_of(event: Event, parent: AgendaItem | None) -> list[AgendaItem]:
    """The items directly inside another, or those inside none, in their order."""
    number = parent.id if parent else None
    inside = [item for item in event.agenda if item.parent_id == number]
    return sorted(inside, key=lambda item: (item.position, item.id))


def with_inside(event: Event, item: AgendaItem) -> list[AgendaItem]:
    """An item and all that lies inside it, outer ones first."""
    rows = [item]
    for child in children_of(event, item):
        rows += with_inside(event, child)
    return rows


def cast_of(session: Session, actor: Actor, event: Event) -> Cast:
    """People and pairs of the programme; ended pairs too where they have a role here."""
    here = [role.pair_id for item in event.agenda for role in item.roles if role.pair_id]
    people = session.scalars(
        select(Person)
        .where(visible_people(actor, event.programme_id))
        .options(raiseload("*"))
        .order_by(Person.name, Person.key)
    ).all()
    pairs = (
        session.scalars(
            select(Pair)
            .where(
                Pair.programme_id == event.programme_id,
                or_(Pair.ends_on.is_(None), Pair.id.in_(here)),
            )
            .options(joinedload(Pair.members).joinedload(PairMember.person))
            .order_by(Pair.key)
        )
        .unique()
        .all()
    )
    return Cast(people, pairs)
