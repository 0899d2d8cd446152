"""One line of an event's list: changed, taken off, put back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.models import Delegation, Event, Participation, Person
from mmp.models.enums import AttendanceForm, Entry, Partstat
from mmp.services import desk
from mmp.services.permissions import Actor

_KIND = "participation"
_LINKS = ("person", "delegation")


def change_participation(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    row: Participation,
    version: int,
    entry: Entry,
    partstat: Partstat,
    form: AttendanceForm | None,
) -> bool:
    """Set how they came, what they answered and whether in the room or online; gives whether that
    changed anything. Raises StaleEdit if `version` is not the row's any more."""
    if row.version != version:
        raise StaleEdit("Someone else changed this line while you did.")
    wanted = {"entry": entry, "partstat": partstat, "form": form}
    changes: dict[str, Any] = {
        name: [getattr(row, name), value]
        for name, value in wanted.items()
        if getattr(row, name) != value
    }
    if not changes:
        return False
    for name, value in wanted.items():
        setattr(row, name, value)
    if "partstat" in changes:
        row.answered_at = None if partstat is Partstat.NEEDS_ACTION else now
    row.changed_at = now
    session.flush()
    _note(session, actor, now, event, row, "changed", changes)
    return True


def remove(
    session: Session, *, actor: Actor, now: datetime, event: Event, row: Participation
) -> UUID:
    """Take someone off the list; gives what `restore` needs. Raises UserError for who attended:
    the figures of the past stand on that."""
    if row.attendances:
        raise UserError(
            "%(name)s was there; the list of the past keeps that.", name=row.person.name
        )
    whole = desk.kept(row) | {
        "person": str(row.person.uuid),
        "delegation": row.delegation.key if row.delegation else None,
    }
    session.delete(row)
    session.flush()
    return desk.noted(
        session,
        actor=actor,
        now=now,
        event=event,
        kind=_KIND,
        uuid=row.uuid,
        action="removed",
        removed=whole,
    )


def restore(
    session: Session, *, actor: Actor, now: datetime, event: Event, removed: UUID
) -> Participation:
    """Put someone back on the list as they stood there; twice is as once. Raises NotFound."""
    found = desk.removal(session, event=event, kind=_KIND, uuid=removed)
    values = dict(found.kept)
    links = {name: values.pop(name) for name in _LINKS}
    person = session.scalar(select(Person).where(Person.uuid == UUID(links["person"])))
    if person is None:
        raise NotFound("There is nothing to put back.")
    there = session.scalar(
        select(Participation).where(
            Participation.event_id == event.id, Participation.person_id == person.id
        )
    )
    if there is not None:
        return there
    delegation = session.scalar(
        select(Delegation).where(
            Delegation.event_id == event.id, Delegation.key == links["delegation"]
        )
    )
    row = Participation(
        event=event,
        person=person,
        delegation=delegation,
        **desk.read_back(Participation, values),
    )
    row.changed_at = now
    session.add(row)
    session.flush()
    _note(session, actor, now, event, row, "restored", {})
    return row


def _note(
    session: Session,
    actor: Actor,
    now: datetime,
    event: Event,
    row: Participation,
    action: str,
    changes: dict[str, Any],
) -> None:
    desk.noted(
        session,
        actor=actor,
        now=now,
        event=event,
        kind=_KIND,
        uuid=row.uuid,
        action=action,
        changes=changes,
    )
