"""The migrations make what the models say, can be undone, and can be redone."""

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect

from mmp.adapters.database import db
from mmp.app import create_app
from mmp.config import PACKAGE, Settings
from mmp.models import Base


@pytest.fixture
def app(empty_database_url: str, instance: Path) -> Iterator[Flask]:
    """The application on a database without tables."""
    app = create_app(Settings.load({"MMP_DATABASE_URL": empty_database_url}, instance=instance))
    with app.app_context():
        yield app
        db.engine.dispose()


def _tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_up_down_up(app: Flask) -> None:
    flask_migrate.upgrade()
    assert _tables() == set(Base.metadata.tables)
    flask_migrate.downgrade(revision="base")
    assert _tables() == set()
    flask_migrate.upgrade()
    assert _tables() == set(Base.metadata.tables)


def test_each_step_can_be_undone(app: Flask) -> None:
    for _ in list(ScriptDirectory(str(PACKAGE / "migrations")).walk_revisions()):
        flask_migrate.upgrade(revision="+1")
        before = _tables()
        flask_migrate.downgrade(revision="-1")
        flask_migrate.upgrade(revision="+1")
        assert _tables() == before


def test_models_and_migrations_agree(app: Flask) -> None:
    flask_migrate.upgrade()
    options = app.extensions["migrate"].migrate.alembic_ctx_kwargs
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, Base.metadata)
    assert differences == [], "a migration is missing"


def test_one_line_of_history() -> None:
    assert len(ScriptDirectory(str(PACKAGE / "migrations")).get_heads()) == 1
