"""Every change leaves a trace: who, when, from what to what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

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
