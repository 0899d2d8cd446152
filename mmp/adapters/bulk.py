"""Many rows into one table at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import IntegrityError

MANY = 100
"""From so many on, COPY takes less than half the time of single INSERTs."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns; others get what the database itself gives.

    Raises IntegrityError as an INSERT does.
    """
    if connection.dialect.name != "postgresql" or len(rows) < MANY:
        if rows:
            connection.execute(insert(table), list(rows))
        return
    dialect, columns = connection.dialect, [table.c[name] for name in rows[0]]
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in columns)
    copy_in = f"COPY {quote(table.name)} ({names}) FROM STDIN"
    written = [
        (column.name, column.type.dialect_impl(dialect).bind_processor(dialect))
        for column in columns
    ]
    driver: Any = dialect.dbapi
    ours: Any = connection.connection.driver_connection
    try:
        with ours.cursor() as cursor, cursor.copy(copy_in) as copy:
            for row in rows:
                copy.write_row(
                    [process(row[name]) if process else row[name] for name, process in written]
                )
    except driver.IntegrityError as error:
        raise IntegrityError(copy_in, None, error, hide_parameters=True) from error
