"""Rows as JSON and back, with the numbers of the rows they point to."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Date, Enum, Table, Uuid

from mmp.models import Base
from mmp.models.base import UTCDateTime, WallDateTime


def as_json(row: Base) -> dict[str, Any]:
    """Every column of a row."""
    return {column.name: plain(getattr(row, column.key)) for column in row.__table__.columns}


def from_json(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """What `as_json` gave, as the columns of `table`; columns that are new since stay out."""
    return {
        column.name: typed(column.type, values[column.name])
        for column in table.columns
        if column.name in values
    }


def plain(value: Any) -> Any:
    """One value as JSON."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def typed(kind: Any, value: Any) -> Any:
    """What `plain` gave, for a column of this type."""
    if value is None:
        return None
    if isinstance(kind, UTCDateTime | WallDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Uuid):
        return UUID(value)
    if isinstance(kind, Enum):
        return cast(type[StrEnum], kind.enum_class)(value)
    return value
