"""The Flask application: the only file that knows every room."""

from types import TracebackType

from flask import Flask, request
from flask_migrate import Migrate

from mmp import web
from mmp.adapters.clock import Clock, FileClock
from mmp.adapters.database import db, engine_options
from mmp.config import ASSETS, PACKAGE, Settings

MAX_UPLOAD = 25 * 1024 * 1024
migrate = Migrate(directory=str(PACKAGE / "migrations"), render_as_batch=True, compare_type=True)


class Application(Flask):
    """Flask, but without the addresses of pages in its log: a feed's is a secret."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        self.logger.error("Error in %s %s", request.method, request.endpoint, exc_info=exc_info)


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> Flask:
    """Build the application from settings (by default those of the environment) and a clock."""
    settings = settings or Settings.load()
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
    migrate.init_app(app, db)
    web.install(
        app,
        clock=clock or FileClock(settings.instance / "clock.json"),
        feed_secret=settings.feed_secret,
        base_url=settings.base_url,
        documents=settings.documents,
        trusted_proxies=settings.trusted_proxies,
    )
    return app
