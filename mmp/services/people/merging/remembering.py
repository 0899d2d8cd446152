"""What joining two records changes, row by row, so that it can be taken apart for a while."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Column, LargeBinary, Table, select
from sqlalchemy.orm import Session

from mmp.models import Base, Person
from mmp.services.kept_rows import plain
from mmp.services.people.merging.references import JOINERS, references

UNTOUCHED: Final = frozenset({"sign_in", "sign_in_link", "history_entry"})
"""Tables whose rows do not come back: ways in that ended, and what was written down."""
NOT_AGAIN: Final = frozenset({"account"})
"""Tables of which what was dropped stays dropped: a password is nobody's to keep aside."""
_NOT_COMPARED: Final = frozenset({"id", "version", "calendar_counter", "changed_at", "search"})

Rows = dict[int, dict[str, Any]]
Memory = dict[str, Any]


def remember(session: Session, *people: Person) -> dict[str, Rows]:
    """All rows that joining these people may change or drop, by table and number."""
    numbers = [person.id for person in people]
    found: dict[str, Rows] = {"person": _rows(session, Person.__table__, "id", numbers)}  # type: ignore[arg-type]  # a Table
    for table, columns in _tables():
        here = found.setdefault(table.name, {})
        for column in columns:
            here |= _rows(session, table, column.name, numbers, whole=table.name in JOINERS)
    for table, column, parent in children():
        here = found.setdefault(table.name, {})
        here |= _rows(session, table, column.name, list(found.get(parent, ())))
    return found


def difference(before: dict[str, Rows], after: dict[str, Rows]) -> Memory:
    """What is not as it was: fields as `[old, new]`, and rows that are gone, whole."""
    changed: dict[str, dict[str, Any]] = {}
    dropped: dict[str, list[dict[str, Any]]] = {}
    for table, rows in before.items():
        for number, row in rows.items():
            now = after.get(table, {}).get(number)
            if now is None:
                if table not in NOT_AGAIN:
                    dropped.setdefault(table, []).append(row)
                continue
            fields = {
                name: [value, now[name]]
                for name, value in row.items()
                if name not in _NOT_COMPARED and now[name] != value
            }
            if fields:
                changed.setdefault(table, {})[str(number)] = fields
    return {"changed": changed, "dropped": dropped}


def children() -> Iterator[tuple[Table, Column[Any], str]]:
    """Tables that hang on those of which one row may be dropped: by what column, on which."""
    own = {table.name for table, _columns in _tables()}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                parent = key.column.table.name
                if parent in JOINERS and parent not in NOT_AGAIN and table.name not in own:
                    yield table, column, parent


def _tables() -> list[tuple[Table, list[Column[Any]]]]:
    found: dict[str, tuple[Table, list[Column[Any]]]] = {}
    for one in references(Base.metadata):
        if one.table.name not in UNTOUCHED:
            found.setdefault(one.table.name, (one.table, []))[1].append(one.column)
    return list(found.values())


def _rows(
    session: Session, table: Table, name: str, numbers: Iterable[int], *, whole: bool = True
) -> Rows:
    """Of a table whose rows only change hands, no more than to whom they belong."""
    columns = [
        column
        for column in table.columns
        if not isinstance(column.type, LargeBinary)
        and (whole or column.primary_key or _is_person(column))
    ]
    wanted = sorted(numbers)
    found: Rows = {}
    for start in range(0, len(wanted), 500):
        chunk = table.c[name].in_(wanted[start : start + 500])
        for row in session.execute(select(*columns).where(chunk)).mappings():
            found[row["id"]] = {key: plain(value) for key, value in row.items()}
    return found


def _is_person(column: Column[Any]) -> bool:
    return any(key.column.table.name == "person" for key in column.foreign_keys)
