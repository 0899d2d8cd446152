"""Somebody asks who coordinates to be erased; what hangs on others' programmes is not theirs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import AgendaItem, AgendaRole, Event, Membership, Participation, Person, Programme
from mmp.models.enums import MembershipStatus
from mmp.services import privacy
from mmp.services.desk import person_of
from mmp.services.permissions import Actor


def check_may_erase(session: Session, actor: Actor, *, now: datetime, person: Person) -> None:
    """Raise UserError for who takes part in a programme that the actor does not coordinate: being
    erased there is asked for there, or done by themselves."""
    if person.id == actor.person_id:
        raise UserError("That is you; erase yourself from your own page.")
    elsewhere = union(
        select(Membership.programme_id).where(
            Membership.person_id == person.id, Membership.status != MembershipStatus.LEFT
        ),
        select(Event.programme_id)
        .join(Participation, Participation.event_id == Event.id)
        .where(Participation.person_id == person.id, Event.ends_at > now),
        select(Event.programme_id)
        .join(AgendaItem, AgendaItem.event_id == Event.id)
        .join(AgendaRole, AgendaRole.agenda_item_id == AgendaItem.id)
        .where(AgendaRole.person_id == person.id, Event.ends_at > now),
    )
    if not set(session.scalars(elsewhere)) <= actor.coordinates:
        raise UserError(
            "They also take part in a programme that is not yours. They can erase themselves from"
            " their own page, or ask who coordinates it."
        )


def erase_person(session: Session, *, actor: Actor, now: datetime, person: Person) -> None:
    """Erase somebody who asked for it. Raises UserError as `check_may_erase`, and for the only
    coordinator of a programme."""
    check_may_erase(session, actor, now=now, person=person)
    privacy.erase(session, now=now, actor=person_of(session, actor), person=person)


def is_erased_here(session: Session, programme: Programme, uuid: UUID) -> bool:
    """Whether that was somebody of this programme who was erased."""
    found = (
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Person.uuid == uuid,
            Person.erased_at.is_not(None),
            Membership.programme_id == programme.id,
        )
    )
    return session.scalar(found.limit(1)) is not None
