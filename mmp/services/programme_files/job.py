"""What the steps of an import share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.programme_file import Problems
from mmp.core.programme_file.records import Item
from mmp.models import (
    AgendaItem,
    Document,
    Event,
    Form,
    Organisation,
    Pair,
    Person,
    Programme,
    Series,
    Theme,
)
from mmp.services.programme_files.changes import Log
from mmp.services.programme_files.format import ProgrammeFile
from mmp.services.programme_files.stock import Stock

Row = TypeVar("Row")


class Dated(Protocol):
    """A part of the file that may say when it came to be."""

    @property
    def created_at(self) -> datetime | None: ...
    @property
    def changed_at(self) -> datetime | None: ...


@dataclass(slots=True)
class Job:
    """One import: the file, the rows there are, and the rows that its handles mean so far."""

    session: Session
    document: ProgrammeFile
    stock: Stock
    problems: Problems
    log: Log
    now: datetime
    folder: Path | None
    """Where the file's documents lie."""
    new: bool = False
    """Whether the programme was not there before."""
    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    pairs: dict[str, Pair] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    themes: dict[str, Theme] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    new_forms: list[Form] = field(default_factory=list)
    """They take their programme's number, so they wait until it has one."""
    copies: dict[str, Path] = field(default_factory=dict)
    """Files of documents to be copied, by SHA-256."""
    unused: list[str] = field(default_factory=list)
    """Handles of people who have no part in the programme; they are not made."""
    warnings: list[str] = field(default_factory=list)
    """What is allowed but hardly meant."""
    _names: dict[Any, set[Any]] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.document.programme.slug

    @property
    def programme(self) -> Programme:
        """The row; there is one as soon as the first step is done."""
        assert self.stock.programme is not None
        return self.stock.programme

    def add(self, row: Row) -> Row:
        """Put a new row into the session: hanging on another does not."""
        self.session.add(row)
        return row

    def fault(self, item: Item, attribute: str, message: str, **values: object) -> None:
        """Note what is wrong with a field of the file, seen from the database."""
        path = f"{item.path}/{attribute}" if item.has(attribute) else item.path
        self.problems.add(item.line_of(attribute), path, message, **values)

    def times(self, item: Dated) -> dict[str, Any]:
        """When a new thing came to be and was changed.

        What a new programme's file does not say is as old as the programme itself.
        """
        usual = self.document.programme.created_at if self.new else None
        created = item.created_at or usual or self.now
        return {"created_at": created, "changed_at": item.changed_at or created}

    def fresh(self, column: Any, wanted: Any) -> bool:
        """Whether no row has this value in a unique column yet; from now on one has."""
        taken = self._taken(column, (column,))
        if wanted in taken:
            return False
        taken.add(wanted)
        return True

    def fresh_uid(self, wanted: str) -> bool:
        """The same of a UID, which an event and an agenda item may not share either."""
        taken = self._taken("uid", (Event.uid, AgendaItem.uid))
        if wanted in taken:
            return False
        taken.add(wanted)
        return True

    def _taken(self, name: Any, columns: Iterable[Any]) -> set[Any]:
        if name not in self._names:
            self._names[name] = {
                value for column in columns for value in self.session.scalars(select(column))
            }
        return self._names[name]

    def uuid(self, column: Any, item: Any, usual: UUID) -> UUID:
        """The UUID of a new row: the file's, else the usual one, else (if taken) a random one."""
        if item.id is not None:
            if not self.fresh(column, item.id):
                self.fault(item, "id", "Something else has this id already; take the line out.")
            return UUID(str(item.id))
        return usual if self.fresh(column, usual) else uuid4()

    def links(self, item: Any, *attributes: str) -> dict[str, Any]:
        """The rows that an item's handles mean, by attribute."""
        known: Mapping[str, Mapping[str, Any]] = {
            "organisation": self.organisations,
            "person": self.people,
            "contact": self.people,
            "pair": self.pairs,
            "event": self.events,
            "theme": self.themes,
            "series": self.series,
        }
        return {
            attribute: known[attribute][handle] if (handle := getattr(item, attribute)) else None
            for attribute in attributes
        }

    def keep_missing(self, section: str, there: Iterable[str], wanted: Iterable[str]) -> None:
        """Note what the database has in a section and the file has not: it stays."""
        for handle in sorted(set(there) - set(wanted)):
            self.log.keep(f"{section}/{handle}")
