"""Which migrations this version has and which one the database is at, without loading Alembic.

A server asks this at every start; Alembic would cost it a quarter of a second and 10 MB for good.
Everything that asks the database needs an application context.
"""

import re
from functools import lru_cache

from sqlalchemy import inspect, text

from mmp.adapters.database import db
from mmp.config import PACKAGE
from mmp.core.errors import UserError

_REVISION = re.compile(r'^(revision|down_revision) = (?:"(.+)"|None)$', re.MULTILINE)


class NotMigrated(UserError):
    """The tables are not those that this version of the program needs."""

    code = "not_migrated"
    exit_status = 1


@lru_cache(maxsize=1)
def _chain() -> dict[str, str | None]:
    """Each revision of this version with the one it follows."""
    found = {}
    for path in (PACKAGE / "migrations" / "versions").glob("*.py"):
        values = dict(_REVISION.findall(path.read_text("utf-8")))
        found[values["revision"]] = values["down_revision"] or None
    return found


def head() -> str:
    """The revision that this version needs."""
    (last,) = _chain().keys() - set(_chain().values())
    return last


def current() -> str | None:
    """The revision of the database; None where there are no tables."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def is_new() -> bool:
    """Whether the database has no tables at all."""
    return current() is None and not inspect(db.engine).has_table("programme")


def require_head() -> None:
    """Raise NotMigrated, with what to type, unless the tables are those of this version."""
    revision = current()
    if revision == head():
        return
    require_known(revision)
    if revision is None:
        raise NotMigrated("The database has no tables yet. Make them with: mmp db upgrade")
    raise NotMigrated(
        "The database is at revision %(revision)s, this mmp needs %(head)s. "
        "Make a backup (mmp backup FILE), then type: mmp db upgrade",
        revision=revision,
        head=head(),
    )


def is_known(revision: str) -> bool:
    """Whether this version can migrate from `revision`; it cannot from a newer program's."""
    return revision in _chain()


def require_known(revision: str | None) -> None:
    """Raise NotMigrated for tables that this program can do nothing about."""
    if revision is None:
        if inspect(db.engine).has_table("programme"):
            raise NotMigrated(
                "The database has tables but no revision: mmp did not make them this way. "
                "Restore a backup, or name another database with MMP_DATABASE_URL."
            )
    elif not is_known(revision):
        raise NotMigrated(
            "The database is at revision %(revision)s, which a newer mmp made. Upgrade mmp.",
            revision=revision,
        )
