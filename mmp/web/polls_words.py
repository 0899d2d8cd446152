"""Polls in words: answers, reminders, and what picking a time did."""

from collections.abc import Iterable

from flask import flash
from flask_babel import gettext as _, ngettext

from mmp.core.polls import Vote
from mmp.models.mail import MailState
from mmp.services.polls import Picked, PlannedReminder
from mmp.services.polls.results import Row
from mmp.web.labels import N_
from mmp.web.slots_words import holiday, names

__all__ = ["cost", "holiday", "mail", "people", "say", "sign", "state", "vote"]

VOTES = {Vote.YES: N_("yes"), Vote.IF_NEED_BE: N_("if need be"), Vote.NO: N_("no")}
SIGNS = {Vote.YES: "✓", Vote.IF_NEED_BE: "(✓)", Vote.NO: "✗"}
_COSTS = {
    0: N_("good hours"),
    1: N_("just before or after their hours"),
    3: N_("early or late"),
    9: N_("outside their hours"),
}
_KINDS = {
    "poll": N_("the question"),
    "poll_reminder": N_("a reminder"),
    "poll_thanks": N_("thanks"),
}
_STATES = {
    MailState.DUE: N_("planned"),
    MailState.LEASED: N_("on its way"),
    MailState.HELD: N_("held back"),
    MailState.SENT: N_("handed over"),
    MailState.FAILED: N_("did not go"),
    MailState.CANCELLED: N_("not needed any more"),
    MailState.EXPIRED: N_("too late"),
}


def vote(value: Vote) -> str:
    """What was said."""
    return str(_(VOTES[value]))


def sign(value: Vote) -> str:
    """The same as a sign, beside the word."""
    return SIGNS[value]


def cost(value: int) -> str:
    """What the hour is for somebody."""
    return str(_(_COSTS[value]))


def mail(one: PlannedReminder) -> str:
    """What a mail of the plan is."""
    return str(_(_KINDS[one.kind]))


def state(one: PlannedReminder) -> str:
    """What became of it."""
    return str(_(_STATES[one.state]))


def people(rows: Iterable[Row]) -> str:
    """Who they are."""
    return names(row.guest.person for row in rows)


def say(picked: Picked) -> None:
    """What picking did, in a line."""
    if picked.saved is None:
        flash(_("This time was picked already."))
        return
    parts = [_("The day is fixed, and the poll is closed.")]
    if picked.saved.told:
        parts.append(
            ngettext(
                "%(num)s person is told by mail.",
                "%(num)s people are told by mail.",
                picked.saved.told,
            )
        )
    if picked.invited:
        parts.append(
            ngettext(
                "%(num)d invitation is on its way.",
                "%(num)d invitations are on their way.",
                picked.invited,
            )
        )
    if picked.thanked:
        parts.append(
            ngettext("%(num)d person is thanked.", "%(num)d people are thanked.", picked.thanked)
        )
    flash(" ".join(parts))
