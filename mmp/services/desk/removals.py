"""What was taken away lies whole in its history entry, so that it can be put back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Enum, Uuid, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from mmp.core.errors import NotFound
from mmp.models import Base, Event, HistoryEntry
from mmp.models.base import UTCDateTime, WallDateTime
from mmp.services import history
from mmp.services.desk.events import person_of
from mmp.services.permissions import Actor

_WHOLE, _OF = "removed", "event"


@dataclass(frozen=True, slots=True)
class Removal:
    """Something taken off an event. `uuid` is the history entry's: it is how to put it back."""

    uuid: UUID
    kind: str
    subject: UUID
    kept: dict[str, Any]


def kept(row: Base, *but: str) -> dict[str, Any]:
    """A row's columns as JSON, without the numbers of other rows and what `but` names."""
    values = {}
    for column in row.__table__.columns:
        if column.foreign_keys or column.primary_key or column.key in ("version", *but):
            continue
        value = getattr(row, column.key)
        if isinstance(value, datetime | UUID):
            value = str(value)
        values[column.key] = value
    return values


def read_back(kind: type[Base], values: dict[str, Any]) -> dict[str, Any]:
    """What `kept` gave, as the columns of a new row."""
    return {
        column.key: _value(column.type, values[column.key])
        for column in kind.__table__.columns
        if column.key in values
    }


def _value(of: TypeEngine[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(of, UTCDateTime | WallDateTime):
        return datetime.fromisoformat(value)
    if isinstance(of, Uuid):
        return UUID(value)
    if isinstance(of, Enum) and of.enum_class is not None:
        return of.enum_class(value)
    return value


def noted(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    kind: str,
    uuid: UUID,
    action: str,
    changes: dict[str, Any] | None = None,
    removed: dict[str, Any] | None = None,
) -> UUID:
    """Record a change of something of an event; gives the entry's uuid. `removed` is all of it."""
    said = dict(changes or {})
    if removed is not None:
        said |= {_WHOLE: [removed, None], _OF: [str(event.uuid), None]}
    entry = history.record(
        session,
        now=now,
        actor=person_of(session, actor),
        programme=event.programme,
        kind=kind,
        uuid=uuid,
        action=action,
        changes=said,
    )
    return entry.uuid


def removal(session: Session, *, event: Event, kind: str, uuid: UUID) -> Removal:
    """What was taken off this event, by its history entry. Raises NotFound."""
    entry = session.scalar(
        select(HistoryEntry).where(
            HistoryEntry.uuid == uuid,
            HistoryEntry.programme_id == event.programme_id,
            HistoryEntry.subject_kind == kind,
            HistoryEntry.action == "removed",
        )
    )
    whole = entry.changes.get(_WHOLE) if entry else None
    if entry is None or not whole or entry.changes.get(_OF) != [str(event.uuid), None]:
        raise NotFound("There is nothing to put back.")
    return Removal(entry.uuid, kind, entry.subject_uuid, whole[0])
