"""Runs the migrations with the application's own engine, so that its pragmas and options hold."""

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

from mmp.adapters.database import db
from mmp.models import Base


def run(connection: Connection) -> None:
    """Migrate on one connection, each migration in its own transaction."""
    options = current_app.extensions["migrate"].configure_args
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        **options,
    )
    with context.begin_transaction():
        context.run_migrations()


with db.engine.connect() as connection:
    run(connection)
