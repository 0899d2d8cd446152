"""An instance to measure on: all tables, no rows, gone afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from mmp.adapters.database import db
from mmp.app import create_app
from mmp.config import Settings


@contextmanager
def instance() -> Iterator[tuple[Flask, dict[str, str]]]:
    """The application, in whose context the block runs, and the environment that names it."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"MMP_INSTANCE": folder}
        app = create_app(Settings.load(environ))
        with app.app_context():
            db.create_all()
            yield app, environ
