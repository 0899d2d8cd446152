"""`mmp account`: help somebody who cannot sign in any more."""

from __future__ import annotations

import click

from mmp.cli.work import open_instance
from mmp.core.errors import NotFound


@click.group()
def account() -> None:
    """Help somebody who cannot sign in any more."""


@account.command()
@click.argument("email")
def reset(email: str) -> None:
    """Take EMAIL's password and codes away, sign every device out, and print a one-use address.

    It works for half an hour; who opens it chooses a password and sets up codes anew.
    """
    from mmp.services import accounts  # heavy: SQLAlchemy, and the rows
    from mmp.services.sign_in import LASTS, one_use_address

    with open_instance() as work:
        now = work.clock.now()
        found = accounts.account_of_address(work.session, email)
        if found is None:
            raise NotFound("Nobody here has an account by %(email)s.", email=ascii(email)[1:-1])
        accounts.reset(work.session, now=now, account=found)
        address = one_use_address(
            work.session,
            now=now,
            base_url=work.settings.base_url,
            secret=work.settings.secret_key,
            person=found.person,
            lasts=LASTS,
        )
    # Not before it is saved: an address that is shown works.
    click.echo(address)
