"""`mmp doctor`: is everything as it should be, and if not, what to do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmp.adapters.checkup import Finding
    from mmp.config import Settings


@click.command(short_help="Say whether all is well, and how to mend it.")
def doctor() -> None:
    """Look at versions, settings, instance folder, database, mail; status 1 where one is wrong."""
    bad = 0
    for finding in _findings():
        bad += finding.level == "FAIL"
        click.echo(f"{finding.level:<4}  {finding.text}")
    if bad:
        raise SystemExit(1)


def _findings() -> Iterator[Finding]:
    from mmp.adapters import checkup  # heavy: SQLAlchemy, Alembic
    from mmp.config import Settings  # read only when a command needs it
    from mmp.core.errors import SettingsError

    yield from checkup.of_program()
    yield from checkup.of_zones()
    try:
        settings = Settings.load()
    except SettingsError as error:
        yield checkup.Finding("FAIL", f"settings: {error}")
        return
    yield from checkup.guarded(partial(checkup.of_instance, settings), "instance")
    yield from checkup.guarded(partial(_of_database, settings), "database")
    yield from checkup.of_mail(settings)
    yield from checkup.of_mailbox(settings)
    yield from checkup.of_address(settings)
    yield from checkup.of_clock(settings)


def _of_database(settings: Settings) -> Iterator[Finding]:
    from mmp.adapters import checkup  # heavy: SQLAlchemy
    from mmp.adapters.backroom import back_room  # heavy: Flask
    from mmp.adapters.database import close

    with back_room(settings).app_context():
        try:
            sound = True
            for finding in checkup.of_database(settings):
                sound = sound and finding.level != "FAIL"
                yield finding
            if sound:
                yield from _of_events()
        finally:
            close()


def _of_events() -> Iterator[Finding]:
    """Whether the law of time has moved events since their hours were worked out."""
    from mmp.adapters import checkup  # heavy: SQLAlchemy
    from mmp.adapters.database import CLOCK, db
    from mmp.services import time_law

    moved = time_law.count_moved(db.session(), now=db.session().info[CLOCK].now())
    if moved:
        where = "a coordinator decides, at Working days, then The law of time"
        yield checkup.Finding("warn", f"law of time: {moved} events to come have moved: {where}")
    else:
        yield checkup.Finding("ok", "law of time: no event to come has moved")
