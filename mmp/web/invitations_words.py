"""Who is invited to what, and why not, in words."""

from flask_babel import gettext as _
from markupsafe import Markup

from mmp.models import Event
from mmp.services.invitations import Blocked, Entry, Line, WhyNot
from mmp.web import texts
from mmp.web.labels import N_, label
from mmp.web.texts import isolate

_WHY_NOT = {
    WhyNot.UP_TO_DATE: N_("Invited; nothing has changed since"),
    WhyNot.DECLINED: N_("Said no"),
    WhyNot.NOT_ON_LIST: N_("Applied, or waits for a seat"),
    WhyNot.NO_ADDRESS: N_("No mail address"),
    WhyNot.SUPPRESSED: N_("The mailbox refused mail for good"),
    WhyNot.LEFT: N_("Has left the programme"),
    WhyNot.NO_TIME: N_("The part in the agenda has no time yet"),
}
_BLOCKED = {
    Blocked.DRAFT: N_("Publish the event first: people are invited to what they can see."),
    Blocked.CANCELLED: N_("The event is cancelled."),
    Blocked.NO_DAY: N_(
        "Fix the day first: a calendar needs one. Until then a message can ask for the month."
    ),
    Blocked.OVER: N_("The event is over."),
}


def why_not(line: Line) -> Markup:
    """Why this person gets nothing."""
    assert line.why_not is not None  # else there is something to say
    return isolate(_(_WHY_NOT[line.why_not]))


def blocked(reason: Blocked) -> Markup:
    """Why nobody can be invited."""
    return isolate(_(_BLOCKED[reason]))


def entry(event: Event, one: Entry) -> Markup:
    """What one mail is about: the event, or an item with the parts one has in it."""
    if one.item is None:
        return texts.shown(event.title)
    roles = _(", ").join(str(label(role)) for role in one.roles)
    return texts.shown(one.item.title) + isolate(f" ({roles})")


def way(line: Line) -> Markup:
    """How the entry comes into their calendar."""
    return isolate(_("with the mail") if line.in_calendar else _("from their feed"))
