"""Plans anew whatever a transaction touched, before it commits: no verb can forget it.

A flush notes what it changed, the commit finds the events concerned and reconciles them. The time
comes from the session's clock (`session.info["clock"]`); a session without one plans nothing, the
nightly run does. Only changes made through rows are seen, as in `calendar_changes`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, event, false, inspect, or_, select
from sqlalchemy.orm import Session, UOWTransaction

from mmp.models import (
    AgendaItem,
    AgendaRole,
    Delivery,
    Event,
    Invitation,
    Membership,
    OptOut,
    PairMember,
    Participation,
    Person,
    Programme,
    ReminderHold,
    ReminderRule,
    SuppressedAddress,
)
from mmp.services.reminders.reconciling import LIVE, reconcile_events

PAST: Final = timedelta(days=60)
"""Of events that ended longer ago nothing is planned any more."""
_KEY: Final = "reminders.touched"


@dataclass(slots=True)
class _Touched:
    """Numbers of what was changed, by what they lead to."""

    events: set[int] = field(default_factory=set)
    items: set[int] = field(default_factory=set)
    pairs: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    programmes: set[int] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    def leads_further(self) -> bool:
        return bool(self.items or self.pairs or self.people or self.programmes or self.addresses)


@event.listens_for(Session, "after_flush")
def note(session: Session, _: UOWTransaction) -> None:
    """Remember what this flush changed."""
    if "clock" not in session.info:
        return
    touched: _Touched = session.info.setdefault(_KEY, _Touched())
    for row in (*session.new, *session.deleted):
        _note(touched, row)
    for row in session.dirty:
        if session.is_modified(row, include_collections=False):
            _note(touched, row)


@event.listens_for(Session, "before_commit")
def plan_anew(session: Session) -> None:
    """Reconcile the events that this transaction touched."""
    if "clock" not in session.info or session.in_nested_transaction():
        return
    session.flush()
    touched = session.info.pop(_KEY, None)
    if touched is None:
        return
    now = session.info["clock"].now()
    if events := touched.events | _further(session, touched, now):
        reconcile_events(session, now=now, events=events)


@event.listens_for(Session, "after_rollback")
def forget(session: Session) -> None:
    """What was rolled back was not changed."""
    session.info.pop(_KEY, None)


def reconcile_all(session: Session, *, now: datetime) -> int:
    """Plan all that is ahead or not long over, and whatever still has live lines; gives how many
    events that are. For the start and every night: zones and programmes may have changed behind
    the sessions."""
    live = select(Delivery.event_id).where(Delivery.state.in_(LIVE))
    wanted = or_(Event.ends_at > now - PAST, Event.id.in_(live))
    events = session.scalars(select(Event.id).where(wanted)).all()
    reconcile_events(session, now=now, events=events)
    return len(events)


def _note(touched: _Touched, row: object) -> None:
    match row:
        case Event():
            touched.events |= _numbers(row, "id")
        case Participation() | Invitation() | AgendaItem():
            touched.events |= _numbers(row, "event_id")
        case AgendaRole():
            touched.items |= _numbers(row, "agenda_item_id")
        case PairMember():
            touched.pairs |= _numbers(row, "pair_id")
        case Membership() | OptOut():
            touched.people |= _numbers(row, "person_id")
        case SuppressedAddress():
            touched.addresses.add(row.address)
        case _:
            _note_settings(touched, row)


def _note_settings(touched: _Touched, row: object) -> None:
    """What concerns reminders only in some of its columns, or on two levels."""
    match row:
        case Person() if _changed(row, ("zone", "country", "email")):
            touched.people |= _numbers(row, "id")
        case Programme() if _changed(row, ("reminder_preset",)):
            touched.programmes |= _numbers(row, "id")
        case ReminderRule() | ReminderHold():
            one = _numbers(row, "event_id")
            touched.events |= one
            touched.programmes |= set() if one else _numbers(row, "programme_id")
        case _:
            pass


def _changed(row: Any, names: Collection[str]) -> bool:
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in names)


def _numbers(row: Any, attribute: str) -> set[int]:
    """The value of a column, and the one it had before this flush."""
    state = inspect(row)
    numbers = {state.dict.get(attribute), *state.attrs[attribute].history.sum()}
    return {number for number in numbers if number is not None}


def _further(session: Session, touched: _Touched, now: datetime) -> set[int]:
    """The events that people, programmes, items and pairs lead to, in one statement."""
    if not touched.leads_further():
        return set()
    people: ColumnElement[bool] = false()
    if touched.people or touched.addresses:
        those = select(Person.id).where(
            or_(Person.id.in_(touched.people), Person.email.in_(touched.addresses))
        )
        people = or_(
            Event.id.in_(select(Participation.event_id).where(Participation.person_id.in_(those))),
            Event.id.in_(_with_roles(AgendaRole.person_id.in_(those))),
            Event.id.in_(
                _with_roles(
                    AgendaRole.pair_id.in_(
                        select(PairMember.pair_id).where(PairMember.person_id.in_(those))
                    )
                )
            ),
        )
    return set(
        session.scalars(
            select(Event.id).where(
                Event.ends_at > now - PAST,
                or_(
                    people,
                    Event.programme_id.in_(touched.programmes),
                    Event.id.in_(_with_roles(AgendaItem.id.in_(touched.items))),
                    Event.id.in_(_with_roles(AgendaRole.pair_id.in_(touched.pairs))),
                ),
            )
        )
    )


def _with_roles(which: ColumnElement[bool]) -> Any:
    return (
        select(AgendaItem.event_id)
        .outerjoin(AgendaRole, AgendaRole.agenda_item_id == AgendaItem.id)
        .where(which)
    )
