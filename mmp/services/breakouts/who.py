"""Who sits in break-out groups: those on the event's list who did not decline."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, raiseload

from mmp.models import Event, Participation, Person
from mmp.models.enums import Partstat
from mmp.services.taking_part import TAKING_PART


def participations(session: Session, event: Event) -> Sequence[Participation]:
    """Those on the list who did not decline, with their people, by name; one statement."""
    return session.scalars(
        select(Participation)
        .join(Participation.person)
        .where(
            Participation.event_id == event.id,
            Participation.entry.in_(TAKING_PART),
            Participation.partstat != Partstat.DECLINED,
            Person.erased_at.is_(None),
        )
        .options(contains_eager(Participation.person).raiseload("*"), raiseload("*"))
        .order_by(Person.search, Person.id)
    ).all()


def people_taking_part(session: Session, event: Event) -> list[Person]:
    """Those people."""
    return [row.person for row in participations(session, event)]
