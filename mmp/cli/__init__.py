"""The `mmp` command. Modules here import little at the top: `mmp --help` must stay quick."""

import errno
import sqlite3
from typing import Any

import click

from mmp.core.errors import UserError


class Commands(click.Group):
    """Turns every foreseeable error into one line: status 2 for bad input, 1 for trouble here."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            _fail(ctx, str(error), status=2)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
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


def _fail(ctx: click.Context, message: str, *, status: int) -> None:
    for line in message.splitlines():
        click.echo(f"mmp: {line}", err=True)
    ctx.exit(status)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mmp")
def main() -> None:
    """Schedule and run cross-regional mentorship programmes and dialogues."""


COMMANDS: tuple[click.Command, ...] = ()
for _command in COMMANDS:
    main.add_command(_command)
