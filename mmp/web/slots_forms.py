"""The form of a search for a time, and how a time that was found reaches the event's form."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import flash, request
from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.validators import InputRequired

from mmp.core.event_changes import Details
from mmp.core.when import When
from mmp.models import Person
from mmp.services.slot_finding import Asked, Wish, guest_handle
from mmp.web.event_fields import DayField, WholeField
from mmp.web.texts import name_of


class SlotsForm(FlaskForm):  # type: ignore[misc]  # untyped
    """How long, on which days, and for whom. It is sent in the address: nothing is changed."""

    sent = False
    """Whether somebody has pressed the button."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # untyped
        csrf = False

    minutes = WholeField(
        _l("Duration in minutes"),
        least=5,
        most=1440,
        validators=[InputRequired(_l("Give the duration in minutes, like 90."))],
    )
    first_day = DayField(_l("From"), validators=[InputRequired(_l("Give the first day."))])
    last_day = DayField(_l("To"), validators=[InputRequired(_l("Give the last day."))])
    needed = SelectMultipleField(_l("Required"), validate_choice=False)
    left_out = SelectMultipleField(_l("Leave out"), validate_choice=False)
    people = SelectMultipleField(_l("People"), validate_choice=False)

    def wish(self) -> Wish | None:
        """What was asked for, or None with the faults beside their fields."""
        if not self.validate():
            return None
        return Wish(
            self.minutes.value,
            self.first_day.value,
            self.last_day.value,
            frozenset(self.needed.data or ()),
            frozenset(self.left_out.data or ()),
        )


def slots_form(wish: Wish, asked: Asked) -> SlotsForm:
    """The form as it was sent; where nothing was, as one begins."""
    sent = request.args if "minutes" in request.args else None
    form = SlotsForm(sent, data=None if sent else query(wish))
    form.sent = sent is not None
    choices = [(guest_handle(person), name_of(person)) for person in asked.people]
    form.needed.choices = form.left_out.choices = choices
    return form


def query(wish: Wish, **changed: Any) -> dict[str, Any]:
    """A search as it stands in an address, with something `changed`."""
    wish = replace(wish, **changed)
    return {
        "minutes": str(wish.minutes),
        "first_day": wish.first_day.isoformat(),
        "last_day": wish.last_day.isoformat(),
        "needed": sorted(wish.needed),
        "left_out": sorted(wish.left_out),
    }


def without(wish: Wish, people: Sequence[Person]) -> dict[str, Any]:
    """The search with these people welcome, not required."""
    return query(wish, needed=wish.needed - {guest_handle(person) for person in people})


def taken(starts: datetime, minutes: int) -> dict[str, str]:
    """A time (by the clocks of the event) as it stands in the address of the event's form."""
    return {"starts": starts.strftime("%Y-%m-%dT%H:%M"), "minutes": str(minutes)}


def time_asked() -> tuple[str, str] | None:
    """The time that the address brings from a search, if it does: where it starts and how many
    minutes it lasts, as `taken` gave them."""
    minutes, text = request.args.get("minutes", ""), request.args.get("starts", "")
    if not (minutes.isascii() and minutes.isdigit() and 5 <= int(minutes[:6]) <= 1440):
        return None
    try:
        starts = datetime.fromisoformat(text)
    except ValueError:
        return None
    if starts.tzinfo or not 1990 <= starts.year <= 2100:
        return None
    return starts.strftime("%Y-%m-%dT%H:%M"), str(int(minutes))


def with_time_taken(details: Details) -> Details | None:
    """The details of an event with the time that the address brings from a search, if one does."""
    found = time_asked()
    if found is None:
        return None
    starts = datetime.fromisoformat(found[0])
    flash(_("The form holds the time you have taken. Nothing is saved yet."))
    when = When.timed(starts, starts + timedelta(minutes=int(found[1])), details.when.zone)
    return replace(details, when=when)
