"""`mmp demo`: an invented programme to try everything on, in its own time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mmp.cli.clock import moment
from mmp.cli.run import DEFAULT_HOST, DEFAULT_PORT, called_as
from mmp.cli.scheduler import mail_leaves, stop_cleanly
from mmp.core.errors import UserError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from mmp.config import Settings
    from mmp.models import Person

FIRST_DAY = "2026-06-19"
"""The day after the gathering of June: it can be read about, and the year's rest lies ahead."""

FILES = ("mmp26.yaml", "cairo-2023.yaml")


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
    "--instance",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the demo in this folder.",
)
@click.option(
    "--as-of",
    metavar="DATE",
    help=f"Live at this time ({FIRST_DAY}, 2026-09-27T08:00 or now), from a first start's "
    f"{FIRST_DAY} on.",
)
def demo(host: str, port: int, instance: Path | None, as_of: str | None) -> None:
    """Serve an invented programme until Ctrl-C. What you do in it is there at the next start.

    It lives in its own time, which `mmp clock` moves.
    """
    stop_cleanly()
    from mmp.adapters import server  # heavy: SQLAlchemy
    from mmp.adapters.database import close
    from mmp.app import create_app  # heavy: Flask
    from mmp.config import Settings  # read only when a command needs it

    at = None if as_of is None else moment(as_of, now=None)
    with server.bind(host, port) as sock:
        settings = Settings.load(instance=instance, served_at=server.address(sock, host))
        app = create_app(settings)
        with app.app_context():
            try:
                _prepare(settings, at)
                lines = _greeting(settings, instance, here=server.is_loopback(sock))
            finally:
                close()
        server.note_address(settings)
        with mail_leaves(settings):
            server.serve(app, sock, ready=lambda: click.echo(lines))


def _prepare(settings: Settings, at: datetime | None) -> None:
    """Make the instance hold the demo, and live `at` that time. Raises UserError for other data."""
    from mmp.adapters import dumps, revisions  # heavy: SQLAlchemy
    from mmp.adapters.clock import FileClock
    from mmp.adapters.database import db
    from mmp.services.demo import holds_demo

    clock, session = FileClock(settings.clock_file), db.session()
    empty = not dumps.has_rows(settings.database_url)
    if not empty and not (clock.shifted and holds_demo(session)):
        raise UserError(
            "%(folder)s or its database holds data that is not the demo's. Give the demo a "
            "folder of its own: %(mmp)s demo --instance DIR",
            folder=settings.instance,
            mmp=called_as(),
        )
    session.rollback()  # or the migrations would wait for this reader
    # The clock comes first: it marks the instance as a demo, whatever happens to the rest.
    if at is not None or not clock.shifted:
        clock.set(at or moment(FIRST_DAY, now=None))
    if revisions.current() != revisions.head():
        from mmp.adapters import migrations  # heavy: Alembic

        migrations.upgrade()
    if empty:
        _load(session, settings, clock.now())
        session.commit()


def _load(session: Session, settings: Settings, now: datetime) -> None:
    from mmp.config import PACKAGE  # these, only where the demo is new
    from mmp.services.demo import SLUG
    from mmp.services.demo_groups import seat_past_meetings
    from mmp.services.programme_files import import_programme

    for name in FILES:
        import_programme(
            session,
            data=(PACKAGE / "demo" / name).read_bytes(),
            file=name,
            actor=None,
            now=now,
            folder=PACKAGE / "demo",
            store=settings.documents,
        )
    seat_past_meetings(session, now=now, slug=SLUG)


def _greeting(settings: Settings, instance: Path | None, *, here: bool) -> str:
    """Where to look first. The addresses work once it serves.

    Those that sign in are shown where nobody but this machine can use them (`here`).
    """
    from mmp.adapters.clock import FileClock  # heavy, with the rows
    from mmp.adapters.database import db
    from mmp.services import demo as its, feeds

    session, now = db.session(), FileClock(settings.clock_file).now()
    mentor = its.example_mentor(session)
    secret, base_url = settings.feed_secret, settings.base_url
    feed = feeds.default_feed(session, now=now, secret=secret, person=mentor)
    signs_in = []
    if here:
        signs_in = [
            f"{who:<16} {_one_use(settings, session, now, person)}"
            for who, person in (
                ("As a mentor", mentor),
                ("As coordinator", its.example_coordinator(session)),
            )
        ]
        signs_in.append("These two sign in, once each.")
    lines = [
        f"Programme page   {base_url}/en/programmes/{its.SLUG}/",
        f"A mentor's feed  {feeds.feed_address(base_url, secret, feed)}",
        f"Subscribe page   {feeds.page_address(base_url, secret, feed, 'en')}",
        *signs_in,
        f"The mentor is {mentor.name}. It is {now:%A, %-d %B %Y, %H:%M} UTC here.",
        f"Move the time: {called_as(instance and settings.instance)} clock +3d. Stop: Ctrl-C.",
    ]
    session.commit()
    return "\n".join(lines)


def _one_use(settings: Settings, session: Session, now: datetime, person: Person) -> str:
    from mmp.services.sign_in import one_use_address  # heavy, with the rows

    return one_use_address(
        session,
        now=now,
        base_url=settings.base_url,
        secret=settings.secret_key,
        person=person,
        lasts=timedelta(days=366),  # the demo's time leaps
        language="en",
    )
