"""Break-out groups at and after the meeting, in words."""

from flask_babel import gettext as _
from markupsafe import Markup

from mmp.models import BreakoutGroup
from mmp.models.enums import SeatState
from mmp.services.breakouts.repairing import Step
from mmp.web.labels import N_
from mmp.web.texts import isolate, name_of, shown

STATES = {
    SeatState.ARRIVED: N_("Arrived"),
    SeatState.LATE: N_("Late"),
    SeatState.LEFT: N_("Left"),
    SeatState.ABSENT: N_("Absent"),
}
"""What can be tapped; each tap again takes it back."""


def state(of: SeatState) -> str:
    """What was tapped."""
    return str(_(STATES[of])) if of in STATES else str(_("Nothing"))


def group_name(group: BreakoutGroup) -> Markup:
    """What a group is called: its name, else its number, counted from 1."""
    return shown(group.name) or isolate(_("Group %(number)s", number=group.position + 1))


def step(one: Step) -> Markup:
    """Who is to move, from where to where, and why."""
    names = {
        "name": name_of(one.person),
        "old": group_name(one.before),
        "new": group_name(one.after),
    }
    move = Markup(_("Move %(name)s from %(old)s to %(new)s", **names))  # noqa: S704  escaped
    return Markup("{}{}{}").format(move, _(", "), _why(one, names))


def _why(one: Step, names: dict[str, Markup]) -> Markup:
    match one.why:
        case "few":
            text = _(
                "because %(new)s is down to %(have)s and %(old)s has %(had)s",
                have=one.have,
                had=one.had,
                **names,
            )
        case "language":
            text = _("because else not everybody could follow what is said")
        case "rules":
            text = _("because of a rule about who sits together or apart")
        case _:
            text = _("to make place for somebody")
    return Markup(text)  # noqa: S704  names are escaped already
