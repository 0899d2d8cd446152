"""A row as JSON for the history, and a row of what the history keeps."""

from typing import Any

from mmp.models import Base
from mmp.services.kept_rows import as_json, from_json


def kept(row: Base, *but: str) -> dict[str, Any]:
    """A row's columns as JSON, without the numbers of other rows and what `but` names."""
    left_out = {
        column.name
        for column in row.__table__.columns
        if column.foreign_keys or column.primary_key or column.key in ("version", *but)
    }
    return {name: value for name, value in as_json(row).items() if name not in left_out}


def read_back(kind: type[Base], values: dict[str, Any]) -> dict[str, Any]:
    """What `kept` gave, as the columns of a new row."""
    return from_json(kind.__table__, values)  # type: ignore[arg-type]  # a Table
