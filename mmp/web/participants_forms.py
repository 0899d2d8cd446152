"""Forms of an event's list."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Length, Optional

from mmp.models.enums import AttendanceForm, Entry, MembershipRole, Partstat
from mmp.web.labels import lazy_label

_CHOOSE = _l("Choose one of the list.")


def _choices(kind: type[StrEnum]) -> list[SelectChoice]:
    return [SelectChoice(value.value, lazy_label(value)) for value in kind]


class AddPeopleForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Who comes onto the list: by role, by a pasted list, one by one, or all of these."""

    roles = SelectMultipleField(
        _l("Everybody with an active part as"),
        choices=_choices(MembershipRole),
        validate_choice=False,
    )
    pasted = TextAreaField(
        _l("A list, one to a line"),
        validators=[Length(max=200_000, message=_l("Paste a shorter list."))],
    )
    person = SelectField(_l("One person"), validate_choice=False, validators=[Optional()])
    entry = SelectField(
        _l("How they come onto the list"),
        choices=_choices(Entry),
        default=Entry.INVITED.value,
        validate_choice=False,
        validators=[AnyOf(list(Entry), _CHOOSE)],
    )


class ParticipationForm(FlaskForm):  # type: ignore[misc]  # untyped
    """One line of the list."""

    version = IntegerField(validators=[Optional()])
    entry = SelectField(
        _l("How they came onto the list"),
        choices=_choices(Entry),
        validate_choice=False,
        validators=[AnyOf(list(Entry), _CHOOSE)],
    )
    partstat = SelectField(
        _l("Answer"),
        choices=_choices(Partstat),
        validate_choice=False,
        validators=[AnyOf(list(Partstat), _CHOOSE)],
    )
    form = SelectField(
        _l("In the room or online"),
        choices=[SelectChoice("", _l("Not said")), *_choices(AttendanceForm)],
        validate_choice=False,
        validators=[AnyOf(["", *AttendanceForm], _CHOOSE)],
    )
