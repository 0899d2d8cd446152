"""Runs the migrations with the application's own engine, so that its pragmas and options hold.

Each migration is one transaction: interrupted, or on a full disk, it leaves things as they were.
"""

from alembic import context
from flask import current_app
from sqlalchemy import event
from sqlalchemy.engine import Connection

from mmp.adapters.database import db
from mmp.models import Base


def set_up_sqlite(connection: Connection) -> None:
    """Make SQLite behave as the rest does; the connection is not used for anything else again.

    To change a table SQLite is given a new one in its place: dropping the old one must not delete
    what refers to it (ON DELETE CASCADE), so that foreign keys are checked afterwards instead.
    Python's driver begins no transaction for CREATE and ALTER unless it is told to.
    """
    connection.detach()
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.commit()
    event.listen(connection, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))


def run(connection: Connection) -> None:
    """Migrate on one connection, each migration in its own transaction."""
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        set_up_sqlite(connection)
    options = current_app.extensions["migrate"].configure_args
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        transactional_ddl=True,
        **options,
    )
    with context.begin_transaction():
        context.run_migrations()
    if on_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise RuntimeError(f"a migration left a row of {broken[0]} that refers to none")


with db.engine.connect() as connection:
    run(connection)
