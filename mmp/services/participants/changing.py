"""One line of an event's list: changed, taken off, put back."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.mail import Reason
from mmp.core.texts import Translated
from mmp.models import Delegation, Event, Participation, Person
from mmp.models.enums import AnswerVia, AttendanceForm, Entry, Partstat, StakeholderGroup
from mmp.services import answers, desk, outbox
from mmp.services.desk import Removal
from mmp.services.permissions import Actor
from mmp.services.taking_part import TAKING_PART

ANSWER = ("partstat", "form")
_LINKS = ("person", "delegation")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineValues:
    """A line as its form gives it. Organisation, position and group are as they were then."""

    entry: Entry
    partstat: Partstat
    form: AttendanceForm | None = None
    organisation_name: Translated = field(default_factory=dict)
    position: Translated = field(default_factory=dict)
    group: StakeholderGroup | None = None


def values_of(row: Participation) -> LineValues:
    """A line as it is."""
    return LineValues(**{name.name: getattr(row, name.name) for name in fields(LineValues)})


def change_participation(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    row: Participation,
    version: int,
    values: LineValues,
) -> bool:
    """Bring a line to `values`; gives whether that changed anything. What the person is today
    stays. Raises StaleEdit if `version` is not the row's any more.

    Their answer goes the way of all answers: a yes where every seat is taken waits for one, a
    freed seat goes to who is next. Who is taken out of the line by hand has a seat at once, even
    if there is none, and is told by mail.
    """
    answers.in_turn(session, event.id)
    session.refresh(row)
    if row.version != version:
        raise StaleEdit("Someone else changed this line while you did.")
    answered = _answer(session, actor, now, row, values)
    changes: dict[str, Any] = {}
    for name in (one.name for one in fields(LineValues) if one.name not in ANSWER):
        old, new = getattr(row, name), getattr(values, name)
        if old != new and not (name == "entry" and answered.entry is new):
            changes[name] = [old, new]
            setattr(row, name, new)
    if not changes:
        return answered.changed
    row.changed_at = now
    session.flush()
    trail_of(session, actor, now, event).note(row, "changed", changes)
    if "entry" in changes:
        _moved(session, now, event, row, came_from=changes["entry"][0])
    return True


def give_seat(
    session: Session, *, actor: Actor, now: datetime, event: Event, row: Participation
) -> bool:
    """Take someone out of the line by hand, whether a seat is free or not; they get a mail. Gives
    whether they were in it."""
    if row.entry is not Entry.WAITING:
        return False
    values = replace(values_of(row), entry=Entry.INVITED)
    common = {"actor": actor, "now": now, "event": event, "row": row, "version": row.version}
    return change_participation(session, values=values, **common)  # type: ignore[arg-type]  # as named


@dataclass(frozen=True, slots=True)
class _Answered:
    """`entry` is how they stood on the list before their answer was changed."""

    changed: bool
    entry: Entry


def _answer(
    session: Session, actor: Actor, now: datetime, row: Participation, values: LineValues
) -> _Answered:
    entry = row.entry
    if all(getattr(row, name) == getattr(values, name) for name in ANSWER):
        return _Answered(False, entry)
    outcome = answers.record_answer(
        session,
        now=now,
        participation=row,
        reply=answers.Reply(values.partstat, values.form),
        via=AnswerVia.COORDINATOR,
        actor=desk.person_of(session, actor),
    )
    return _Answered(outcome.changed, entry)


def _moved(
    session: Session, now: datetime, event: Event, row: Participation, *, came_from: Entry
) -> None:
    """Someone was put into the line or taken out of it by hand."""
    waits = row.entry is Entry.WAITING
    row.waiting_since = now if waits and row.partstat is Partstat.ACCEPTED else None
    if came_from is Entry.WAITING and row.entry in TAKING_PART:
        if row.partstat is Partstat.ACCEPTED:
            answers.tell_seat_free(session, now=now, row=row)
    else:
        answers.fill_seats(session, now=now, event=event, without=row)
    session.flush()


def remove(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    row: Participation,
    together: UUID | None = None,
) -> UUID:
    """Take someone off the list; gives what `restore` needs. Raises UserError for who attended:
    the figures of the past stand on that. Those who go at once have the same `together`."""
    if row.attendances:
        raise UserError(
            "%(name)s was there; the list of the past keeps that.", name=row.person.name
        )
    whole = desk.kept(row) | {
        "person": str(row.person.uuid),
        "delegation": row.delegation.key if row.delegation else None,
    }
    answers.in_turn(session, event.id)
    outbox.cancel_all(
        session,
        now=now,
        reason=Reason.PERSON_LEFT,
        person=row.person,
        event=event,
        kinds=answers.KINDS,
    )
    answers.tell_partners_of_removal(session, now=now, row=row)
    session.delete(row)
    removed = trail_of(session, actor, now, event).removed(row, whole, together=together)
    answers.fill_seats(session, now=now, event=event)
    return removed


def restore(
    session: Session, *, actor: Actor, now: datetime, event: Event, removed: UUID
) -> list[Participation]:
    """Put someone back on the list as they stood there, with those who were taken off at once;
    twice is as once. Raises NotFound."""
    trail = trail_of(session, actor, now, event)

    def find(found: Removal) -> Participation | None:
        return session.scalar(
            select(Participation)
            .join(Participation.person)
            .where(Participation.event_id == event.id, Person.uuid == UUID(found.kept["person"]))
        )

    def make(found: Removal) -> Participation:
        return _made_anew(session, event, found)

    together = desk.removals(session, of=event, kind=trail.kind, uuid=removed)
    return [trail.put_back(one.uuid, find, make) for one in together]


def _made_anew(session: Session, event: Event, found: Removal) -> Participation:
    values = dict(found.kept)
    links = {name: values.pop(name) for name in _LINKS}
    person = session.scalar(select(Person).where(Person.uuid == UUID(links["person"])))
    if person is None:
        raise NotFound("There is nothing to put back.")
    delegation = session.scalar(
        select(Delegation).where(
            Delegation.event_id == event.id, Delegation.key == links["delegation"]
        )
    )
    columns = desk.read_back(Participation, values)
    return Participation(event=event, person=person, delegation=delegation, **columns)


def trail_of(session: Session, actor: Actor, now: datetime, event: Event) -> desk.Trail:
    """The trail of what is done to an event's list."""
    return desk.Trail(session=session, actor=actor, now=now, of=event, kind="participation")
