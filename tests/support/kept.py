"""What is dear to make and stays the same: one application and one engine for many tests.

An application compiles two hundred addresses and each template it shows, an engine each statement
it sends: together half of a test's time. So a process of the run keeps them, and every test gets
them with a world of its own: database, folder, clock, limits, and settings as they were at first.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from flask import Flask

    from mmp.adapters.clock import Clock
    from mmp.config import Settings

_engines: dict[str, Engine] = {}
_Values = dict[str, Any]
_apps: dict[tuple[str, "Settings"], tuple["Flask", _Values, _Values, _Values]] = {}
"""With its configuration, views and extensions, as they were at first."""


def engine_for(url: str) -> Engine:
    """The engine of this kind of database, leading to this one of them."""
    from mmp.adapters.database import engine_options

    kind = make_url(url).get_backend_name()
    if kind not in _engines:
        _engines[kind] = _leadable(create_engine(url, **engine_options(url)))
    return _led(_engines[kind], url)


def app_for(settings: "Settings", clock: "Clock") -> "Flask":
    """The application with these settings, in the world that they and `clock` describe."""
    from mmp.adapters.database import CLOCK, db
    from mmp.adapters.limits import Limits
    from mmp.app import create_app
    from mmp.web.kept_feeds import KeptFeeds

    nowhere = Path()
    mail = settings.mail_url.partition(":")[0]
    shape = replace(settings, instance=nowhere, database_url="", mail_url=mail)
    key = (make_url(settings.database_url).get_backend_name(), shape)
    if key not in _apps:
        app = create_app(settings, clock=clock)
        with app.app_context():
            _leadable(db.engine)
        _apps[key] = (app, dict(app.config), dict(app.view_functions), dict(app.extensions))
    app, config, views, extensions = _apps[key]
    app.view_functions.update(views)
    app.extensions.update(extensions)
    app.config.clear()
    app.config.update(config, SQLALCHEMY_DATABASE_URI=settings.database_url)
    app.instance_path = str(settings.instance)
    app.testing = True
    app.extensions |= {
        CLOCK: clock,
        "mmp": replace(extensions["mmp"], clock=clock, documents=settings.documents),
        "mmp.kept_feeds": KeptFeeds(),
        "mmp.door": replace(extensions["mmp.door"], limits=Limits()),
    }
    with app.app_context():
        _led(db.engine, settings.database_url)
    return app


def _leadable(engine: Engine) -> Engine:
    """Let the engine connect to where its `url` leads by then."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, record: object, arguments: object, options: object) -> Any:
        positional, named = dialect.create_connect_args(engine.url)
        return dialect.connect(*positional, **named)

    return engine


def _led(engine: Engine, url: str) -> Engine:
    engine.dispose()
    engine.url = make_url(url)
    return engine
