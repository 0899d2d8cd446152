"""What became of a mail, in words."""

from datetime import datetime

from flask_babel import gettext as _, ngettext
from markupsafe import Markup

from mmp.core.mail import Reason, Result
from mmp.models import HistoryEntry, InboundMail, Mail, MailAttempt
from mmp.models.mail import WAITING, MailState
from mmp.services.outbox.views import is_private
from mmp.web import when
from mmp.web.guards import actor
from mmp.web.labels import N_, label
from mmp.web.texts import isolate, isolated, name_of
from mmp.web.worklist_words import why_not

_KINDS = {
    "sign_in": N_("An address to sign in with"),
    "test": N_("A test of the mail"),
    "new_address": N_("A new address to be confirmed"),
    "account_changed": N_("A change of the account"),
    "event_moved": N_("An event has moved"),
    "event_cancelled": N_("An event is cancelled"),
    "event_restored": N_("An event takes place after all"),
    "invitation": N_("An invitation"),
    "invitation_cancelled": N_("Someone is not expected any more"),
    "item_moved": N_("A part of the agenda has moved"),
    "item_cancelled": N_("A part of the agenda is cancelled"),
    "waiting": N_("A place on the waiting list"),
    "seat_free": N_("A seat became free"),
    "reminder": N_("A reminder"),
    "digest": N_("Several reminders in one"),
    "reminders_overdue": N_("What became of reminders after an outage"),
    "message": N_("A message"),
    "partner_away": N_("A partner cannot come"),
    "pair_nudge": N_("A kind word to a pair"),
    "pair_changed": N_("A change of a pair"),
    "poll": N_("A poll for a time"),
    "poll_reminder": N_("A reminder of a poll"),
    "poll_thanks": N_("Thanks for answering a poll"),
    "pair_introduced": N_("An introduction of a new pair"),
    "wishes_asked": N_("A question for wishes"),
}
_OTHER_REASONS = {
    "restored from a backup": N_("It may have left since the backup was made."),
    "not_true_any_more": N_("What it says is not true any more."),
}


def kind_of(mail: Mail) -> Markup:
    """What a mail is about; of a pair's own no more than that it is theirs."""
    if is_private(mail):
        return isolate(_("About a pair’s talk"))
    return isolate(kind_words(mail.kind) or _("A mail"))


def kind_words(kind: str) -> str:
    """What mails of this kind are about; empty for one that has no name."""
    return str(_(_KINDS[kind])) if kind in _KINDS else ""


def reason_of(mail: Mail) -> Markup:
    """Why it ended, is held or has not gone yet, where the state alone does not say it."""
    if mail.state is MailState.DUE and mail.tries:
        return isolate(
            ngettext(
                "Tried once; it is tried again.",
                "Tried %(num)d times; it is tried again.",
                mail.tries,
            )
        )
    if mail.reason is None or mail.state is MailState.SENT:
        return Markup()
    return why(mail.reason)


def why(reason: str) -> Markup:
    """Why a mail ended or waits."""
    if reason in _OTHER_REASONS:
        return isolate(_(_OTHER_REASONS[reason]))
    try:
        return isolate(label(Reason(reason)))
    except ValueError:  # a caller's own word
        return isolated(reason)


def result_of(attempt: MailAttempt) -> Markup:
    """What came of handing it over once."""
    return isolate(label(Result(attempt.result)))


def answer_of(attempt: MailAttempt) -> Markup:
    """What the mail server said, in its own words."""
    said = Markup('<bdi lang="en" dir="ltr">{}</bdi>').format(attempt.text)
    return isolate(_("It said:")) + " " + said


def report_of(row: InboundMail) -> Markup:
    """What another mail server reported of it later."""
    return isolate(_("A mail came back.")) + " " + why_not(row)


_ACTS = {
    "held": N_("Held back"),
    "released": N_("Let go"),
    "retried": N_("Sent on its way again"),
}


def act_of(entry: HistoryEntry) -> Markup:
    """“Held back by Cora Lind”."""
    done = isolate(_(_ACTS[entry.action])) if entry.action in _ACTS else isolated(entry.action)
    if entry.actor is None:
        return done + " " + isolate(_("on the server"))
    return done + Markup(" · ") + name_of(entry.actor)


def moment(instant: datetime) -> Markup:
    """“19 June 2026, 10:00, Stockholm time (UTC+2)”, by the reader's clock."""
    zone = actor().zone
    return isolate(when.moment_in_words(instant, zone) + _(", ")) + when.zone_name(zone, instant)


def last_moment(mail: Mail) -> datetime:
    """When it ended, or when it is tried next."""
    if mail.state in WAITING or mail.ended_at is None:
        return mail.next_at
    return mail.ended_at
