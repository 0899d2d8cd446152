"""`mmp outbox`: the mail that went, waits or failed."""

from __future__ import annotations

import click

from mmp.cli.work import open_instance


@click.group()
def outbox() -> None:
    """Let mail go that is held."""


@outbox.command()
def release() -> None:
    """Let every held mail go: after a restore, those that waited when the backup was made."""
    from mmp.services import reminders  # heavy: SQLAlchemy
    from mmp.services.outbox import release_all

    with open_instance() as work:
        count = release_all(work.session)
        planned = reminders.release_planned(work.session)
    click.echo(f"{count} mails go when they are due.")
    if planned:
        click.echo(f"{planned} reminders go when they are due.")
