"""Statements handed to the driver as text, made once: SQLAlchemy's way there costs several times
what SQLite takes to run them. Only for what runs once a mail.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement


class Prepared:
    """One statement in the words of one database. `run` takes what its `bindparam`s name."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)  # no DDL
        self.text = str(compiled)
        self._order = compiled.positiontup
        self._processors: dict[str, Callable[[Any], Any] | None] = {
            name: bound.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bound in compiled.binds.items()
        }

    def run(self, cursor: Any, values: Mapping[str, Any]) -> Any:
        """Run it on a driver's cursor, and give that back."""
        named = self._order is None
        cursor.execute(self.text, self._written(values) if named else self.ordered(values))
        return cursor

    def ordered(self, values: Mapping[str, Any]) -> list[Any]:
        """What its places take, in their order."""
        assert self._order is not None  # its places have numbers
        written = self._written(values)
        return [written[name] for name in self._order]

    def _written(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: process(values[name]) if process else values[name]
            for name, process in self._processors.items()
        }


@lru_cache(maxsize=64)
def prepared(statement: ClauseElement, dialect: Dialect) -> Prepared:
    """The statement for a database, kept: `statement` should be one of a module's."""
    return Prepared(statement, dialect)
