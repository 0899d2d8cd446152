"""`mmp outbox`: the mail that went, waits or failed, and what can be done about it."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from mmp.cli.outbox_lines import as_json, facts_of, line_of
from mmp.cli.work import Work, open_instance
from mmp.core.errors import UserError

if TYPE_CHECKING:
    from mmp.services.outbox import Filter

STATES = ("due", "leased", "held", "sent", "failed", "cancelled", "expired")
_AGAIN = (
    "They go at once, as if never tried. Each keeps its Message-ID: where one arrived after all, "
    "most mail programs show it once."
)


@click.group()
def outbox() -> None:
    """See the mail that went, waits or failed; hold it, let it go, try it again."""


def _filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say which mails are meant; the command gets them as `chosen`."""

    @click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Again: or.")
    @click.option("--kind", "kinds", multiple=True, help="Such as invitation, reminder, sign_in.")
    @click.option("--programme", metavar="SLUG", help="Of this programme.")
    @click.option("--person", metavar="WHO", help="A handle, a mail address, a part of a name.")
    @functools.wraps(command)
    def wrapper(
        states: tuple[str, ...],
        kinds: tuple[str, ...],
        programme: str | None,
        person: str | None,
        **others: Any,
    ) -> None:
        command(chosen=(states, kinds, programme, person), **others)

    return wrapper


def _which(chosen: tuple[Any, ...], mails: tuple[UUID, ...] = ()) -> Filter:
    from mmp.models.mail import MailState  # heavy: SQLAlchemy
    from mmp.services.outbox import Filter  # as well

    states, kinds, programme, person = chosen
    return Filter(
        states=frozenset(MailState(state) for state in states),
        kinds=frozenset(kinds),
        programme=programme,
        person=person,
        by_address=True,
        uuids=frozenset(mails) if mails else None,
    )


@outbox.command("list")
@_filtered
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--json", "in_json", is_flag=True, help="For programs: a list of objects.")
def list_(chosen: tuple[Any, ...], limit: int, in_json: bool) -> None:
    """List mails, newest first: when, state, kind, to whom, UUID."""
    from mmp.services.outbox import counts, mail_list  # heavy: SQLAlchemy

    which = _which(chosen)
    with open_instance() as work:
        found = mail_list(work.session, actor=None, which=which, limit=limit)
        if in_json:
            click.echo(json.dumps([as_json(mail) for mail in found], ensure_ascii=False, indent=1))
            return
        for mail in found:
            click.echo(line_of(mail))
        total = sum(counts(work.session, which, actor=None).values())
    if total > len(found):
        click.echo(f"{total - len(found)} more; see them with --limit {total}", err=True)
    elif not total:
        click.echo("No such mail.", err=True)


@outbox.command()
@click.argument("mail", type=click.UUID)
@click.option("--json", "in_json", is_flag=True, help="For programs: one object.")
def show(mail: UUID, in_json: bool) -> None:
    """Show one mail: what it says, what became of it, and what was done about it.

    Secret addresses in it are left out. What a pair's mail says is the pair's own.
    """
    from mmp.core.mail import Site  # not every command needs these
    from mmp.services.outbox import mail_detail, mail_history

    with open_instance() as work:
        settings = work.settings
        site = Site(settings.base_url, settings.mail_from, settings.secret_key)
        found = mail_detail(work.session, actor=None, uuid=mail, site=site)
        facts = facts_of(found, mail_history(work.session, mail))
    if in_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    text = facts.pop("text")
    for name, value in facts.items():
        for line in value if isinstance(value, list) else [value]:
            if line is not None:
                click.echo(f"{name.replace('_', ' ')}: {line}")
    click.echo(f"\n{text}" if text else "\nWhat it says cannot be shown.")


def _act(name: str, explained: str, act: Callable[[Work, Filter], int], *, asks: bool) -> None:
    """One of the three acts as a command, with the same options and questions."""

    @outbox.command(name, help=explained, short_help=explained.partition(".")[0] + ".")
    @click.argument("mails", nargs=-1, type=click.UUID)
    @_filtered
    @click.option("--all", "everything", is_flag=True, help="All, whatever they are.")
    @click.option("--yes", is_flag=True, help="Do not ask.")
    def command(
        mails: tuple[UUID, ...], chosen: tuple[Any, ...], everything: bool, yes: bool
    ) -> None:
        which = _which(chosen, mails)
        if which.is_empty and not everything and name != "release":
            raise UserError(
                "Say which mails: by UUID, --state, --kind, --programme, --person, or --all."
            )
        with open_instance() as work:
            count = act(work, which)
            if count and asks and not yes:
                work.session.rollback()  # nobody waits for the answer
                click.echo(f"This concerns {count} mails. {_AGAIN}")
                click.confirm("Go on?", abort=True)
                count = act(work, which)
        click.echo(f"{count} {_DONE[name]}")


_DONE = {
    "hold": "mails are held. Let them go with: mmp outbox release",
    "release": "mails go when they are due.",
    "retry": "mails go again.",
}


def _hold(work: Work, which: Filter) -> int:
    from mmp.services.outbox import hold_mails  # heavy: SQLAlchemy, as below

    return hold_mails(work.session, now=work.clock.now(), actor=None, which=which)


def _release(work: Work, which: Filter) -> int:
    """All that is held; of the plan, what a restore has held."""
    from mmp.services import reminders  # heavy, as the others
    from mmp.services.outbox import release_mails  # heavy too

    count = release_mails(work.session, now=work.clock.now(), actor=None, which=which)
    if which.is_empty and (planned := reminders.release_planned(work.session)):
        click.echo(f"{planned} reminders come when they are due.")
    return count


def _retry(work: Work, which: Filter) -> int:
    from mmp.services.outbox import retry_mails  # heavy, as the others

    return retry_mails(work.session, now=work.clock.now(), actor=None, which=which)


_act("hold", "Keep mails back that wait, until they are released.", _hold, asks=False)
_act(
    "release",
    "Let held mails go when they are due. Without naming any, all of them: after a restore, those "
    "that waited when the backup was made, and the reminders planned then.",
    _release,
    asks=False,
)
_act(
    "retry",
    "Let mails go again that failed or expired. " + _AGAIN + " Mails to sign in with are left "
    "alone, for what they lead to has ended.",
    _retry,
    asks=True,
)
