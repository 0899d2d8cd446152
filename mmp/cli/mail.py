"""`mmp mail`: mail that comes in, handed over by a mail server."""

from __future__ import annotations

import sys
from typing import IO

import click

from mmp.cli.work import open_instance

TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: a mail server keeps the mail and tries again later."""
_CHUNK = 1 << 20


@click.group()
def mail() -> None:
    """Take mail that comes in."""


@mail.command(short_help="Take one mail from standard input.")
def receive() -> None:
    """Take one mail from standard input: an answer of a calendar program, a bounce, a letter.

    For a mail server's pipe. With Postfix, a line in /etc/aliases for the address that the
    programme's mails come from:

    \b
        mentors: "|/usr/bin/env MMP_INSTANCE=/var/lib/mmp /usr/local/bin/mmp mail receive"

    Status 0 when the mail was taken or refused for good (then it stands in the worklist), 75 when
    it should be brought again: the database is away, or the settings are wrong.
    """
    # Status 1 would send the mail back to its writer, for trouble that is ours.
    try:
        _take(_mail(sys.stdin.buffer))
    except Exception as error:
        # What a database or a parser says may quote the mail.
        click.echo(f"mmp: not taken, to be brought again ({type(error).__name__})", err=True)
        raise SystemExit(TRY_AGAIN) from error


def _take(octets: bytes) -> None:
    with open_instance() as work:
        from mmp.services import inbound  # heavy: SQLAlchemy, icalendar

        inbound.receive(
            work.session,
            now=work.clock.now(),
            octets=octets,
            authserv_id=work.settings.authserv_id,
        )


def _mail(stream: IO[bytes]) -> bytes:
    """As much of a mail as is read; the rest is let go, for a server wants to be rid of it."""
    from mmp.core.inbound import MOST_OCTETS  # heavy: icalendar

    octets = stream.read(MOST_OCTETS + 1)
    while stream.read(_CHUNK):
        pass
    return octets
