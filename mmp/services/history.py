"""Every change leaves a trace: who, when, from what to what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from mmp.models import HistoryEntry, Person, Programme


def record(
    session: Session,
    *,
    now: datetime,
    actor: Person | None,
    programme: Programme | None,
    kind: str,
    uuid: UUID,
    action: str,
    changes: dict[str, Any] | None = None,
) -> HistoryEntry:
    """Add one history entry. `kind` is the row's name in files (`event`, `person`), `uuid` its own;
    `action` a verb in the past tense; `changes` maps a field to `[old, new]` as JSON. `actor` is
    None for the system itself."""
    entry = HistoryEntry(
        at=now,
        subject_kind=kind,
        subject_uuid=uuid,
        action=action,
        changes=changes or {},
        programme=programme,
        actor=actor,
    )
    session.add(entry)
    return entry


def record_of(
    session: Session,
    *,
    now: datetime,
    actor: Person | None,
    person: Person,
    action: str,
    changes: dict[str, Any] | None = None,
) -> HistoryEntry:
    """Add what was done to a person, in no programme."""
    return record(
        session,
        now=now,
        actor=actor,
        programme=None,
        kind="person",
        uuid=person.uuid,
        action=action,
        changes=changes,
    )


class HistoryIsKept(Exception):
    """Somebody tried to change or to take away what the history says."""


@event.listens_for(Session, "before_flush")
def _no_row_changes(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Entries come, and stay as they are."""
    for row in session.dirty | session.deleted:
        if isinstance(row, HistoryEntry) and (row in session.deleted or session.is_modified(row)):
            raise HistoryIsKept(f"history entry {row.id} stays as it is")


@event.listens_for(Session, "do_orm_execute")
def _no_statement_changes(state: ORMExecuteState) -> None:
    """No statement gets past either, but for those of `privacy`, which blank what was erased."""
    table = getattr(getattr(state.statement, "table", None), "name", "")
    writes = state.is_update or state.is_delete
    erasing = state.execution_options.get("erasing")
    if writes and table == HistoryEntry.__tablename__ and not erasing:
        raise HistoryIsKept("the history is not changed by a statement")
