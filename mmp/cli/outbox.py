"""`mmp outbox`: mail that waits; and what `mmp run` and `mmp demo` do beside pages: mail leaves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from mmp.cli.work import open_instance

if TYPE_CHECKING:
    from mmp.config import Settings


@click.group()
def outbox() -> None:
    """Let mail go that is held."""


@outbox.command()
def release() -> None:
    """Let every held mail go: after a restore, those that waited when the backup was made."""
    from mmp.services.outbox import release_all  # heavy: SQLAlchemy

    with open_instance() as work:
        count = release_all(work.session)
    click.echo(f"{count} mails go when they are due.")


@contextmanager
def mail_leaves(settings: Settings) -> Iterator[None]:
    """Send what is in the outbox until the `with` ends, unless another process here does.

    The tables have to be there already.
    """
    from sqlalchemy import create_engine  # heavy
    from sqlalchemy.orm import sessionmaker

    from mmp.adapters.clock import FileClock  # these draw in APScheduler, Jinja and Babel
    from mmp.adapters.database import engine_options
    from mmp.adapters.mailbox import mailbox_for
    from mmp.adapters.mailer import mailer_for
    from mmp.adapters.scheduler import Election, liveness_for
    from mmp.core.mail import Site
    from mmp.jobs.mailbox import MailboxPoll
    from mmp.jobs.worker import Worker

    engine = create_engine(settings.database_url, **engine_options(settings.database_url))
    clock = FileClock(settings.clock_file)
    poll = None
    if settings.imap_url and not settings.clock_file.exists():  # a demo takes nobody's real mail
        mailbox = mailbox_for(settings.imap_url)
        sessions = sessionmaker(engine)
        poll = MailboxPoll(sessions, mailbox, clock, authserv_id=settings.authserv_id)
    worker = Worker(
        engine=engine,
        mailer=mailer_for(settings.mail_url),
        clock=clock,
        site=Site(settings.base_url, settings.mail_from, settings.secret_key),
        liveness=liveness_for(engine, settings.instance),
        election=Election(settings.instance / "scheduler.lock"),
        poll=poll,
    )
    worker.start()
    try:
        yield
    finally:
        worker.stop()
        engine.dispose()
