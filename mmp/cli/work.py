"""What a command needs to work on an instance: settings, clock, database session, one commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from mmp.adapters.clock import Clock
    from mmp.config import Settings


@dataclass(frozen=True, slots=True)
class Work:
    """An open instance."""

    settings: Settings
    clock: Clock
    session: Session


@contextmanager
def open_instance(instance: Path | None = None, *, migrated: bool = True) -> Iterator[Work]:
    """Open the instance (by default that of the environment); commit once at the end, or nothing.

    Raises SettingsError, and NotMigrated where the tables are not those of this version, unless the
    command is there to make them so (`migrated=False`).
    """
    from mmp.adapters import revisions  # heavy: SQLAlchemy
    from mmp.adapters.backroom import back_room  # heavy: Flask
    from mmp.adapters.database import CLOCK, db
    from mmp.config import Settings  # read only when a command needs it

    settings = Settings.load(instance=instance)
    app = back_room(settings)
    with app.app_context():
        session = db.session()
        try:
            if migrated:
                revisions.require_head()
            yield Work(settings, app.extensions[CLOCK], session)
            session.commit()
        finally:
            session.close()
            db.engine.dispose()


def warn_of_demo(work: Work) -> None:
    """Say so where people's own data is about to go among the demo's."""
    if work.clock.shifted:
        click.echo(
            f"mmp: {work.settings.instance} is the demo; for data of your own name another "
            "folder with MMP_INSTANCE.",
            err=True,
        )
