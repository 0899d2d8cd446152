"""The `mmp` command. Modules here import little at the top: `mmp --help` must stay quick."""

import errno
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from mmp.adapters import logs
from mmp.cli.account import account
from mmp.cli.backup import backup, restore
from mmp.cli.clock import clock
from mmp.cli.db import db
from mmp.cli.demo import demo
from mmp.cli.doctor import doctor
from mmp.cli.feeds import feed
from mmp.cli.mail import mail
from mmp.cli.outbox import outbox
from mmp.cli.people import people
from mmp.cli.programmes import programmes
from mmp.cli.run import run
from mmp.cli.scheduler import scheduler
from mmp.cli.solve import solve
from mmp.core.errors import UserError


class Commands(click.Group):
    """Turns every foreseeable error into one line: status 2 for bad input, 1 for trouble here."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _one_line(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _one_line(ctx):
                return super().invoke(ctx)
        except UserError as error:
            _fail(ctx, str(error), status=getattr(error, "exit_status", 2))
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            _let_go_of_output()
            where = f"{error.filename}: " if error.filename else ""
            _fail(ctx, f"{where}{error.strerror or error}", status=1)
        except sqlite3.Error as error:
            _fail(ctx, f"The database answers: {error}. Nothing was saved.", status=1)
        except Exception as error:
            # SQLAlchemy is not imported unless a command did; its errors are known by their name.
            if not type(error).__module__.startswith("sqlalchemy."):
                raise
            cause = str(getattr(error, "orig", None) or error).splitlines()[0]
            _fail(ctx, f"The database answers: {cause}. Nothing was saved.", status=1)


@contextmanager
def _one_line(ctx: click.Context) -> Iterator[None]:
    """What click says in four lines; a group without its command still shows its help."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.ClickException as error:
        about = getattr(error, "ctx", None) or ctx
        more = f" See {about.command_path} --help." if isinstance(error, click.UsageError) else ""
        _fail(ctx, error.format_message() + more, status=error.exit_code)


def _let_go_of_output() -> None:
    """What standard output did not take is not tried again when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _fail(ctx: click.Context, message: str, *, status: int) -> None:
    for line in message.splitlines():
        click.echo(f"mmp: {line}", err=True)
    ctx.exit(status)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mmp")
def main() -> None:
    """Schedule and run cross-regional mentorship programmes and dialogues."""
    # Whatever is written here holds people's addresses: it is its owner's alone.
    os.umask(0o077)
    logs.set_up(os.environ.get("MMP_LOG", "").strip())  # nonsense is told with the settings


COMMANDS: tuple[click.Command, ...] = (
    demo,
    run,
    scheduler,
    clock,
    feed,
    db,
    doctor,
    backup,
    restore,
    outbox,
    mail,
    account,
    programmes,
    people,
    solve,
)
for _command in COMMANDS:
    main.add_command(_command)
