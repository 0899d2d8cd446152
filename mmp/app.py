"""The Flask application: the only file that knows every room."""

import os
from functools import lru_cache
from types import TracebackType
from typing import Any

from flask import Flask, request
from werkzeug.local import LocalProxy

from mmp import web
from mmp.adapters import logs
from mmp.adapters.clock import Clock, FileClock
from mmp.adapters.database import CLOCK, db, engine_options
from mmp.config import ASSETS, PACKAGE, Settings

MAX_UPLOAD = 25 * 1024 * 1024


class Application(Flask):
    """Flask, but without the addresses of pages in its log: a feed's is a secret."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        self.logger.error("Error in %s %s", request.method, request.endpoint, exc_info=exc_info)


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> Flask:
    """Build the application from settings (by default those of the environment) and a clock."""
    if settings is None:  # a web server other than ours has called
        settings = Settings.load()
        logs.set_up(settings.log)
    logs.hide(*settings.hidden)
    app = Application(
        "mmp",
        instance_path=str(settings.instance),
        template_folder=str(ASSETS / "templates"),
        static_folder=str(ASSETS / "static"),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    db.init_app(app)
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":  # Flask's own sign: `flask db ...`
        _add_migrations(app)
    else:
        app.extensions["migrate"] = LocalProxy(_migrations)
    clock = clock or FileClock(settings.instance / "clock.json")
    app.extensions[CLOCK] = clock
    web.install(
        app,
        clock=clock,
        feed_secret=settings.feed_secret,
        base_url=settings.base_url,
        documents=settings.documents,
        mail_is_kept=settings.mail_url.startswith("dir:"),
        trusted_proxies=settings.trusted_proxies,
    )
    return app


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
