"""A row as JSON for the history, and a row of what the history keeps."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Enum, Uuid
from sqlalchemy.types import TypeEngine

from mmp.models import Base
from mmp.models.base import UTCDateTime, WallDateTime


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
