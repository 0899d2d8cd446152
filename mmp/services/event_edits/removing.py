"""Deleting a draft, and taking that back.

A deleted draft stays in the history as the rows it consisted of; restoring writes them anew, under
the same public numbers. So nothing else ever has to leave deleted events out.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, insert, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from mmp.core.errors import NotFound, UserError
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Base,
    Contribution,
    Delegation,
    Document,
    Event,
    Form,
    GuidingQuestion,
    HistoryEntry,
    Mail,
    OrganisationRole,
    Participation,
    Programme,
    Recommendation,
)
from mmp.models.enums import EventStatus
from mmp.models.events import event_predecessor
from mmp.services import history
from mmp.services.desk import person_of
from mmp.services.event_edits.changing import free_key, note
from mmp.services.kept_rows import as_json, from_json
from mmp.services.permissions import Actor

KIND: Final = "deleted_event"
"""What the history calls the kept rows."""
_PARTS: Final[tuple[tuple[type[Base], str], ...]] = (
    (Event, "id"),
    (Delegation, "event_id"),
    (AgendaItem, "event_id"),
    (GuidingQuestion, "event_id"),
    (OrganisationRole, "event_id"),
    (Participation, "event_id"),
    (GuidingQuestion, "agenda_item_id"),
    (AgendaRole, "agenda_item_id"),
)
"""What a draft consists of, parents first, and the column by which it belongs."""


def delete_draft(session: Session, *, actor: Actor, now: datetime, event: Event) -> None:
    """Delete a draft with its agenda and its list.

    Raises UserError for what is published or cancelled, and where documents, mails or reports
    stand on it.
    """
    if event.status is not EventStatus.DRAFT:
        raise UserError("Only drafts are deleted; a published event is cancelled.")
    items = [item.id for item in event.agenda]
    if _is_tied(session, event, items):
        raise UserError("Documents, mails or reports stand on this event; take them away first.")
    belongs_to = {"agenda_item_id": items}
    kept = {
        "rows": [
            [cast(Table, kind.__table__).name, as_json(row)]
            for kind, column in _PARTS
            for row in _found(session, kind, column, belongs_to.get(column, [event.id]))
        ],
        "predecessors": [row.key for row in event.predecessors],
        "successors": [row.key for row in _successors(session, event)],
    }
    _record(session, actor, now, event, kept)
    note(session, actor=actor, now=now, event=event, action="deleted")
    session.delete(event)
    session.flush()


def deleted_drafts(
    session: Session, *, actor: Actor, programme: Programme
) -> Sequence[HistoryEntry]:
    """The deleted drafts of a programme, the latest first; `changes["title"]` is the title. What is
    there again, and what was kept at an earlier deletion of the same draft, is left out."""
    later = aliased(HistoryEntry)
    same = (later.subject_kind == KIND, later.subject_uuid == HistoryEntry.subject_uuid)
    return session.scalars(
        select(HistoryEntry)
        .where(
            HistoryEntry.programme_id == programme.id,
            HistoryEntry.programme_id.in_(actor.plans),
            HistoryEntry.subject_kind == KIND,
            ~select(Event.id).where(Event.uuid == HistoryEntry.subject_uuid).exists(),
            ~select(later.id).where(*same, later.id > HistoryEntry.id).exists(),
        )
        .options(joinedload(HistoryEntry.actor))
        .order_by(HistoryEntry.id.desc())
        .limit(50)
    ).all()


def restore_draft(
    session: Session, *, actor: Actor, now: datetime, programme: Programme, uuid: UUID
) -> Event:
    """Bring a deleted draft back, under its public number; one that is there comes as it is.

    People, pairs and organisations that are gone meanwhile are left out. Raises NotFound.
    """
    there = select(Event).where(Event.uuid == uuid, Event.programme_id == programme.id)
    if (event := session.scalar(there)) is not None:
        return event
    entries = deleted_drafts(session, actor=actor, programme=programme)
    entry = next((entry for entry in entries if entry.subject_uuid == uuid), None)
    if entry is None:
        raise NotFound("There is no such event.")
    _write(session, programme, entry.changes["rows"])
    event = session.scalars(there).one()
    event.predecessors.extend(_by_keys(session, programme, entry.changes["predecessors"]))
    for later in _by_keys(session, programme, entry.changes["successors"]):
        later.predecessors.append(event)
    event.changed_at = now
    note(session, actor=actor, now=now, event=event, action="undeleted")
    session.flush()
    return event


def _record(
    session: Session, actor: Actor, now: datetime, event: Event, kept: dict[str, Any]
) -> None:
    history.record(
        session,
        now=now,
        actor=person_of(session, actor),
        programme=event.programme,
        kind=KIND,
        uuid=event.uuid,
        action="deleted",
        changes={"title": dict(event.title)} | kept,
    )


def _is_tied(session: Session, event: Event, items: list[int]) -> bool:
    ties: tuple[ColumnElement[bool], ...] = (
        select(Document.id).where(Document.event_id == event.id).exists(),
        select(Mail.id).where(Mail.event_id == event.id).exists(),
        select(Contribution.id).where(Contribution.agenda_item_id.in_(items)).exists(),
        select(Recommendation.id).where(Recommendation.agenda_item_id.in_(items)).exists(),
        select(Form.id).where(Form.event_id == event.id).exists(),
    )
    return any(session.scalar(select(tie)) for tie in ties)


def _found(session: Session, kind: type[Base], column: str, numbers: list[int]) -> Sequence[Base]:
    columns = cast(Table, kind.__table__).c
    of_these = select(kind).where(columns[column].in_(numbers)).order_by(columns["id"])
    return session.scalars(of_these).all()


def _successors(session: Session, event: Event) -> Sequence[Event]:
    return session.scalars(
        select(Event)
        .join(event_predecessor, event_predecessor.c.event_id == Event.id)
        .where(event_predecessor.c.predecessor_id == event.id)
    ).all()


def _by_keys(session: Session, programme: Programme, keys: list[str]) -> Sequence[Event]:
    of_these = select(Event).where(Event.programme_id == programme.id, Event.key.in_(keys))
    return session.scalars(of_these).all()


def _write(session: Session, programme: Programme, rows: list[list[Any]]) -> None:
    """Insert the rows anew; what pointed from one to another does so again."""
    tables = Base.metadata.tables
    anew: dict[tuple[str, int], int] = {}
    parents: list[tuple[int, int]] = []
    for name, packed in rows:
        table = tables[name]
        values = from_json(table, packed)
        old = values.pop("id")
        parent = values.pop("parent_id", None)
        if not _point(session, table, values, anew):
            continue
        if name == "event":
            values["key"] = _its_key(session, programme, values)
        made = session.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
        anew[name, old] = made
        if parent is not None:
            parents.append((made, parent))
    items = tables["agenda_item"]
    for made, parent in parents:
        to = anew.get(("agenda_item", parent))
        session.execute(update(items).where(items.c.id == made).values(parent_id=to))


def _point(
    session: Session, table: Table, values: dict[str, Any], anew: dict[tuple[str, int], int]
) -> bool:
    """Let the values name the rows that are there now. Tells whether the row still has a place."""
    for column in table.c:
        value = values.get(column.name)
        if value is None or not column.foreign_keys:
            continue
        target = next(iter(column.foreign_keys)).column.table
        if (target.name, value) in anew:
            values[column.name] = anew[target.name, value]
        elif session.scalar(select(target.c.id).where(target.c.id == value)) is None:
            if table.name != "event" or not column.nullable:
                return False
            values[column.name] = None
    return True


def _its_key(session: Session, programme: Programme, values: dict[str, Any]) -> str:
    """Its own handle, unless another event has it by now."""
    same = select(Event.id).where(Event.programme_id == programme.id, Event.key == values["key"])
    if session.scalar(same) is None:
        return str(values["key"])
    return free_key(session, programme, values["title"])
