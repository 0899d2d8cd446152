"""Forms: what people type, with the sentence beside each field that says how to mend it."""

import re
from collections.abc import Iterable

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, Form, IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Length, NumberRange, Optional

from mmp.core.errors import UserError
from mmp.models.enums import CalendarDelivery, DeclinedEvents
from mmp.services.feeds import LONGEST_ALARM
from mmp.services.people_import.words import language_named
from mmp.web.errors import sentence
from mmp.web.labels import language_name, lazy_label


def typed_languages(text: str) -> list[str]:
    """The codes of languages that were typed with commas between, by their names or codes; what
    is neither stays as it is."""
    found: list[str] = []
    for part in filter(None, map(str.strip, re.split("[,;،؛\n]", text))):
        named = language_named(part)
        found += [named] if named else [language_named(word) or word for word in part.split()]
    return list(dict.fromkeys(found))


def shown_languages(codes: Iterable[str]) -> str:
    """Languages by their names, as `typed_languages` reads them again; else by their codes."""
    named = ((code, language_name(code)) for code in codes)
    return str(_(", ")).join(
        name if typed_languages(name) == [code] else code for code, name in named
    )


class MinutesField(IntegerField):  # type: ignore[misc]  # untyped
    """A whole number, in any digits, with our own sentence for everything else."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Write a number of minutes, like 15.")) from error


class CalendarForm(FlaskForm):  # type: ignore[misc]  # untyped
    """How a person wants events in their calendar."""

    delivery = RadioField(
        _l("How meetings reach your calendar"),
        choices=[SelectChoice(value.value, lazy_label(value)) for value in CalendarDelivery],
        validate_choice=False,  # it would say so in a sentence of its own
        validators=[AnyOf(list(CalendarDelivery), _l("Choose one of the three."))],
    )
    declined_events = RadioField(
        _l("Meetings you declined"),
        choices=[SelectChoice(value.value, lazy_label(value)) for value in DeclinedEvents],
        validate_choice=False,
        validators=[AnyOf(list(DeclinedEvents), _l("Choose one of the two."))],
    )
    alarm_minutes = MinutesField(
        _l("Alarm, minutes before the start"),
        validators=[
            Optional(),
            NumberRange(
                0, LONGEST_ALARM, _l("Choose between the start itself and four weeks before it.")
            ),
        ],
    )


class AddressForm(FlaskForm):  # type: ignore[misc]  # untyped
    """One more address of a person's feed."""

    name = StringField(
        _l("Name of the device or program"),
        validators=[
            DataRequired(_l("Give a name of at most 120 characters, like “My phone”.")),
            Length(max=120, message=_l("Give a name of at most 120 characters, like “My phone”.")),
        ],
    )


class ConfirmForm(FlaskForm):  # type: ignore[misc]  # untyped
    """A button, and the token that shows it was pressed on our page."""


def faulty(*forms: Form) -> list[Field]:
    """The fields with something to mend, in the order of the page."""
    return [field for form in forms for field in form if field.errors]


def refuse(form: Form, error: UserError) -> None:
    """Put what a service says beside the field it means; raise it where the form has none such."""
    if error.field not in form:
        raise error
    form[error.field].errors = [*form[error.field].errors, sentence(error)]
