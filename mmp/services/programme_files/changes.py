"""What an import does: said in lines for whoever runs it, and kept in the history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from mmp.core.programme_file.records import Item, Spec, specs
from mmp.models import Person, Programme
from mmp.services import history


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was created, changed or removed; `fields` are those that changed."""

    path: str
    action: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        what = f" {', '.join(self.fields)}" if self.fields else ""
        return f"{self.path}: {self.action}{what}"


Differences = dict[str, list[Any]]
"""`[old, new]` by field, as plain data."""


@dataclass(slots=True)
class Log:
    """Gathers the changes of one import. `quiet`: the file tells the history of what is new."""

    session: Session
    actor: Person | None
    now: datetime
    quiet: bool = False
    programme: Programme | None = None
    changes: list[Change] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def created(self, kind: str, uuid: UUID, path: str, action: str = "created") -> None:
        """Note a new thing."""
        self.changes.append(Change(path, action))
        if not self.quiet:
            self._record(kind, uuid, action, {})

    def changed(self, kind: str, uuid: UUID, path: str, differences: Differences) -> None:
        """Note changed fields, if there are any."""
        if differences:
            self.changes.append(Change(path, "changed", tuple(differences)))
            self._record(kind, uuid, "changed", differences)

    def removed(self, kind: str, uuid: UUID, path: str) -> None:
        """Note that a thing is gone."""
        self.changes.append(Change(path, "removed"))
        self._record(kind, uuid, "removed", {})

    def keep(self, path: str) -> None:
        """Note what the database has and the file has not."""
        self.kept.append(path)

    def _record(self, kind: str, uuid: UUID, action: str, differences: Differences) -> None:
        history.record(
            self.session,
            now=self.now,
            actor=self.actor,
            programme=self.programme,
            kind=kind,
            uuid=uuid,
            action=action,
            changes=differences,
        )


def columns(item: Item, links: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a new row: what the file says, else the defaults. `links` has the rows that
    its handles mean, by attribute."""
    return {
        spec.attribute: links.get(spec.attribute, _value(item, spec)) for spec in _columns(item)
    }


def assign(row: Any, item: Item, links: Mapping[str, Any]) -> Differences:
    """Set on a row what the file says otherwise; what it leaves out stays as it is."""
    differences: Differences = {}
    for spec in _columns(item):
        if not item.has(spec.attribute):
            continue
        old = getattr(row, spec.attribute)
        new = links.get(spec.attribute, _value(item, spec))
        if not same(old, new):
            differences[spec.name] = [_plain(spec, old), _plain(spec, new)]
            setattr(row, spec.attribute, new)
    return differences


def same(old: Any, new: Any) -> bool:
    """Whether two values say the same: nothing and an empty text do."""
    if isinstance(old, dict | list | None) and isinstance(new, dict | list | None):
        return (old or None) == (new or None)
    return bool(old == new)


def _columns(item: Item) -> Iterable[Spec]:
    return (spec for spec in specs(type(item)).values() if spec.column)


def _value(item: Item, spec: Spec) -> Any:
    return getattr(item, spec.attribute)


def _plain(spec: Spec, value: Any) -> Any:
    return spec.kind.plain(getattr(value, "key", value))
