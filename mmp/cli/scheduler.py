"""`mmp scheduler`: what runs without a request, by itself; and as `mmp run` has it beside pages."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from typing import TYPE_CHECKING

import click

from mmp.cli.work import open_instance

if TYPE_CHECKING:
    from types import FrameType

    from sqlalchemy import Engine

    from mmp.config import Settings
    from mmp.jobs.mailbox import MailboxPoll


@click.command()
def scheduler() -> None:
    """Let mail leave and plan reminders until Ctrl-C, without serving pages.

    On PostgreSQL any number of them may run, on one machine or several, beside any number of
    processes that serve. On SQLite one works, and others stand by in case it ends.
    """
    stop_cleanly()
    with open_instance() as work:
        settings = work.settings
    alone = settings.database_url.startswith("sqlite")
    with mail_leaves(settings, elected=alone):
        click.echo(f"Sending the mail of {settings.instance} (stop with Ctrl-C)")
        Flag().wait()


@contextmanager
def mail_leaves(settings: Settings, *, elected: bool = True) -> Iterator[None]:
    """Send what is in the outbox until the `with` ends; `elected`, unless another process of this
    host that asks for the same vote has won it.

    The tables have to be there already.
    """
    from sqlalchemy import create_engine  # heavy

    from mmp.adapters import logs  # small, but of no use to other commands
    from mmp.adapters.clock import FileClock  # these draw in APScheduler, Jinja and Babel
    from mmp.adapters.database import engine_options
    from mmp.adapters.mailer import mailer_for
    from mmp.adapters.scheduler import Election, Unopposed, liveness_for
    from mmp.core.mail import Site
    from mmp.jobs.worker import Worker

    logs.take_over_hooks()
    engine = create_engine(settings.database_url, **engine_options(settings.database_url))
    worker = Worker(
        engine=engine,
        mailer=mailer_for(settings.mail_url),
        clock=FileClock(settings.clock_file),
        site=Site(settings.base_url, settings.mail_from, settings.secret_key, settings.documents),
        liveness=liveness_for(engine, settings.instance),
        election=Election(settings.instance / "scheduler.lock") if elected else Unopposed(),
        poll=_poll(settings, engine),
    )
    worker.start()
    try:
        yield
    finally:
        worker.stop()
        engine.dispose()


def _poll(settings: Settings, engine: Engine) -> MailboxPoll | None:
    """What looks into the mailbox, if there is one. A demo takes nobody's real mail."""
    if settings.imap_url is None or settings.clock_file.exists():
        return None
    from sqlalchemy.orm import sessionmaker  # heavy

    # Their rooms are heavy too.
    from mmp.adapters.clock import FileClock
    from mmp.adapters.mailbox import mailbox_for
    from mmp.jobs.mailbox import MailboxPoll

    return MailboxPoll(
        sessionmaker(engine),
        mailbox_for(settings.imap_url),
        FileClock(settings.clock_file),
        authserv_id=settings.authserv_id,
    )


def stop_cleanly() -> None:
    """From here on Ctrl-C and SIGTERM end the program with status 0, in the middle of anything."""

    def stop(number: int, frame: FrameType | None) -> None:
        for again in (signal.SIGINT, signal.SIGTERM):  # whoever is impatient types it twice
            signal.signal(again, signal.SIG_IGN)
        raise SystemExit(0)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
