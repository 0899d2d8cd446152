"""The state of the database's tables: what they are, what this version needs, how to get there.

Everything here needs an application context.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import inspect

from mmp.adapters.database import db
from mmp.core.errors import UserError
from mmp.models import Base


class NotMigrated(UserError):
    """The tables are not those that this version of the program needs."""

    code = "not_migrated"
    exit_status = 1


def _config() -> Config:
    return cast(Config, current_app.extensions["migrate"].migrate.get_config())


def head() -> str:
    """The revision that this version needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def known(revision: str) -> bool:
    """Whether this version can migrate from `revision`; it cannot from a newer program's."""
    scripts = ScriptDirectory.from_config(_config())
    return any(script.revision == revision for script in scripts.walk_revisions())


def current() -> str | None:
    """The revision of the database; None where there are no tables."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_head() -> None:
    """Raise NotMigrated, with what to type, unless the tables are those of this version."""
    revision = current()
    if revision == head():
        return
    _refuse_foreign(revision)
    if revision is None:
        raise NotMigrated("The database has no tables yet. Make them with: mmp db upgrade")
    raise NotMigrated(
        "The database is at revision %(revision)s, this mmp needs %(head)s. "
        "Make a backup (mmp backup FILE), then type: mmp db upgrade",
        revision=revision,
        head=head(),
    )


def _refuse_foreign(revision: str | None) -> None:
    """Raise NotMigrated for tables that this program can do nothing about."""
    if revision is None:
        if inspect(db.engine).has_table("programme"):
            raise NotMigrated(
                "The database has tables but no revision: mmp did not make them this way. "
                "Restore a backup, or name another database with MMP_DATABASE_URL."
            )
    elif not known(revision):
        raise NotMigrated(
            "The database is at revision %(revision)s, which a newer mmp made. Upgrade mmp.",
            revision=revision,
        )


def upgrade() -> tuple[str | None, str]:
    """Bring the tables to this version's; give the revision before and after."""
    before = current()
    if before is None or not known(before):
        _refuse_foreign(before)
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


def close() -> None:
    """Let go of the database: its file can then be moved."""
    db.session.remove()
    db.engine.dispose()
