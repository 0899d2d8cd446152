"""Brings the database's tables to where this version needs them, and back.

Everything here needs an application context.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError
from flask import current_app

from mmp.adapters.database import db
from mmp.adapters.revisions import current, head, require_known
from mmp.core.errors import UserError
from mmp.models import Base


def _config() -> Config:
    return cast(Config, current_app.extensions["migrate"].migrate.get_config())


def upgrade() -> tuple[str | None, str]:
    """Bring the tables to this version's; give the revision before and after."""
    before = current()
    require_known(before)
    if before != head():
        command.upgrade(_config(), "head")
    return before, head()


def downgrade(revision: str) -> tuple[str | None, str | None]:
    """Undo migrations down to `revision` ("-1", "base"); give the revision before and after.

    Raises UserError for a revision that is not there.
    """
    before = current()
    with _told_to_people():
        command.downgrade(_config(), revision)
    return before, current()


def differences() -> list[str]:
    """What the tables are not as the models say, a line each; none in a sound program."""
    options = current_app.extensions["migrate"].migrate.alembic_ctx_kwargs
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        return [_told(difference) for difference in compare_metadata(context, Base.metadata)]


def _told(difference: Any) -> str:
    """What Alembic says in tables and columns, in their names: `add_column mail subject`."""
    act, *about = difference[0] if isinstance(difference, list) else difference
    names = [thing if isinstance(thing, str) else getattr(thing, "name", None) for thing in about]
    return " ".join([act, *(name for name in names if name)])


def revise(message: str) -> str:
    """Write a migration for what the models have and the tables have not; give its path."""
    with _told_to_people():
        script = command.revision(_config(), message, autogenerate=True)
    if isinstance(script, list) or script is None:
        raise UserError("Nothing was written.")
    return script.path


@contextmanager
def _told_to_people() -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise UserError("%(why)s", why=str(error).rstrip(".") + ".") from error
