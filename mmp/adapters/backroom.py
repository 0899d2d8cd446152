"""The application without its pages: the rows, for commands that show none.

It is there in a third of the time that the whole takes (`mmp.app`).
"""

import os
from functools import lru_cache
from typing import Any

from flask import Flask
from werkzeug.local import LocalProxy

from mmp.adapters import logs
from mmp.adapters.clock import Clock, FileClock
from mmp.adapters.database import CLOCK, db, engine_options
from mmp.config import PACKAGE, Settings


def back_room(settings: Settings) -> Flask:
    """An application with the instance's database and clock, and nothing else."""
    app = Flask("mmp", instance_path=str(settings.instance), static_folder=None)
    furnish(app, settings, FileClock(settings.clock_file))
    return app


def furnish(app: Flask, settings: Settings, clock: Clock) -> None:
    """Give an application the instance's database, its migrations and its clock."""
    logs.hide(*settings.hidden)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
    )
    db.init_app(app)
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":  # Flask's own sign: `flask db ...`
        _add_migrations(app)
    else:
        app.extensions["migrate"] = LocalProxy(_migrations)
    app.extensions[CLOCK] = clock


@lru_cache(maxsize=1)
def _migrations() -> Any:
    """Flask-Migrate's settings, read when a command migrates: serving pages needs no Alembic."""
    shelf = Flask("mmp.migrations")
    _add_migrations(shelf)
    return shelf.extensions["migrate"]


def _add_migrations(app: Flask) -> None:
    from flask_migrate import Migrate  # heavy: a quarter of a second and 12 MB

    folder = str(PACKAGE / "migrations")
    Migrate(app, db, directory=folder, render_as_batch=True, compare_type=True)
