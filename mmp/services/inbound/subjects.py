"""What a UID of a calendar names."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from mmp.models import AgendaItem, Event, Invitation


def event_of(session: Session, uid: str) -> Event | None:
    """The event that the UID names: its own, that of an agenda item of it, or that of an entry in
    somebody's calendar whose item is gone. None for an unknown one."""
    items = select(AgendaItem.event_id).where(AgendaItem.uid == uid)
    invited = select(Invitation.event_id).where(Invitation.uid == uid)
    return session.scalar(
        select(Event)
        .where(or_(Event.uid == uid, Event.id.in_(items), Event.id.in_(invited)))
        .options(joinedload(Event.programme))
    )
