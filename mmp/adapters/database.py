"""The database: SQLite by default, PostgreSQL by MMP_DATABASE_URL."""

import sqlite3
from typing import Any

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from mmp.models import Base

BUSY_TIMEOUT_MS = 5_000

CLOCK = "clock"
"""Under this name a session's `info`, and an application's extensions, hold the clock. What is
planned when a session commits reads its time there."""


class ClockedSession(Session):
    """A session that knows the application's clock."""

    def __init__(self, db: SQLAlchemy, **options: Any) -> None:
        super().__init__(db, **options)
        if clock := current_app.extensions.get(CLOCK):
            self.info[CLOCK] = clock


db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"class_": ClockedSession},
)


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, record: object) -> None:
    """WAL lets feeds be read while someone writes; foreign keys are off in SQLite unless asked."""
    if not isinstance(connection, sqlite3.Connection):
        return
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


def engine_options(database_url: str) -> dict[str, Any]:
    """How to connect. Errors hide their values, for these go to the log; stale PostgreSQL
    connections are noticed before they are used."""
    options: dict[str, Any] = {"hide_parameters": True}
    return options if database_url.startswith("sqlite") else options | {"pool_pre_ping": True}


def apart(engine: Engine) -> Engine:
    """The same PostgreSQL by connections that are made when asked for and end with their use, on
    which the driver prepares no statements: whoever prepares their own keeps them."""
    options = engine_options(str(engine.url)) | {"poolclass": NullPool}
    return create_engine(engine.url, connect_args={"prepare_threshold": None}, **options)


def close() -> None:
    """Let go of the database: its file can then be moved. Needs an application context."""
    db.session.remove()
    db.engine.dispose()
