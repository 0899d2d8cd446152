"""`mmp backup` and `mmp restore`: a whole instance in one file, and back."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mmp.core.errors import UserError

if TYPE_CHECKING:
    from mmp.adapters.manifest import Manifest

_FILE = click.Path(path_type=Path)


@click.command(short_help="Write the whole instance into one file.")
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Write over FILE if it exists.")
def backup(file: Path, *, force: bool) -> None:
    """Write the whole instance into FILE (.tar.gz): database, documents, secrets.

    Others may go on working meanwhile. Keep FILE as safe as the instance: who has it has all of it.
    """
    from importlib.metadata import version  # reads the package's files

    from mmp.adapters import backups  # heavy: SQLAlchemy
    from mmp.config import Settings  # read only when a command needs it

    _clean_up_when_stopped()
    file = file.absolute()
    manifest = backups.save(Settings.load(), file, version=version("mmp"), force=force)
    click.echo(f"{file}: {_contents(manifest)}")


@click.command(short_help="Make the instance what it was at a backup.")
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Give up what the instance holds now.")
def restore(file: Path, *, force: bool) -> None:
    """Make the instance what it was when FILE was written: all of it, or nothing on an error.

    Every feed address works again. Start `mmp` anew afterwards if it is running.
    """
    from mmp.adapters import backups, migrations, revisions  # heavy: SQLAlchemy, Alembic
    from mmp.adapters.backroom import back_room  # heavy: Flask
    from mmp.adapters.database import close, db
    from mmp.config import Settings  # read only when a command needs it
    from mmp.services import reminders
    from mmp.services.outbox import hold_all

    _clean_up_when_stopped()
    settings = Settings.load()
    _require_readable(file)

    held = planned = 0

    def known(revision: str) -> bool:
        with back_room(settings).app_context():
            return revisions.is_known(revision)

    def migrate(database_url: str) -> None:
        app = back_room(replace(settings, database_url=database_url))
        with app.app_context():
            migrations.upgrade()
            session = db.session()
            nonlocal held, planned
            held = hold_all(session, reason="restored from a backup")
            planned = reminders.hold_planned(session)
            session.commit()
            close()

    manifest = backups.restore(settings, file.absolute(), force=force, known=known, migrate=migrate)
    click.echo(f"{settings.instance}: {_contents(manifest)}, as of {manifest.created_at}")
    if held:
        click.echo(
            f"{held} mails waited to be sent when the backup was made and may have left since: "
            "they are held. Let them go with: mmp outbox release"
        )
    if planned:
        click.echo(
            f"{planned} reminders were planned when the backup was made and may have left since: "
            "they are held too. The same command lets them go."
        )


def _require_readable(file: Path) -> None:
    """Raise UserError for a file that is not there or may not be read, as other commands do."""
    try:
        file.open("rb").close()
    except OSError as error:
        raise UserError(
            "%(file)s cannot be read (%(why)s); give a file that can.",
            file=file,
            why=error.strerror,
        ) from error


def _contents(manifest: Manifest) -> str:
    documents = sum(name.startswith("documents/") for name in manifest.members)
    size = f"{manifest.size / 10**6:.1f} MB"
    return f"database ({manifest.database}), {documents} documents, secrets; {size}"


def _clean_up_when_stopped() -> None:
    # As Ctrl-C does: drafts go, what was moved aside comes back.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
