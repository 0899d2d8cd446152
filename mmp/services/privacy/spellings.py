"""Finding and taking out what somebody is called, in every text of every table."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import JSON, Column, String, Table, Text, cast, or_, select, update
from sqlalchemy.orm import Session

from mmp.models import Base, Person

INSTEAD: Final = "–"
_TOO_SHORT: Final = 4
"""Letters: what is shorter would be found in other words."""


def spellings_of(person: Person) -> list[str]:
    """Names, address and handle of a person, longest first."""
    found = long_enough({person.name, person.name_native, person.email, person.key})
    return sorted(found, key=len, reverse=True)


def long_enough(words: Iterable[str | None]) -> frozenset[str]:
    """Those that can be looked for."""
    return frozenset(one.strip() for one in words if one and len(one.strip()) >= _TOO_SHORT)


def take_out(session: Session, spellings: Iterable[str], *, spare: Iterable[str] = ()) -> list[str]:
    """Put a dash wherever one of them stands as a word, in all tables but those of `spare`; gives
    the tables where something was found. Numbers of rows stay, their versions rise."""
    wanted = re.compile(
        "|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in spellings), re.IGNORECASE
    )
    touched = []
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if holds_text(column)]
        if table.name in spare or not columns or "id" not in table.columns:
            continue
        if _clean(session, table, columns, list(spellings), wanted):
            touched.append(table.name)
    return touched


def without(value: Any, wanted: re.Pattern[str]) -> Any:
    """A value of JSON without what is wanted."""
    match value:
        case str():
            return wanted.sub(INSTEAD, value)
        case Mapping():
            return {key: without(part, wanted) for key, part in value.items()}
        case list():
            return [without(part, wanted) for part in value]
        case _:
            return value


def holds_text(column: Column[Any]) -> bool:
    """Whether people's words may stand in it."""
    if column.primary_key or column.foreign_keys:
        return False
    return type(column.type) in (String, Text) or isinstance(column.type, JSON)


def _clean(
    session: Session,
    table: Table,
    columns: list[Column[Any]],
    spellings: list[str],
    wanted: re.Pattern[str],
) -> bool:
    patterns = {form for one in spellings for form in (one, json.dumps(one)[1:-1])}
    found = or_(
        *(
            cast(column, Text).icontains(pattern, autoescape=True)
            for column in columns
            for pattern in patterns
        )
    )
    rows = session.execute(select(table.c.id, *columns).where(found)).all()
    changed = False
    for number, *values in rows:
        new = {
            column.name: cleaned
            for column, value in zip(columns, values, strict=True)
            if (cleaned := without(value, wanted)) != value
        }
        if not new:
            continue
        changed = True
        if "version" in table.columns:
            new["version"] = table.c.version + 1
        session.execute(
            update(table).where(table.c.id == number).values(new),
            execution_options={"erasing": True, "synchronize_session": False},
        )
    return changed
