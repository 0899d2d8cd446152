"""Everything held about somebody, as it stands in the tables: complete by construction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from mmp.models import Base, HistoryEntry, PairMember, Person, TalkLog
from mmp.services.privacy.spellings import holds_text
from mmp.services.privacy.traces import BEYOND, FATES, NOT_HANDED_OUT, Fate

_OF_ACTS = ("subject_kind", "action")
Rows = Sequence[Mapping[str, Any]]


def held_about(session: Session, person: Person) -> dict[str, Rows]:
    """By table all rows of or about the person, as JSON, and that they did what they did; what
    those acts say of others is not theirs."""
    found: dict[str, Rows] = {}
    tables = Base.metadata.tables
    found["person"] = _rows(session, tables["person"], tables["person"].c.id == person.id)
    for table in Base.metadata.sorted_tables:
        if pointing := _pointing(table, person):
            found[table.name] = _rows(session, table, or_(*pointing))
        if acts := _pointing(table, person, acts=True):
            # What they did to others: that they did it, without what it says of these.
            found[f"acts_{table.name}"] = _rows(session, table, or_(*acts), plain=True)
    for name, (column, owner) in BEYOND.items():
        table = tables[name]
        numbers = select(tables[owner].c.id).where(or_(*_pointing(tables[owner], person)))
        found[name] = _rows(session, table, table.c[column].in_(numbers))
    pairs = select(PairMember.pair_id).where(PairMember.person_id == person.id)
    found["pair"] = _rows(session, tables["pair"], tables["pair"].c.id.in_(pairs))
    logs = TalkLog.__table__
    assert isinstance(logs, Table)
    found["talk_log"] = _rows(session, logs, logs.c.pair_id.in_(pairs))
    history = HistoryEntry.__table__
    assert isinstance(history, Table)
    found["history_entry"] = _rows(session, history, history.c.subject_uuid == person.uuid)
    return {name: rows for name, rows in found.items() if rows}


def _pointing(table: Table, person: Person, *, acts: bool = False) -> list[ColumnElement[bool]]:
    return [
        column == person.id
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "person"
        and (FATES.get(f"{table.name}.{column.name}") is Fate.KEPT) is acts
    ]


def _rows(
    session: Session, table: Table, which: ColumnElement[bool], *, plain: bool = False
) -> Rows:
    columns = [
        one
        for one in table.columns
        if f"{table.name}.{one.name}" not in NOT_HANDED_OUT
        and not (plain and holds_text(one) and one.name not in _OF_ACTS)
    ]
    order = list(table.primary_key.columns)
    rows = session.execute(select(*columns).where(which).order_by(*order))
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]


def _plain(value: Any) -> Any:
    match value:
        case StrEnum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes():
            return len(value)
        case _:
            return value
