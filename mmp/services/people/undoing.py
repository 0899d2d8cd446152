"""What was done to people is taken back by its history entry, with all that was done at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, UserError
from mmp.models import HistoryEntry, Organisation, Person, PersonTag, Programme
from mmp.models.enums import Gender, MembershipRole, MembershipStatus, Region, StakeholderGroup
from mmp.services.people.editing import (
    KIND,
    OWN,
    check_address_free,
    may_change_address,
    note,
    plain_values,
    roles_in,
)
from mmp.services.people.leaving import put_back, put_parts_back
from mmp.services.people.listing import people_of
from mmp.services.permissions import Actor

UNDOABLE: Final = ("left", "tagged", "untagged", "alumni", "returned", "changed")
_AS = {"region": Region, "gender": Gender, "group": StakeholderGroup}


def undoable(session: Session, *, programme: Programme, uuid: UUID) -> list[HistoryEntry]:
    """An act of this programme that can be taken back: its entries, one for each person. Raises
    NotFound."""
    entry = session.scalar(_entries(programme).where(HistoryEntry.uuid == uuid))
    if entry is None:
        raise NotFound("There is nothing to put back.")
    mark = entry.changes.get("together")
    if not mark:
        return [entry]
    at_once = session.scalars(
        _entries(programme)
        .where(HistoryEntry.at == entry.at, HistoryEntry.action == entry.action)
        .order_by(HistoryEntry.id)
    )
    return [one for one in at_once if one.changes.get("together") == mark]


def undo(
    session: Session, *, actor: Actor, now: datetime, programme: Programme, uuid: UUID
) -> list[Person]:
    """Take an act back; gives those whom it was done to. What somebody changed since stays.

    Raises NotFound where there is nothing to take back, UserError where it cannot be.
    """
    entries = undoable(session, programme=programme, uuid=uuid)
    wanted = [entry.subject_uuid for entry in entries]
    people: dict[UUID, Person] = {}
    for start in range(0, len(wanted), 500):
        chunk = Person.uuid.in_(wanted[start : start + 500])
        for person in session.scalars(select(Person).where(chunk, people_of(actor, programme.id))):
            people[person.uuid] = person
    done = []
    for entry in entries:
        found = people.get(entry.subject_uuid)
        if found is None:
            continue
        _undo(session, actor, now, programme, found, entry)
        note(session, actor, now, programme, found, "undone", {"what": [entry.action, None]})
        done.append(found)
    session.flush()
    return done


def _entries(programme: Programme) -> Any:
    return select(HistoryEntry).where(
        HistoryEntry.programme_id == programme.id,
        HistoryEntry.subject_kind == KIND,
        HistoryEntry.action.in_(UNDOABLE),
    )


def _undo(
    session: Session,
    actor: Actor,
    now: datetime,
    programme: Programme,
    person: Person,
    entry: HistoryEntry,
) -> None:
    changes = entry.changes
    match entry.action:
        case "left":
            put_back(session, actor=actor, now=now, programme=programme, person=person, was=changes)
        case "alumni" | "returned":
            put_parts_back(session, programme, person, changes.get("parts", [{}])[0] or {})
        case "tagged" | "untagged":
            _undo_tag(session, programme, person, changes.get("tag", [None, None]))
        case _:
            _undo_change(session, actor, now, programme, person, changes)


def _undo_tag(
    session: Session, programme: Programme, person: Person, change: Sequence[str | None]
) -> None:
    was, now_is = change
    rows = session.scalars(
        select(PersonTag).where(
            PersonTag.programme_id == programme.id,
            PersonTag.person_id == person.id,
            PersonTag.tag == (was or now_is),
        )
    ).all()
    if was is None:
        for row in rows:
            session.delete(row)
    elif not rows:
        session.add(PersonTag(programme_id=programme.id, person_id=person.id, tag=was))


def _undo_change(
    session: Session,
    actor: Actor,
    now: datetime,
    programme: Programme,
    person: Person,
    changes: dict[str, Any],
) -> None:
    """Each field goes back that still holds what that change wrote."""
    current = plain_values(person)
    for name, (old, new) in changes.items():
        if name == "roles":
            _undo_roles(session, programme, person, old, new)
        elif name not in current or current[name] != new:
            continue
        elif name == "organisation":
            person.organisation = _organisation(session, old)
        elif name == "email":
            if not may_change_address(session, actor, person):
                raise UserError("Their address is theirs to change.", field="email")
            check_address_free(session, actor, programme, old, person)
            person.email = old
        elif name in OWN:
            setattr(person, name, _AS[name](old) if name in _AS and old else old)
    person.changed_at = now


def _undo_roles(
    session: Session, programme: Programme, person: Person, old: list[str], new: list[str]
) -> None:
    rows = {row.role: row for row in roles_in(session, programme, person)}
    for role in set(old) - set(new):
        row = rows.get(MembershipRole(role))
        if row is not None:
            row.status, row.ends_on = MembershipStatus.ACTIVE, None
    for role in set(new) - set(old):
        row = rows.get(MembershipRole(role))
        if row is not None and old:
            row.status = MembershipStatus.LEFT


def _organisation(session: Session, name: dict[str, str] | None) -> Organisation | None:
    if not name:
        return None
    rows = session.scalars(
        select(Organisation).where(Organisation.search.contains(next(iter(name.values())).lower()))
    ).all()
    everyone = rows or session.scalars(select(Organisation)).all()
    return next((one for one in everyone if dict(one.name) == name), None)
