"""The Flask application: the only file that knows every room."""

from types import TracebackType

from flask import Flask, request

from mmp import web
from mmp.adapters import backroom, logs
from mmp.adapters.clock import Clock, FileClock
from mmp.config import ASSETS, Settings

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
    app = Application(
        "mmp",
        instance_path=str(settings.instance),
        template_folder=str(ASSETS / "templates"),
        static_folder=str(ASSETS / "static"),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    clock = clock or FileClock(settings.clock_file)
    backroom.furnish(app, settings, clock)
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
