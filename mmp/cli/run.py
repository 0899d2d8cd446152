"""`mmp run`: serve an instance with people's own data."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from mmp.cli.scheduler import mail_leaves, stop_cleanly
from mmp.core.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from mmp.config import Settings

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000


@click.command()
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="Where to listen.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="0 for any free port.",
)
@click.option(
    "--no-scheduler",
    is_flag=True,
    help="Serve pages alone; mail leaves, and reminders are planned, where mmp scheduler runs.",
)
def run(host: str, port: int, no_scheduler: bool) -> None:
    """Serve this instance until Ctrl-C."""
    stop_cleanly()
    from mmp.adapters import revisions, server  # heavy: SQLAlchemy
    from mmp.adapters.database import close
    from mmp.app import create_app  # heavy: Flask
    from mmp.config import Settings  # read only when a command needs it

    with server.bind(host, port) as sock:
        settings = Settings.load(served_at=server.address(sock, host))
        if settings.clock_file.exists():
            raise UserError(
                "%(folder)s is the demo: start it with mmp demo. For data of your own name "
                "another folder, for example: MMP_INSTANCE=%(other)s %(mmp)s run",
                folder=settings.instance,
                other=settings.instance / "own",
                mmp=called_as(),
            )
        app = create_app(settings)
        with app.app_context():
            try:
                if revisions.is_new():
                    from mmp.adapters import migrations  # heavy: Alembic

                    migrations.upgrade()
                revisions.require_head()
                lines = _greeting(settings)
            finally:
                close()
        server.note_address(settings)
        with nullcontext() if no_scheduler else mail_leaves(settings):
            server.serve(app, sock, ready=lambda: click.echo(lines))


def _greeting(settings: Settings) -> str:
    """Where it serves; and, as long as nobody has an account, where to make the first, once."""
    from mmp.adapters.clock import FileClock  # heavy, with the rows
    from mmp.adapters.database import db
    from mmp.services.sign_in import first_run_address

    session = db.session()
    serving = f"Serving {settings.base_url}/ (stop with Ctrl-C)"
    address = first_run_address(
        session,
        now=FileClock(settings.clock_file).now(),
        base_url=settings.base_url,
        secret=settings.secret_key,
    )
    session.commit()
    if address is None:
        return serving
    return f"{serving}\nNobody has an account yet. Make the first, once, within a day:\n{address}"


def called_as(instance: Path | None = None) -> str:
    """How to type `mmp` here and now: by its path unless the shell finds this very one by itself.

    With `instance` for the folder that was named by an option, which other commands must be told.
    """
    import shutil  # for one line, shown by few commands
    import sys

    typed = sys.argv[0]
    found = shutil.which("mmp")
    on_path = bool(found) and os.path.realpath(found or "") == os.path.realpath(typed)
    name = "mmp" if on_path or os.path.basename(typed) != "mmp" else typed  # noqa: PTH119
    return f"MMP_INSTANCE={instance} {name}" if instance else name
