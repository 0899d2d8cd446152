"""`mmp feed`: a person's feed, as an address or as the bytes that calendar programs get."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from mmp.cli.work import Work, open_instance
from mmp.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmp.models import Feed


@click.group()
def feed() -> None:
    """Show someone's calendar feed."""


_SLUG = "Of this programme: all of it for those who run it, else what is theirs."


@feed.command(short_help="Print the address of someone's feed.")
@click.argument("email")
@click.option("--programme", metavar="SLUG", help=_SLUG)
def url(email: str, programme: str | None) -> None:
    """Print the address of EMAIL's feed. Who knows it can read the feed: it is theirs alone."""
    from mmp.services.feeds import feed_address  # heavy: SQLAlchemy

    with _feed(email, programme) as (work, its):
        address = feed_address(work.settings.base_url, work.settings.feed_secret, its)
    # Not before the feed is saved: an address that is shown works.
    click.echo(address)


@feed.command(short_help="Write someone's feed to standard output.")
@click.argument("email")
@click.option("--programme", metavar="SLUG", help=_SLUG)
def show(email: str, programme: str | None) -> None:
    """Write EMAIL's feed to standard output, byte for byte as calendar programs get it now."""
    from mmp.services.calendars import find_reader, render_feed  # heavy: SQLAlchemy, icalendar
    from mmp.services.feeds import token_of

    with _feed(email, programme) as (work, its):
        reader = find_reader(work.session, token_of(work.settings.feed_secret, its))
        if reader is None:
            raise NotFound("Their part in the programme ended, and the feed with it.")
        now, base_url = work.clock.now(), work.settings.base_url
        body = render_feed(work.session, reader, now=now, base_url=base_url).body
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()  # here, where a full disk still becomes one line


@contextmanager
def _feed(email: str, slug: str | None) -> Iterator[tuple[Work, Feed]]:
    from sqlalchemy import select  # heavy, as are the rows

    from mmp.models import Person, Programme  # heavy: SQLAlchemy
    from mmp.services.feeds import default_feed

    with open_instance() as work:
        person = work.session.scalar(select(Person).where(Person.email == email.strip().lower()))
        if person is None:
            raise NotFound("Nobody here has the address %(email)s.", email=ascii(email)[1:-1])
        programme = None
        if slug is not None:
            programme = work.session.scalar(select(Programme).where(Programme.slug == slug))
            if programme is None:
                raise NotFound("There is no programme %(slug)s.", slug=ascii(slug))
        yield (
            work,
            default_feed(
                work.session,
                now=work.clock.now(),
                secret=work.settings.feed_secret,
                person=person,
                programme=programme,
            ),
        )
