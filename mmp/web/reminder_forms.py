"""The form of one reminder: its words, and under “Advanced” its numbers and whom it is for."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, NumberRange, Optional

from mmp.core.reminders import Rule
from mmp.models import Person
from mmp.models.enums import (
    AttendanceForm,
    EventForm,
    MembershipRole,
    OffsetUnit,
    Partstat,
    ReminderAnchor,
    ReminderPreset,
)
from mmp.services.reminders import RuleDetails
from mmp.web.labels import lazy_label
from mmp.web.texts_field import TextsField

_MOMENTS = {
    "before_start": _l("before it begins"),
    "after_start": _l("after it has begun"),
    "after_end": _l("after it has ended"),
    "after_invited": _l("after the invitation"),
}
_UNITS = {
    OffsetUnit.DAYS: _l("days, at the event’s clock time"),
    OffsetUnit.HOURS: _l("hours"),
    OffsetUnit.MINUTES: _l("minutes"),
}
_CHOOSE = _l("Choose one of the list.")
_MOST = 1_000_000


class NumberField(IntegerField):  # type: ignore[misc]  # untyped
    """A whole number, in any digits, with our own sentence for everything else."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Write a whole number, like 3.")) from error


class PresetForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Which set of rules a programme begins with."""

    preset = RadioField(
        choices=[value.value for value in ReminderPreset],
        validate_choice=False,
        validators=[AnyOf(list(ReminderPreset), _l("Choose one of the three."))],
    )


def _ticks(label: Any, kind: type[StrEnum]) -> SelectMultipleField:
    choices = [SelectChoice(value.value, lazy_label(value)) for value in kind]
    return SelectMultipleField(label, choices=choices, validate_choice=False)


class RuleForm(FlaskForm):  # type: ignore[misc]  # untyped
    """One reminder. Empty texts mean the text that comes with it."""

    key = HiddenField()
    version = HiddenField()
    subject = TextsField(_l("Subject"), one_line=True)
    text = TextsField(_l("Text"))
    offset = NumberField(
        _l("How long"),
        validators=[
            InputRequired(_l("Write a whole number, like 3.")),
            NumberRange(0, _MOST, _l("Write a whole number, like 3.")),
        ],
    )
    unit = SelectField(
        _l("Counted in"),
        choices=[SelectChoice(value.value, words) for value, words in _UNITS.items()],
        validate_choice=False,
        validators=[AnyOf([value.value for value in OffsetUnit], _CHOOSE)],
    )
    moment = SelectField(
        _l("Before or after what"),
        choices=[SelectChoice(value, words) for value, words in _MOMENTS.items()],
        validate_choice=False,
        validators=[AnyOf(list(_MOMENTS), _CHOOSE)],
    )
    every_days = NumberField(
        _l("Again after so many days"),
        validators=[Optional(), NumberRange(0, _MOST, _l("Write a whole number, like 3."))],
    )
    most = NumberField(
        _l("How often in all"),
        default=1,
        validators=[Optional(), NumberRange(0, _MOST, _l("Write a whole number, like 3."))],
    )
    roles = _ticks(_l("Part in the programme"), MembershipRole)
    answers = _ticks(_l("Answer"), Partstat)
    forms = _ticks(_l("In the room or online"), AttendanceForm)
    event_forms = _ticks(_l("Only at events that are"), EventForm)
    person = SelectField(_l("Reader"), validate_choice=False, validators=[Optional()])

    def fill(self, rule: Rule, version: int | None) -> None:
        """As the rule is in force."""
        self.key.data, self.version.data = rule.key, "" if version is None else str(version)
        self.offset.data, self.unit.data = abs(rule.offset), rule.unit
        side = "before" if rule.anchor == "start" and rule.offset <= 0 else "after"
        self.moment.data = f"{side}_{rule.anchor}"
        self.every_days.data, self.most.data = rule.every_days, rule.most
        for name in ("roles", "answers", "forms", "event_forms"):
            self[name].data = sorted(getattr(rule, name))
        for name in ("subject", "text"):
            self[name].process(None, getattr(rule, name))

    def offer(self, people: list[Person]) -> None:
        """Whose mail can be looked at."""
        self.person.choices = [SelectChoice(str(one.uuid), one.name) for one in people]
        if self.person.data not in {str(one.uuid) for one in people}:
            self.person.data = str(people[0].uuid) if people else None

    def details(self, *, active: bool) -> RuleDetails:
        """What was typed."""
        side, anchor = self.moment.data.split("_")
        number = self.offset.data or 0
        return RuleDetails(
            anchor=ReminderAnchor(anchor),
            offset=-number if side == "before" else number,
            unit=OffsetUnit(self.unit.data),
            active=active,
            every_days=self.every_days.data or None,
            most=1 if self.most.data is None else self.most.data,
            roles=_among(self.roles.data, MembershipRole),
            answers=_among(self.answers.data, Partstat),
            forms=_among(self.forms.data, AttendanceForm),
            event_forms=_among(self.event_forms.data, EventForm),
            subject=self.subject.data,
            text=self.text.data,
        )

    def seen_version(self) -> int | None:
        """The version of the row that was read; None where there was none."""
        text = self.version.data or ""
        return int(text[:9]) if text.isascii() and text.isdigit() else None

    def reader(self, people: list[Person]) -> Person | None:
        """Whose mail is looked at."""
        try:
            wanted = UUID(self.person.data or "")
        except ValueError:
            return None
        return next((one for one in people if one.uuid == wanted), None)


def _among(ticked: list[str] | None, kind: type[Any]) -> list[Any]:
    return [value for value in kind if value.value in (ticked or ())]


def rule_of(key: str, details: RuleDetails) -> Rule:
    """What was typed, as the plan takes it."""
    return Rule(
        key=key,
        anchor=details.anchor.value,
        offset=details.offset,
        unit=details.unit.value,
        every_days=details.every_days,
        most=details.most,
        roles=frozenset(one.value for one in details.roles),
        answers=frozenset(one.value for one in details.answers),
        forms=frozenset(one.value for one in details.forms),
        event_forms=frozenset(one.value for one in details.event_forms),
        subject=details.subject,
        text=details.text,
    )
