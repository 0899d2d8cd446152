"""The declarative base, column types and mixins that every row shares.

`eq=False` keeps rows hashable and `row in rows` free of SQL; `repr=False` keeps addresses and
password hashes out of log lines.
"""

import enum
from datetime import UTC, date, datetime
from typing import Any, ClassVar, dataclass_transform
from uuid import UUID, uuid4

from sqlalchemy import JSON, Date, DateTime, Enum, MetaData, String, Text, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    declared_attr,
    mapped_column,
    relationship,
)
from sqlalchemy.types import TypeDecorator

from mmp.core.texts import Translated


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only, gives them back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime: it would be an hour off somewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps no offset; what we wrote was UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WallDateTime(TypeDecorator[datetime]):
    """What a clock on the wall shows, in a zone kept beside it. Takes naive datetimes only."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse an aware datetime: its offset would be lost without a word."""
        if value is not None and value.tzinfo is not None:
            raise ValueError("a wall time has no offset; its zone is a column of its own")
        return value


NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass_transform(
    eq_default=False, kw_only_default=True, field_specifiers=(mapped_column, relationship)
)
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """The base of all rows. Table names are the class names in snake case."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        date: Date,
        str: Text,
        Translated: JSON,
        list[str]: JSON,
        dict[str, Any]: JSON,
        list[dict[str, Any]]: JSON,
        UUID: Uuid,
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            length=32,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return "".join(
            f"_{letter.lower()}" if letter.isupper() else letter for letter in cls.__name__
        ).lstrip("_")


@dataclass_transform(
    eq_default=False, kw_only_default=True, field_specifiers=(mapped_column, relationship)
)
class Identified(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """A row with an internal number and a public UUID that never changes."""

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    uuid: Mapped[UUID] = mapped_column(unique=True, default_factory=uuid4)


@dataclass_transform(
    eq_default=False, kw_only_default=True, field_specifiers=(mapped_column, relationship)
)
class Versioned(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """A row whose every update raises `version`; an update of an older version is refused."""

    version: Mapped[int] = mapped_column(init=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]  # set by the mapper


@dataclass_transform(
    eq_default=False, kw_only_default=True, field_specifiers=(mapped_column, relationship)
)
class Keyed(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """A row with a short, stable handle of letters, digits and hyphens, for files and addresses."""

    key: Mapped[str] = mapped_column(String(80))
