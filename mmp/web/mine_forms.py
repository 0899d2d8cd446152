"""The form of one's answer: five buttons at most, and a short note."""

from typing import Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, Length, Optional

from mmp.models.enums import AttendanceForm, Partstat
from mmp.services.mine import OwnEvent

ANSWERS = {
    "accepted": (Partstat.ACCEPTED, None),
    "in_room": (Partstat.ACCEPTED, AttendanceForm.IN_ROOM),
    "online": (Partstat.ACCEPTED, AttendanceForm.ONLINE),
    "tentative": (Partstat.TENTATIVE, None),
    "declined": (Partstat.DECLINED, None),
}


class AnswerForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Each answer is a button of the name `answer`. Without a note the one there stays."""

    answer = StringField(validators=[AnyOf(list(ANSWERS), _l("Choose one of the answers."))])
    note = TextAreaField(
        _l("A short note, if something should be known"),
        validators=[Length(max=300, message=_l("Say it in 300 letters at most."))],
    )
    seen = IntegerField(validators=[Optional()])
    """Which time of the event the page showed."""

    @classmethod
    def of(cls, own: OwnEvent) -> Self:
        """With the note that is there."""
        return cls(formdata=None, note=own.answer.answer_note if own.answer else None)


def answer_of(own: OwnEvent) -> str:
    """The button that stands for the answer that was given; empty for none."""
    if own.answer is None or own.answer.partstat is Partstat.NEEDS_ACTION:
        return ""
    form = own.answer.form if own.hybrid and own.answer.partstat is Partstat.ACCEPTED else None
    wanted = (own.answer.partstat, form)
    return next((name for name, value in ANSWERS.items() if value == wanted), "")
