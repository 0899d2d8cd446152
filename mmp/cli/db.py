"""`mmp db`: bring the tables to what this version needs, or back."""

from __future__ import annotations

import click

from mmp.cli.work import open_instance
from mmp.core.errors import UserError


@click.group()
def db() -> None:
    """Make, upgrade and check the database's tables."""


@db.command()
def upgrade() -> None:
    """Make the tables, or bring them to what this version needs. Changes nothing if they are."""
    with open_instance(migrated=False):
        from mmp.adapters import migrations  # heavy: Alembic

        before, after = migrations.upgrade()
    if before == after:
        click.echo(f"The database is at revision {after} already.")
    elif before is None:
        click.echo(f"The database has its tables now, at revision {after}.")
    else:
        click.echo(f"The database went from revision {before} to {after}.")


@db.command(context_settings={"ignore_unknown_options": True})  # -1 is a revision, not an option
@click.argument("revision", default="-1")
@click.option("--yes", is_flag=True, help="Yes, lose what only the newer tables hold.")
def downgrade(revision: str, *, yes: bool) -> None:
    """Undo the last upgrade, or all down to REVISION (`base`: every table)."""
    if not yes:
        raise UserError(
            "What only the newer tables hold would be lost. "
            "Make a backup (mmp backup FILE), then add --yes."
        )
    with open_instance(migrated=False):
        from mmp.adapters import migrations  # heavy: Alembic

        before, after = migrations.downgrade(revision)
    click.echo(f"The database went from revision {before or 'none'} to {after or 'none'}.")


@db.command()
def check() -> None:
    """Say whether the tables are those of this version; status 1 where they are not."""
    with open_instance(migrated=False):
        from mmp.adapters import migrations, revisions  # heavy: Alembic

        try:
            revisions.require_head()
        except revisions.NotMigrated as error:
            raise click.ClickException(str(error)) from error
        differences = migrations.differences()
    if differences:
        for difference in differences:
            click.echo(f"mmp: {difference}", err=True)
        raise click.ClickException("The tables are not what the models say.")
    click.echo("The database is as this version needs it.")


@db.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write a migration for what the models have and the tables have not (for developers)."""
    with open_instance(migrated=False):
        from mmp.adapters import migrations  # heavy: Alembic

        click.echo(migrations.revise(message))
