"""What was said in an agenda item and what was recommended there, kept by who plans."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.texts import Translated
from mmp.models import (
    AgendaItem,
    Contribution,
    Event,
    HistoryEntry,
    Pair,
    Person,
    Recommendation,
)
from mmp.models.enums import AttributionConsent
from mmp.services import desk, history
from mmp.services.permissions import Actor

Said: TypeAlias = Contribution | Recommendation
KINDS: dict[str, type[Contribution] | type[Recommendation]] = {
    "contribution": Contribution,
    "recommendation": Recommendation,
}


@dataclass(frozen=True, slots=True)
class ContributionValues:
    """Words of one person or pair; None leaves whose they are as it is."""

    who: Person | Pair | None
    text: Translated
    consent: AttributionConsent = AttributionConsent.NO

    def check(self, row: Said | None) -> None:
        """Raises UserError (fields `who`, `text`)."""
        if row is None and self.who is None:
            raise UserError("Choose who said it.", field="who")
        if not self.text:
            raise UserError("Write what was said, in one language at least.", field="text")

    def columns(self) -> dict[str, Any]:
        whom: dict[str, Any] = {}
        if self.who is not None:
            pair = isinstance(self.who, Pair)
            whom = {"pair": self.who if pair else None, "person": None if pair else self.who}
        return whom | {"text": self.text, "consent": self.consent}


@dataclass(frozen=True, slots=True)
class RecommendationValues:
    """A recommendation. `references` are frameworks, each with an objective or none."""

    title: Translated
    text: Translated = field(default_factory=dict)
    references: Sequence[dict[str, str]] = ()

    def check(self, row: Said | None) -> None:
        """Raises UserError (field `title`)."""
        if not self.title:
            raise UserError("Give the recommendation a title.", field="title")

    def columns(self) -> dict[str, Any]:
        return {"title": self.title, "text": self.text, "references": list(self.references)}


Values: TypeAlias = ContributionValues | RecommendationValues


def said_in(item: AgendaItem, kind: str, uuid: UUID) -> Said:
    """One thing said or recommended in an item. Raises NotFound."""
    found = next((row for row in _rows(item, kind) if row.uuid == uuid), None)
    if found is None:
        raise NotFound("There is no such entry.")
    return found


def add_said(
    session: Session, *, actor: Actor, now: datetime, item: AgendaItem, uuid: UUID, values: Values
) -> Said:
    """One more, at the end. Sent twice it is one. Raises UserError."""
    kind = _kind(values)
    there = next((row for row in _rows(item, kind) if row.uuid == uuid), None)
    if there is not None:
        return there
    values.check(None)
    position = max((row.position for row in _rows(item, kind)), default=-1) + 1
    row: Said
    if isinstance(values, ContributionValues):
        row = Contribution(agenda_item=item, uuid=uuid, position=position, **values.columns())
    else:
        handle = f"recommendation-{uuid.hex[:12]}"
        row = Recommendation(
            agenda_item=item, uuid=uuid, key=handle, position=position, **values.columns()
        )
    session.add(row)
    session.flush()
    _note(session, actor, now, item, kind, uuid, "created", {"item": [None, item.key]})
    return row


def change_said(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    item: AgendaItem,
    row: Said,
    version: int,
    values: Values,
) -> bool:
    """Bring it to `values`; gives whether that changed anything. Raises UserError, StaleEdit."""
    if row.version != version:
        raise StaleEdit("Someone else changed this while you did.")
    values.check(row)
    changes: dict[str, Any] = {}
    for name, new in values.columns().items():
        old = getattr(row, name)
        if old != new:
            changes[name] = [_plain(old), _plain(new)]
            setattr(row, name, new)
    if changes:
        session.flush()
        _note(session, actor, now, item, _kind(values), row.uuid, "changed", changes)
    return bool(changes)


def remove_said(
    session: Session, *, actor: Actor, now: datetime, item: AgendaItem, kind: str, row: Said
) -> UUID:
    """Take it away; gives what `restore_said` needs."""
    whole = desk.kept(row)
    if isinstance(row, Contribution):
        whole |= {
            "person": str(row.person.uuid) if row.person else None,
            "pair": str(row.pair.uuid) if row.pair else None,
        }
    _rows(item, kind).remove(row)  # type: ignore[arg-type]  # of this kind
    session.flush()
    owner = {"removed": [whole, None], "item": [str(item.uuid), None]}
    return _note(session, actor, now, item, kind, row.uuid, "removed", owner)


def restore_said(
    session: Session, *, actor: Actor, now: datetime, item: AgendaItem, removed: UUID
) -> Said:
    """Put it back as it was; twice is as once. Raises NotFound."""
    entry = session.scalar(
        select(HistoryEntry).where(
            HistoryEntry.uuid == removed,
            HistoryEntry.programme_id == item.event.programme_id,
            HistoryEntry.subject_kind.in_(KINDS),
            HistoryEntry.action == "removed",
        )
    )
    if entry is None or entry.changes.get("item") != [str(item.uuid), None]:
        raise NotFound("There is nothing to put back.")
    kind = entry.subject_kind
    there = next((row for row in _rows(item, kind) if row.uuid == entry.subject_uuid), None)
    if there is not None:
        return there
    values = dict(entry.changes["removed"][0])
    links = {
        "person": _found(session, Person, values.pop("person", None)),
        "pair": _found(session, Pair, values.pop("pair", None)),
    }
    if kind == "contribution" and not any(links.values()):
        raise NotFound("There is nothing to put back.")
    made = KINDS[kind]
    row = made(
        agenda_item=item,
        **desk.read_back(made, values),
        **(links if kind == "contribution" else {}),
    )
    session.add(row)
    session.flush()
    _note(session, actor, now, item, kind, row.uuid, "restored", {})
    return row


def _found(session: Session, kind: type[Person] | type[Pair], uuid: str | None) -> Any:
    return session.scalar(select(kind).where(kind.uuid == UUID(uuid))) if uuid else None


def _rows(item: AgendaItem, kind: str) -> "list[Contribution] | list[Recommendation]":
    return item.contributions if kind == "contribution" else item.recommendations


def _kind(values: Values) -> str:
    return "contribution" if isinstance(values, ContributionValues) else "recommendation"


def _plain(value: Any) -> Any:
    return value.key if isinstance(value, Person | Pair) else value


def _note(
    session: Session,
    actor: Actor,
    now: datetime,
    item: AgendaItem,
    kind: str,
    uuid: UUID,
    action: str,
    changes: dict[str, Any],
) -> UUID:
    event: Event = item.event
    entry = history.record(
        session,
        now=now,
        actor=desk.person_of(session, actor),
        programme=event.programme,
        kind=kind,
        uuid=uuid,
        action=action,
        changes=changes,
    )
    return entry.uuid
