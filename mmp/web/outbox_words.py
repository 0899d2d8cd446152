"""What became of a mail, in words."""

from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup

from mmp.core.mail import Reason, Result
from mmp.models import Mail, MailAttempt
from mmp.models.mail import WAITING, MailState
from mmp.services.outbox.views import is_private
from mmp.web import when
from mmp.web.guards import actor
from mmp.web.labels import N_, label
from mmp.web.texts import isolate, isolated

_KINDS = {
    "sign_in": N_("An address to sign in with"),
    "test": N_("A test of the mail"),
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
}
_AFTER_RESTORE = "restored from a backup"


def kind_of(mail: Mail) -> Markup:
    """What a mail is about; of a pair's own no more than that it is theirs."""
    if is_private(mail):
        return isolate(_("About a pair’s talk"))
    return isolate(_(_KINDS[mail.kind]) if mail.kind in _KINDS else _("A mail"))


def reason_of(mail: Mail) -> Markup:
    """Why it ended or is held, where the state alone does not say it."""
    if mail.reason is None or mail.state is MailState.SENT:
        return Markup()
    if mail.reason == _AFTER_RESTORE:
        return isolate(_("It may have left since the backup was made."))
    try:
        return isolate(label(Reason(mail.reason)))
    except ValueError:  # a caller's own word
        return isolated(mail.reason)


def result_of(attempt: MailAttempt) -> Markup:
    """What came of handing it over once."""
    return isolate(label(Result(attempt.result)))


def answer_of(attempt: MailAttempt) -> Markup:
    """What the mail server said, in its own words."""
    said = Markup('<bdi lang="en" dir="ltr">{}</bdi>').format(attempt.text)
    return isolate(_("It said:")) + " " + said


def moment(instant: datetime) -> Markup:
    """“19 June 2026, 10:00, Stockholm time (UTC+2)”, by the reader's clock."""
    zone = actor().zone
    return isolate(when.moment_in_words(instant, zone) + _(", ")) + when.zone_name(zone, instant)


def last_moment(mail: Mail) -> datetime:
    """When it ended, or when it is tried next."""
    if mail.state in WAITING or mail.ended_at is None:
        return mail.next_at
    return mail.ended_at
