"""Statements that PostgreSQL works on while whoever asked goes on: libpq's pipeline, each prepared
once a connection. The driver's own way waits for the answers, and costs several times as much of
our time. Only for what runs once a mail.
"""

import select
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection, OperationalError, errors, pq
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.elements import ClauseElement

from mmp.adapters.prepared import Prepared, prepared

Statement = tuple[ClauseElement, Mapping[str, Any]]
Row = tuple[str | None, ...]
"""As text, as the server writes it."""

_LIBPQ: Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
"""That other driver's words are libpq's own: numbered places, each with its type."""


class Pipeline:
    """One of the driver's connections, from `ask` until `answers` this one's alone. Both raise the
    driver's errors; after one the connection is of no use any more."""

    def __init__(self, connection: "Connection[Any]") -> None:
        self._libpq = connection.pgconn
        # Only who never prepares anything by itself lets what others prepared be.
        self._keeps = connection.prepare_threshold is None
        self._names: dict[Prepared, bytes] = {}
        self._answers: list[bool] = []
        """Of each command sent, whether its result is one that was asked for."""
        self._results: list[Any] = []
        self._syncs = self._unsent = 0
        self.is_under_way = False
        """Whether the answers to something were not asked for yet."""

    def ask(self, *goes: Sequence[Statement]) -> None:
        """Send the statements. Unless a transaction has begun, each go is one, committed before
        the next begins."""
        assert not self.is_under_way, "the answers come first"
        self._answers, self._results, self._syncs = [], [], len(goes)
        if not self._keeps:
            self._names.clear()
        self.is_under_way = True
        self._libpq.enter_pipeline_mode()
        for go in goes:
            for statement, values in go:
                self._send(prepared(statement, _LIBPQ), values)
            self._libpq.pipeline_sync()
        self._unsent = self._libpq.flush()

    def _send(self, statement: Prepared, values: Mapping[str, Any]) -> None:
        if (name := self._names.get(statement)) is None:
            if not self._keeps:
                self._names.clear()  # there is one without a name at a time
            name = b"mmp_%d" % len(self._names) if self._keeps else b""
            self._names[statement] = name
            self._libpq.send_prepare(name, statement.text.encode())
            self._answers.append(False)
        ordered = statement.ordered(values)
        formats = [isinstance(one, bytes) for one in ordered]
        self._libpq.send_query_prepared(name, [_written(one) for one in ordered], formats)
        self._answers.append(True)

    @property
    def descriptor(self) -> int:
        """What can be read when something was answered."""
        return self._libpq.socket

    def is_answered(self) -> bool:
        """Whether all is there, without waiting."""
        if self._unsent:
            self._unsent = self._libpq.flush()
        self._libpq.consume_input()
        before: Any = True
        while self._syncs and not self._libpq.is_busy():
            result = self._libpq.get_result()
            if result is None:  # parts one command from the next
                if before is None:
                    raise OperationalError("the connection ended before all was answered")
            elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                self._syncs -= 1
            else:
                self._results.append(result)
            before = result
        return not self._syncs

    def wait(self) -> None:
        """Until all is answered."""
        while not self.is_answered():
            select.select((self.descriptor,), (self.descriptor,) if self._unsent else (), ())

    def answers(self) -> list[list[Row]]:
        """The rows of each statement, waited for."""
        self.wait()
        self._libpq.exit_pipeline_mode()
        self.is_under_way = False
        for result in self._results:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise errors.error_from_result(result)
        asked = zip(self._answers, self._results, strict=True)
        return [_rows(result) for is_answer, result in asked if is_answer]


def _written(value: Any) -> bytes | None:
    """As PostgreSQL reads it; the statement names the type."""
    if value is None or isinstance(value, bytes):
        return value
    return (value.isoformat() if isinstance(value, datetime) else str(value)).encode()


def _rows(result: Any) -> list[Row]:
    columns = range(result.nfields)
    return [
        tuple(_read(result.get_value(row, column)) for column in columns)
        for row in range(result.ntuples)
    ]


def _read(value: bytes | None) -> str | None:
    return None if value is None else value.decode()
