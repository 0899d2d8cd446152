"""Forms of pair talks: times to offer, a time to move to, an entry of the log."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Length, NumberRange, ValidationError

from mmp.core.zones import to_wall
from mmp.models import Event, TalkLog
from mmp.models.enums import AttributionConsent
from mmp.services.pair_talks import MOST_TIMES, LogEntry, Wish
from mmp.web.forms import MinutesField
from mmp.web.labels import lazy_label

_LONG = _l("Say it in 300 letters at most.")


class DayField(StringField):  # type: ignore[misc]  # untyped
    """A day as browsers send it; what else was typed stays there to be mended."""

    day: date | None = None

    def pre_validate(self, form: object) -> None:
        """Read the day; an empty one is none."""
        try:
            self.day = date.fromisoformat((self.data or "").strip()) if self.data else None
        except ValueError as error:
            raise ValidationError(_("Write the day like 2026-10-24.")) from error


class ClockField(StringField):  # type: ignore[misc]  # untyped
    """A clock time as browsers send it."""

    clock: time | None = None

    def pre_validate(self, form: object) -> None:
        """Read the time; an empty one is none."""
        try:
            read = time.fromisoformat((self.data or "").strip()) if self.data else None
        except ValueError as error:
            raise ValidationError(_("Write the time like 18:30.")) from error
        if read is not None and read.tzinfo is not None:
            raise ValidationError(_("Write the time like 18:30."))
        self.clock = read


def _minutes() -> MinutesField:
    sentence = _l("Choose between 10 minutes and 8 hours.")
    return MinutesField(_l("How long, in minutes"), validators=[NumberRange(10, 480, sentence)])


def _where() -> StringField:
    return StringField(_l("Link or place"), validators=[Length(max=300, message=_LONG)])


class OfferForm(FlaskForm):  # type: ignore[misc]  # untyped
    """One to five times, each a row of a day and a clock time."""

    uuid = HiddenField()
    seen = HiddenField()
    day1, day2, day3, day4, day5 = (DayField(_l("Day")) for _row in range(MOST_TIMES))
    time1, time2, time3, time4, time5 = (ClockField(_l("Time")) for _row in range(MOST_TIMES))
    minutes = _minutes()
    where = _where()
    topic = StringField(_l("What about"), validators=[Length(max=300, message=_LONG)])

    @property
    def rows(self) -> list[tuple[DayField, ClockField]]:
        """Days with their times."""
        return [(self[f"day{row}"], self[f"time{row}"]) for row in range(1, MOST_TIMES + 1)]

    def validate(self, extra_validators: Any = None) -> bool:
        """A day wants its time, and the other way round; one row at least."""
        good = bool(super().validate(extra_validators))
        for day, clock in self.rows:
            if bool(day.data) != bool(clock.data) and not (day.errors or clock.errors):
                clock.errors = [_("Give both a day and a time.")]
                good = False
        if good and not self.filled:
            self["time1"].errors = [_("Offer at least one time.")]
            return False
        return good

    @property
    def filled(self) -> list[int]:
        """The numbers of rows that hold a time."""
        return [number for number, (day, _clock) in enumerate(self.rows, start=1) if day.data]

    @property
    def wish(self) -> Wish:
        """What a valid form says."""
        return Wish(
            [
                datetime.combine(day.day, clock.clock)
                for day, clock in self.rows
                if day.day is not None and clock.clock is not None
            ],
            self.minutes.data,
            self.where.data or "",
            self.topic.data or "",
        )


class MoveForm(FlaskForm):  # type: ignore[misc]  # untyped
    """When and where a talk is, in the zone of who moves it."""

    version = HiddenField()
    day = DayField(_l("Day"))
    time = ClockField(_l("Time"))
    minutes = _minutes()
    where = _where()

    @classmethod
    def of(cls, talk: Event, zone: str) -> "MoveForm":
        """As the talk is now, by the reader's clock."""
        assert talk.starts_at is not None  # talks are timed
        wall = to_wall(talk.starts_at, zone)
        return cls(
            formdata=None,
            version=talk.version,
            day=wall.date().isoformat(),
            time=f"{wall:%H:%M}",
            minutes=round((talk.ends_at - talk.starts_at).total_seconds() / 60),
            where=talk.join_link or next(iter(talk.venue.values()), ""),
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Day and time are both wanted."""
        good = bool(super().validate(extra_validators))
        if good and (self.day.day is None or self.time.clock is None):
            self.time.errors = [_("Give both a day and a time.")]
            return False
        return good

    @property
    def starts(self) -> datetime:
        """The wall time of a valid form."""
        assert self.day.day is not None  # a valid form has both
        assert self.time.clock is not None
        return datetime.combine(self.day.day, self.time.clock)


class LogForm(FlaskForm):  # type: ignore[misc]  # untyped
    """That we talked: date, minutes, topic, and whether it may be quoted."""

    uuid = HiddenField()
    version = HiddenField()
    day = DayField(_l("Day"))
    minutes = MinutesField(
        _l("How long, in minutes"),
        validators=[NumberRange(1, 1440, _l("Write a number of minutes, like 45."))],
    )
    topic = StringField(_l("What about"), validators=[Length(max=300, message=_LONG)])
    consent = RadioField(
        _l("May what you said be quoted?"),
        choices=[SelectChoice(value.value, lazy_label(value)) for value in AttributionConsent],
        validate_choice=False,
        validators=[AnyOf(list(AttributionConsent), _l("Choose one of the three."))],
    )

    @classmethod
    def of(cls, log: TalkLog, person_id: int | None) -> "LogForm":
        """As the entry is now, with the reader's own consent."""
        said = {one.person_id: one.consent for one in log.consents}
        return cls(
            formdata=None,
            uuid=str(log.uuid),
            version=log.version,
            day=log.day.isoformat(),
            minutes=log.minutes,
            topic=log.topic,
            consent=said.get(person_id or 0, AttributionConsent.NO).value,
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """A day is wanted."""
        good = bool(super().validate(extra_validators))
        if good and self.day.day is None:
            self.day.errors = [_("Write the day like 2026-10-24.")]
            return False
        return good

    @property
    def entry(self) -> LogEntry:
        """What a valid form says."""
        assert self.day.day is not None  # a valid form has it
        return LogEntry(
            self.day.day,
            self.minutes.data,
            self.topic.data or "",
            AttributionConsent(self.consent.data),
        )


def uuid_in(text: str | None) -> UUID:
    """The number that a form carries for what it makes; a new one where it was tampered with."""
    return optional_uuid(text) or uuid4()


def optional_uuid(text: str | None) -> UUID | None:
    """A number, or none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def number_in(text: str | None) -> int:
    """A hidden version; one that was tampered with is never current."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1
