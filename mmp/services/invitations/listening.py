"""Every change that concerns invited people is followed in the transaction that makes it.

As `services.calendar_changes` counts them: a flush notes what was touched, and before the commit
each of those events is followed. The time is that of the session's `clock`.
"""

from typing import Any

from sqlalchemy import event as events, inspect, select
from sqlalchemy.orm import Session, UOWTransaction

from mmp.models import (
    AgendaItem,
    AgendaRole,
    Event,
    Invitation,
    Membership,
    PairMember,
    Participation,
    Person,
)
from mmp.services.invitations.following import follow

_EVENTS, _PEOPLE, _ITEMS = "followed_events", "followed_people", "followed_items"


@events.listens_for(Session, "after_flush")
def notice(session: Session, _: UOWTransaction) -> None:
    """Note the events, items and people that this flush touched."""
    if "clock" not in session.info:
        return
    for row in (*session.new, *session.deleted, *session.dirty):
        match row:
            case Event():
                _note(session, _EVENTS, row, "id")
            case AgendaItem() | Participation():
                _note(session, _EVENTS, row, "event_id")
            case AgendaRole():
                _note(session, _ITEMS, row, "agenda_item_id")
            case Membership() | PairMember():
                _note(session, _PEOPLE, row, "person_id")
            case Person() if inspect(row).attrs.email.history.deleted:
                _note(session, _PEOPLE, row, "id")
            case _:
                pass


@events.listens_for(Session, "before_commit", insert=True)
def follow_all(session: Session) -> None:
    """Follow what was touched since the last commit. Comes before what plans reminders, which
    looks at what was told."""
    clock = session.info.get("clock")
    if clock is None or session.in_nested_transaction():
        return
    session.flush()
    numbers = _taken(session, _EVENTS)
    items, people = _taken(session, _ITEMS), _taken(session, _PEOPLE)
    if not (numbers or items or people):
        return
    if items:
        of_items = select(AgendaItem.event_id).where(AgendaItem.id.in_(items))
        numbers |= set(session.scalars(of_items))
    if people:
        of_people = select(Invitation.event_id).where(Invitation.person_id.in_(people))
        numbers |= set(session.scalars(of_people))
    touched = session.scalars(
        select(Event)
        .where(
            Event.id.in_(numbers),
            select(Invitation.id).where(Invitation.event_id == Event.id).exists(),
        )
        .order_by(Event.id)
    ).all()
    for event in touched:
        follow(session, now=clock.now(), event=event)
    forget(session)


@events.listens_for(Session, "after_rollback")
def forget(session: Session) -> None:
    """What was not kept is not followed."""
    for name in (_EVENTS, _ITEMS, _PEOPLE):
        session.info.pop(name, None)


def _note(session: Session, name: str, row: Any, attribute: str) -> None:
    state = inspect(row)
    numbers = {state.dict.get(attribute), *state.attrs[attribute].history.sum()} - {None}
    session.info.setdefault(name, set()).update(numbers)


def _taken(session: Session, name: str) -> set[int]:
    found: set[int] = session.info.pop(name, set())
    return found
