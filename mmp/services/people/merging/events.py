"""Which events' calendars and reminders hang on people."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import AgendaItem, AgendaRole, Participation, Person


def events_of(session: Session, *people: Person) -> list[int]:
    """The events whose calendars and reminders concern these people."""
    numbers = [person.id for person in people]
    listed = select(Participation.event_id).where(Participation.person_id.in_(numbers))
    parts = (
        select(AgendaItem.event_id)
        .join(AgendaRole, AgendaRole.agenda_item_id == AgendaItem.id)
        .where(AgendaRole.person_id.in_(numbers))
    )
    return sorted({*session.scalars(listed), *session.scalars(parts)})
