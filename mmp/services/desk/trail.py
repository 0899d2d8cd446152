"""The trail of what is done at the desk: what is taken away lies whole in its history entry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound
from mmp.models import AgendaItem, Document, Event, HistoryEntry, Participation, Programme
from mmp.services import history
from mmp.services.desk.events import person_of
from mmp.services.permissions import Actor

Row = TypeVar("Row", Document, Participation, AgendaItem)
_WHOLE, _TOGETHER = "removed", "together"


@dataclass(frozen=True, slots=True)
class Removal:
    """Something taken away. `uuid` is the history entry's: it is how to put it back."""

    uuid: UUID
    kind: str
    subject: UUID
    kept: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Who does something now to things of one kind, of an event or of a programme."""

    session: Session
    actor: Actor
    now: datetime
    of: Event | Programme
    kind: str

    def note(self, row: Row, action: str, changes: Mapping[str, Any] | None = None) -> UUID:
        """Record what was done to a row; gives the entry's uuid."""
        entry = history.record(
            self.session,
            now=self.now,
            actor=person_of(self.session, self.actor),
            programme=self.of.programme if isinstance(self.of, Event) else self.of,
            kind=self.kind,
            uuid=row.uuid,
            action=action,
            changes=dict(changes or {}),
        )
        return entry.uuid

    def removed(self, row: Row, whole: dict[str, Any], *, together: UUID | None = None) -> UUID:
        """Record that a row is gone; `whole` is all of it. Gives what `put_back` needs.

        Rows that go at once have the same `together`.
        """
        self.session.flush()
        said: dict[str, Any] = {_WHOLE: [whole, None], **_owner(self.of)}
        if together is not None:
            said[_TOGETHER] = [str(together), None]
        return self.note(row, "removed", said)

    def put_back(
        self,
        removed: UUID,
        find: Callable[[Removal], Row | None],
        make: Callable[[Removal], Row],
    ) -> Row:
        """The row that `find` gives, else a new one by `make`: twice is as once. Raises NotFound
        where nothing of this kind was taken away here."""
        found = removal(self.session, of=self.of, kind=self.kind, uuid=removed)
        there = find(found)
        if there is not None:
            return there
        row = make(found)
        row.changed_at = self.now
        self.session.add(row)
        self.session.flush()
        self.note(row, "restored")
        return row


def removal(session: Session, *, of: Event | Programme, kind: str, uuid: UUID) -> Removal:
    """What was taken off this event or programme, by its history entry. Raises NotFound."""
    return _read(_entry(session, of, kind, uuid))


def removals(session: Session, *, of: Event | Programme, kind: str, uuid: UUID) -> list[Removal]:
    """What was taken away with this, itself included. Raises NotFound."""
    entry = _entry(session, of, kind, uuid)
    if _TOGETHER not in entry.changes:
        return [_read(entry)]
    at_once = session.scalars(
        _removed(of, kind).where(HistoryEntry.at == entry.at).order_by(HistoryEntry.id)
    )
    wanted = entry.changes[_TOGETHER]
    return [_read(other) for other in at_once if other.changes.get(_TOGETHER) == wanted]


def _entry(session: Session, of: Event | Programme, kind: str, uuid: UUID) -> HistoryEntry:
    entry = session.scalar(_removed(of, kind).where(HistoryEntry.uuid == uuid))
    if entry is None or not entry.changes.get(_WHOLE):
        raise NotFound("There is nothing to put back.")
    if any(entry.changes.get(name) != value for name, value in _owner(of).items()):
        raise NotFound("There is nothing to put back.")
    return entry


def _removed(of: Event | Programme, kind: str) -> Select[HistoryEntry]:
    programme_id = of.programme_id if isinstance(of, Event) else of.id
    return select(HistoryEntry).where(
        HistoryEntry.programme_id == programme_id,
        HistoryEntry.subject_kind == kind,
        HistoryEntry.action == "removed",
    )


def _read(entry: HistoryEntry) -> Removal:
    return Removal(entry.uuid, entry.subject_kind, entry.subject_uuid, entry.changes[_WHOLE][0])


def _owner(of: Event | Programme) -> dict[str, Any]:
    return {"event" if isinstance(of, Event) else "programme": [str(of.uuid), None]}
