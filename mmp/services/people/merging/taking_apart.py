"""Two records that were joined by mistake become two again, as far as nobody changed them since."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, delete, insert, select, update
from sqlalchemy.orm import Session, joinedload

from mmp.core.errors import NotFound, UserError
from mmp.models import Base, Person, PersonMerge, Programme
from mmp.services import breakouts, matching
from mmp.services.calendar_changes import count_events
from mmp.services.kept_rows import plain, typed
from mmp.services.outbox.queue import insert_into
from mmp.services.people.editing import may_change_address, note
from mmp.services.people.merging.events import events_of
from mmp.services.people.merging.remembering import children
from mmp.services.permissions import Actor
from mmp.services.privacy.retention import TAKEN_APART_FOR
from mmp.services.reminders.reconciling import reconcile_events


def can_part(person: Person, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Which joinings with this record can still be taken apart."""
    return (
        PersonMerge.into_id == person.id,
        PersonMerge.undo.is_not(None),
        PersonMerge.at > now - TAKEN_APART_FOR,
    )


def joinings_of(session: Session, *, now: datetime, person: Person) -> list[PersonMerge]:
    """What became part of this record and can still be taken apart, the newest first."""
    return list(
        session.scalars(
            select(PersonMerge)
            .where(*can_part(person, now))
            .order_by(PersonMerge.at.desc(), PersonMerge.id.desc())
        )
    )


def joining(
    session: Session, *, actor: Actor, now: datetime, person: Person, uuid: UUID
) -> PersonMerge:
    """One of them. Raises NotFound for none, UserError where something has to come first."""
    rows = joinings_of(session, now=now, person=person)
    found = next((one for one in rows if one.uuid == uuid), None)
    if found is None or found.undo is None:
        raise NotFound("There is nothing to take apart.")
    if found.undo["kept_uuid"] != str(person.uuid):
        raise UserError("They were joined with this record later; take that apart first.")
    if not may_change_address(session, actor, person):
        raise UserError(
            "%(name)s helps to run a programme that is not yours; ask who coordinates it.",
            name=person.name,
        )
    return found


def take_apart(
    session: Session, *, actor: Actor, now: datetime, programme: Programme, merge: PersonMerge
) -> Person:
    """Bring back the record that is gone, with all that came from it; gives it.

    What was changed since stays as it is, what came since stays with the record that was kept.
    Devices, links, and a password beside another one do not come back.
    """
    merge = session.scalars(
        select(PersonMerge).where(PersonMerge.id == merge.id).options(joinedload(PersonMerge.into))
    ).one()
    kept, memory = merge.into, merge.undo or {}
    changed, dropped = memory["changed"], memory["dropped"]
    session.flush()
    people = {memory["kept_id"]: kept.id}
    was = changed.get("person", {})
    _put_back(session, Person.__table__, kept.id, was.get(str(memory["kept_id"]), {}), people, {})  # type: ignore[arg-type]  # a Table
    gone = _bring_back(session, memory, now)
    people[memory["gone_id"]] = gone
    tables = Base.metadata.tables
    for name, rows in changed.items():
        for number, fields in rows.items() if name not in ("person", *_below()) else ():
            _put_back(session, tables[name], int(number), fields, people, {})
    places: dict[tuple[str, int], int] = {}
    for name in sorted(dropped, key=lambda one: one in _below()):
        for row in dropped[name] if name != "person" else ():
            _insert(session, tables[name], row, people, places)
    for name in _below() & set(changed):
        for number, fields in changed[name].items():
            _put_back(session, tables[name], int(number), fields, people, places)
    session.execute(delete(PersonMerge).where(PersonMerge.id == merge.id))
    session.expire_all()
    back = session.get_one(Person, gone)
    top = max(back.calendar_counter, kept.calendar_counter) + 1
    back.calendar_counter = kept.calendar_counter = top
    for one in (kept, back):
        note(session, actor, now, programme, one, "taken_apart", {})
    breakouts.lead_back(session, kept.uuid, back.uuid, memory.get("groups", ()))
    matching.lead_back(session, kept.uuid, back.uuid, memory.get("matching", {}))
    events = events_of(session, kept, back)
    count_events(session, events)
    session.expire_all()
    reconcile_events(session, now=now, events=events)
    return back


def _below() -> frozenset[str]:
    return frozenset(table.name for table, _column, _parent in children())


def _bring_back(session: Session, memory: Mapping[str, Any], now: datetime) -> int:
    """The record that was gone, as it was, without an address that is somebody else's by now."""
    table: Table = Person.__table__  # type: ignore[assignment]  # a Table
    values = {
        name: typed(table.c[name].type, value)
        for name, value in memory["gone"].items()
        if name not in ("id", "version")
    } | {"changed_at": now}
    taken = select(Person.id).where(Person.email == values["email"])
    if values["email"] and session.scalar(taken) is not None:
        values["email"] = None
    there = session.scalar(select(Person.id).where(Person.uuid == values["uuid"]))
    if there is None:
        written = insert(table).values(version=1, **values).returning(table.c.id)
        return int(session.execute(written).scalar_one())
    session.execute(
        update(table).where(table.c.id == there).values(version=table.c.version + 1, **values)
    )
    return there


def _put_back(
    session: Session,
    table: Table,
    number: int,
    fields: Mapping[str, Any],
    people: Mapping[int, int],
    places: Mapping[tuple[str, int], int],
) -> None:
    """Each field that still holds what the joining wrote."""
    row = session.execute(select(table).where(table.c.id == number)).mappings().first()
    if row is None:
        return
    values = {}
    for name, (old, new) in fields.items():
        column = table.c[name]
        if plain(row[name]) == _moved(column, new, people, places):
            values[name] = typed(column.type, _moved(column, old, people, places))
    if values:
        if "version" in table.columns:
            values["version"] = table.c.version + 1
        session.execute(update(table).where(table.c.id == number).values(values))


def _insert(
    session: Session,
    table: Table,
    row: Mapping[str, Any],
    people: Mapping[int, int],
    places: dict[tuple[str, int], int],
) -> None:
    """A row that was dropped; not where another took its place, or what it hangs on is gone."""
    values = {}
    for name, value in row.items():
        if name == "id":
            continue
        column = table.c[name]
        values[name] = typed(column.type, _moved(column, value, people, places))
        for key in column.foreign_keys if values[name] is not None else ():
            there = select(key.column).where(key.column == values[name])
            if session.scalar(there) is None:
                return
    made = session.execute(
        insert_into(session, table).values(values).on_conflict_do_nothing().returning(table.c.id)
    ).scalar_one_or_none()
    if made is not None:
        places[table.name, row["id"]] = made


def _moved(
    column: Column[Any],
    value: Any,
    people: Mapping[int, int],
    places: Mapping[tuple[str, int], int],
) -> Any:
    """A row's number as it is today."""
    for key in column.foreign_keys:
        name = key.column.table.name
        return people.get(value, value) if name == "person" else places.get((name, value), value)
    return value
