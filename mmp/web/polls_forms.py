"""The forms of polls: what is sent out, what is answered, and what is decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID, uuid4

from flask import request
from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length

from mmp.core.polls import MOST, Vote
from mmp.services.polls import Asked, Given, Inviting, Wish
from mmp.services.slot_finding import Asked as Listed, Wish as Search, guest_handle
from mmp.web.event_fields import ClockField, DayField, WholeField
from mmp.web.texts import language

VOTES = {
    Vote.YES: _l("Yes"),
    Vote.IF_NEED_BE: _l("If need be"),
    Vote.NO: _l("No"),
}
INVITING = {
    Inviting.COMING: _l("Those who said yes or if need be to this time"),
    Inviting.ALL: _l("All who were asked"),
    Inviting.NOBODY: _l("Nobody yet; I invite them later"),
}


class PollForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Up to six times, each a row of a day and a clock time; to whom, and until when."""

    uuid = HiddenField()
    day1, day2, day3, day4, day5, day6 = (DayField(_l("Day")) for _row in range(MOST))
    time1, time2, time3, time4, time5, time6 = (ClockField(_l("Time")) for _row in range(MOST))
    slots = StringField(_l("Times"))
    minutes = WholeField(
        _l("Duration in minutes"),
        least=5,
        most=1440,
        validators=[InputRequired(_l("Give the duration in minutes, like 90."))],
    )
    closes_on = DayField(
        _l("Last day to answer"), validators=[InputRequired(_l("Give the last day to answer."))]
    )
    words = TextAreaField(
        _l("A few words to go with it"),
        validators=[Length(max=1000, message=_l("Write 1,000 letters at most."))],
    )
    needed = SelectMultipleField(_l("Required"), validate_choice=False)
    people = SelectMultipleField(_l("Asked"), validate_choice=False)

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """Days with their times."""
        return [(self[f"day{row}"], self[f"time{row}"]) for row in range(1, MOST + 1)]

    def validate(self, extra_validators: Any = None) -> bool:
        """A day wants its time, and the other way round."""
        good = bool(super().validate(extra_validators))
        for day, clock in self.rows:
            if bool(day.data) != bool(clock.data) and not (day.errors or clock.errors):
                clock.errors = [_("Give both a day and a time.")]
                good = False
        return good

    def wish(self, listed: Listed) -> Wish | None:
        """What is to go out; None with the faults beside their fields."""
        if not self.validate():
            return None
        asked, needed = set(self.people.data or ()), set(self.needed.data or ())
        people = [one for one in listed.people if guest_handle(one) in asked | needed]
        return Wish(
            [
                datetime.combine(day.value, clock.value)
                for day, clock in self.rows
                if day.value is not None and clock.value is not None
            ],
            self.minutes.value,
            self.closes_on.value,
            people,
            {one.id for one in people if guest_handle(one) in needed},
            self.words.data or "",
            language(),
        )


def first_form(
    search: Search, listed: Listed, starts: Sequence[datetime], minutes: int, closes_on: Any
) -> PollForm:
    """The form as one begins: with the times that were ticked and the people of the search."""
    values: dict[str, Any] = {"uuid": str(uuid4()), "minutes": str(minutes)}
    for row, at in enumerate(starts[:MOST], start=1):
        values |= {f"day{row}": f"{at:%Y-%m-%d}", f"time{row}": f"{at:%H:%M}"}
    handles = {guest_handle(person) for person in listed.people}
    values |= {
        "closes_on": closes_on.isoformat() if closes_on else "",
        "needed": sorted(search.needed & handles),
        "people": sorted(handles - search.left_out),
    }
    return PollForm(formdata=None, data=values)


def starts_asked() -> list[datetime]:
    """The times that the address brings from a search; nonsense is left out."""
    found = []
    for text in request.args.getlist("slot")[: 2 * MOST]:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            continue
        if at.tzinfo is None and 1990 <= at.year <= 2100:
            found.append(at.replace(second=0, microsecond=0))
    return sorted(set(found))


class ClosingForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Until when a poll is open again."""

    closes_on = DayField(
        _l("Last day to answer"), validators=[InputRequired(_l("Give the last day to answer."))]
    )


class PickForm(FlaskForm):  # type: ignore[misc]  # untyped
    """What comes with the day: who is invited, whether a draft is published."""

    version = HiddenField()
    inviting = RadioField(
        _l("Who is invited now"),
        choices=[SelectChoice(value.value, words) for value, words in INVITING.items()],
        default=Inviting.COMING.value,
        validate_choice=False,
        validators=[AnyOf([value.value for value in Inviting], _l("Choose one of these."))],
    )


class VotesForm(FlaskForm):  # type: ignore[misc]  # untyped
    """One answer for each slot: `vote-<uuid>`, and in `seen-<uuid>` the instant it was given to."""

    votes = HiddenField()
    note = TextAreaField(
        _l("A short note, if something should be known"),
        validators=[Length(max=300, message=_l("Say it in 300 letters at most."))],
    )

    @classmethod
    def of(cls, asked: Asked) -> Self:
        """With the note that is there."""
        return cls(formdata=None, note=asked.note)

    def given(self, asked: Asked) -> Given:
        """What was ticked; what is no answer is none."""
        found = {}
        for one in asked.slots:
            vote = ticked(one.slot.uuid)
            try:
                seen = datetime.fromisoformat(request.form.get(f"seen-{one.slot.uuid}", ""))
            except ValueError:
                seen = one.starts_at
            if vote is not None:
                found[one.slot.id] = (vote, seen if seen.tzinfo else one.starts_at)
        return Given(found, self.note.data or "")


def ticked(slot: UUID) -> Vote | None:
    """What was sent for a slot."""
    sent = request.form.get(f"vote-{slot}", "")
    return next((vote for vote in Vote if vote.value == sent), None)
