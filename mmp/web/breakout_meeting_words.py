"""Break-out groups at and after the meeting, in words."""

from flask_babel import gettext as _
from markupsafe import Markup

from mmp.models import BreakoutGroup
from mmp.web.texts import isolate, shown


def group_name(group: BreakoutGroup) -> Markup:
    """What a group is called: its name, else its number, counted from 1."""
    return shown(group.name) or isolate(_("Group %(number)s", number=group.position + 1))
