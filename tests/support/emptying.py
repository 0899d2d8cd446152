"""A PostgreSQL database for one test after another: emptied in a tenth of the time of a copy."""

import time
from typing import Any, LiteralString

from tests.support.postgres import Cluster

PATIENCE = 1
"""Seconds for those whose connection was ended."""

_SHAPE: LiteralString = """
    SELECT count(*), sum(xmin::text::bigint) FROM (
        SELECT xmin FROM pg_class WHERE oid >= 16384
        UNION ALL SELECT xmin FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT xmin FROM alembic_version
    ) AS rows"""
_FILLED: LiteralString = """
    SELECT string_agg(quote_ident(relname), ',') FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0"""
_OTHERS: LiteralString = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_FROM_ONE: LiteralString = """
    SELECT count(setval(oid::regclass, 1, false)) FROM pg_class
    WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"""


class Reused:
    """A database with all tables and no rows."""

    def __init__(self, cluster: Cluster, name: str, template: str) -> None:
        self._cluster, self._name = cluster, name
        self.url = cluster.create(name, template)
        self._connection = cluster.connect(name)
        self._shape = self._row(_SHAPE)
        assert self._row(_FILLED) == (None,), "what migrations write must be there for every test"

    def emptied(self) -> bool:
        """Whether it is again as it was at first; not where the tables themselves were changed."""
        deadline = time.monotonic() + PATIENCE
        while self._row(_OTHERS) != (0,):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.001)
        if self._row(_SHAPE) != self._shape:
            return False
        (filled,) = self._row(_FILLED)
        if filled:
            # As replicas do, without looking at foreign keys.
            deletes = ";".join(f"DELETE FROM {table}" for table in filled.split(","))
            self._connection.execute(f"SET session_replication_role = replica;{deletes}".encode())
            # The next rows shall lie in the order in which they come, as in a new table.
            self._connection.execute(f"VACUUM {filled}".encode())
        self._connection.execute(_FROM_ONE)
        return self._row(_FILLED) == (None,)

    def _row(self, statement: LiteralString) -> tuple[Any, ...]:
        row = self._connection.execute(statement).fetchone()
        assert row is not None
        return row

    def let_go(self) -> None:
        """Stop looking after it."""
        self._connection.close()

    def drop(self) -> None:
        self.let_go()
        self._cluster.drop(self._name)
