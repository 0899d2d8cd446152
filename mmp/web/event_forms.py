"""The form of an event: what is typed, and what it means."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Length

from mmp.core import zones
from mmp.core.countries import countries
from mmp.core.errors import UserError
from mmp.core.event_changes import Details
from mmp.core.when import When
from mmp.models import Programme
from mmp.models.enums import EventForm as Form
from mmp.services.event_edits import Choices
from mmp.web import labels, texts
from mmp.web.errors import sentence
from mmp.web.event_fields import (
    ClockField,
    DayField,
    LinkField,
    MonthField,
    QuestionsField,
    WholeField,
)
from mmp.web.labels import lazy_label
from mmp.web.texts_field import TextsField

KINDS = (
    ("timed", _l("At a clock time")),
    ("days", _l("Whole days")),
    ("month", _l("Only the month is known")),
    ("before", _l("Before a day")),
)


UNSEEN = "."
"""Instead of the handle of a contact whom the reader may not see. No handle is like it."""


class EventForm(FlaskForm):  # type: ignore[misc]  # untyped
    """All of an event but its agenda and its list. Make it with `event_form`."""

    uuid = HiddenField()
    version = HiddenField()
    was = HiddenField()
    """What the event was when the form was opened, as JSON: for two edits at once."""

    title = TextsField(_l("Title"), one_line=True)
    description = TextsField(_l("Description"))
    guiding_questions = QuestionsField(_l("Guiding questions"))

    precision = RadioField(
        _l("What is known of the time"),
        choices=[SelectChoice(value, words) for value, words in KINDS],
        validate_choice=False,
        validators=[AnyOf([value for value, _words in KINDS], _l("Choose one of these."))],
    )
    first_day = DayField(_l("First day"))
    starts = ClockField(_l("From"))
    last_day = DayField(_l("Last day"))
    ends = ClockField(_l("To"))
    month = MonthField(_l("Month"))
    zone = StringField(_l("Time zone"))

    form = RadioField(
        _l("Form"),
        choices=[SelectChoice(value.value, lazy_label(value)) for value in Form],
        validate_choice=False,
        validators=[AnyOf(list(Form), _l("Choose one of these."))],
    )
    venue = TextsField(_l("Venue"), one_line=True)
    address = TextsField(_l("Address"))
    city = TextsField(_l("City"), one_line=True)
    country = SelectField(_l("Country"), validate_choice=False)
    join_link = LinkField(_l("Link to join"))

    theme = SelectField(_l("Theme"), validate_choice=False)
    series = SelectField(_l("Series"), validate_choice=False)
    number = WholeField(_l("Number in its series"), least=1, most=100_000)
    capacity = WholeField(_l("Places"), least=0, most=1_000_000)
    contact = SelectField(_l("Contact"), validate_choice=False)
    predecessors = SelectMultipleField(_l("Builds on"), validate_choice=False)

    def details(self) -> Details | None:
        """What was typed, or None with the faults beside their fields."""
        valid = self.validate()
        if not self.title.data:
            _fault(self.title, _("Give a title in at least one language."))
            valid = False
        if self.country.data and self.country.data not in countries():
            _fault(self.country, _("Choose a country of the list."))
            valid = False
        for field in (self.theme, self.series, self.contact, self.predecessors):
            wanted = field.data if isinstance(field.data, list) else [field.data or ""]
            if not {value for value, _words in field.choices}.issuperset(wanted):
                _fault(field, _("This is not there any more; choose again."))
                valid = False
        when = self._when()
        if when is None or not valid:
            return None
        return Details(
            title=self.title.data,
            description=self.description.data,
            guiding_questions=tuple(self.guiding_questions.data),
            when=when,
            form=self.form.data,
            venue=self.venue.data,
            address=self.address.data,
            city=self.city.data,
            country=self.country.data or None,
            join_link=self.join_link.value,
            theme=self.theme.data or None,
            series=self.series.data or None,
            number=self.number.value,
            capacity=self.capacity.value,
            contact=self.contact.data or None,
            predecessors=tuple(sorted(self.predecessors.data or ())),
        )

    def _when(self) -> When | None:
        kind = self.precision.data
        needed = {
            "timed": ("first_day", "starts", "ends"),
            "days": ("first_day",),
            "month": ("month",),
            "before": ("first_day",),
        }.get(kind, ())
        for name in needed:
            if not self[name].data:
                _fault(self[name], _MISSING[name])
        used = {*needed, *(("last_day",) if kind in ("timed", "days") else ())}
        try:
            zone = zones.agreed_zone((self.zone.data or "").strip())
        except UserError as error:
            _fault(self.zone, sentence(error))
            return None
        if not needed or any(self[name].errors for name in used):
            return None
        try:
            return self._read(kind, zone)
        except UserError as error:
            _fault(self.ends if kind == "timed" else self.last_day, sentence(error))
            return None

    def _read(self, kind: str, zone: str) -> When:
        if kind == "month":
            return When.month(self.month.value.year, self.month.value.month, zone)
        first = self.first_day.value
        if kind == "before":
            return When.before(first, zone)
        last = self.last_day.value or first
        if kind == "days":
            return When.days(first, last, zone)
        return When.timed(
            datetime.combine(first, self.starts.value),
            datetime.combine(last, self.ends.value),
            zone,
        )


_MISSING = {
    "first_day": _l("Give the day."),
    "starts": _l("Give the time at which it begins."),
    "ends": _l("Give the time at which it ends."),
    "month": _l("Give the month."),
}


def _fault(field: Any, words: Any) -> None:
    field.errors = [*field.errors, str(words)]


def event_form(
    programme: Programme,
    choices: Choices,
    details: Details | None = None,
    *,
    anew: bool = False,
    **more: Any,
) -> EventForm:
    """The form, filled with what was sent (unless `anew`), else with `details`, else empty."""
    given = {"precision": "timed", "zone": programme.zone, "form": Form.NOT_STATED.value}
    given |= typed(details) if details else {"uuid": str(uuid4())}
    form = EventForm(data=given | more, **({"formdata": None} if anew else {}))
    _offer(form, programme, choices)
    return form


def typed(details: Details) -> dict[str, Any]:
    """The details as they stand in the form's fields."""
    when = details.when
    first = when.starts_local.date() if when.starts_local else when.first_day
    last = when.ends_local.date() if when.ends_local else when.last_day
    if when.precision == "month":
        first = last = None  # whoever fixes the day types the one there is
    elif when.precision == "before":
        first = when.sort_day.fromordinal(when.sort_day.toordinal() + 1)
    values: dict[str, Any] = {
        name: getattr(details, name)
        for name in (
            *("title", "description", "guiding_questions", "form", "venue", "address", "city"),
            *("country", "join_link", "theme", "series", "number", "capacity", "contact"),
            "predecessors",
        )
    }
    return values | {
        "precision": when.precision,
        "zone": when.zone,
        "first_day": first.isoformat() if first else "",
        "last_day": last.isoformat() if last and last != first and when.sort_day == first else "",
        "starts": when.starts_local.strftime("%H:%M") if when.starts_local else "",
        "ends": when.ends_local.strftime("%H:%M") if when.ends_local else "",
        "month": when.sort_day.isoformat()[:7] if when.precision == "month" else "",
    }


def _offer(form: EventForm, programme: Programme, choices: Choices) -> None:
    none = [("", "–")]
    known = labels.countries_by_name(countries())
    form.country.choices = none + [(code, labels.country(code)) for code in known]
    form.theme.choices = none + [(row.key, texts.plain(row.title)) for row in programme.themes]
    form.series.choices = none + [(row.key, texts.plain(row.name)) for row in programme.series]
    unseen = [(UNSEEN, _("A participant"))] if form.contact.data == UNSEEN else []
    form.contact.choices = none + unseen + list(choices.contacts)
    form.predecessors.choices = [(key, texts.plain(title)) for key, title in choices.events]


class CancelForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Why an event does not take place, in words for those who are told."""

    reason = TextAreaField(
        _l("What to say (optional)"),
        validators=[Length(max=1000, message=_l("Write at most 1000 letters."))],
    )


class CopyForm(FlaskForm):  # type: ignore[misc]  # untyped
    """When the copy begins, and what comes along."""

    uuid = HiddenField()
    first_day = DayField(_l("First day of the copy"))
    with_roles = BooleanField(_l("Take along who does what in the agenda"))
    with_people = BooleanField(_l("Take along the list of people, to be invited anew"))
