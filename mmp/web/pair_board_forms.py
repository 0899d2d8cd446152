"""Forms of the board of pairs, and its filters in the address."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from mmp.core.errors import UserError
from mmp.core.pair_health import Health
from mmp.models import Person
from mmp.models.enums import Region
from mmp.services.pair_board import Ended, Sort, Wanted
from mmp.web.event_fields import DayField

Kind = TypeVar("Kind", bound=StrEnum)
TELL = _l("Tell them by mail")


def wanted_from(args: Mapping[str, str]) -> Wanted:
    """What an address asks for; nonsense in it asks for nothing."""
    return Wanted(
        health=_one(Health, args.get("state")),
        region=_one(Region, args.get("region")),
        ended=_one(Ended, args.get("pairs")) or Ended.RUNNING,
        sort=_one(Sort, args.get("sort")) or Sort.HEALTH,
    )


def _one(kind: type[Kind], text: str | None) -> Kind | None:
    return kind(text) if text in list(kind) else None


class _TypedForm(FlaskForm):  # type: ignore[misc]  # untyped
    def day_of(self, name: str) -> date:
        """The day typed into a field. Raises UserError for none."""
        value = self[name].value
        if not isinstance(value, date):
            raise UserError("Give the day.", field=name)
        return value


class NudgeForm(_TypedForm):
    """Whom to ask."""

    uuid = HiddenField()
    to = SelectMultipleField(_l("Who gets the mail"), validate_choice=False)

    def chosen(self) -> set[UUID]:
        """Who is ticked."""
        return set(uuids(self.to.data))


class PairUpForm(_TypedForm):
    """Two or three people who have no pair."""

    uuid = HiddenField()
    people = SelectMultipleField(_l("Two people, or three"), validate_choice=False)
    starts_on = DayField(_l("From"))
    again = BooleanField(_l("Yes, pair them again"))
    tell = BooleanField(TELL)


class EndForm(_TypedForm):
    """The end of a pair."""

    version = IntegerField(validators=[Optional()])
    ends_on = DayField(_l("Last day"))
    reason = StringField(_l("Why"))
    tell = BooleanField(TELL)


class PlaceForm(_TypedForm):
    """Who comes, and from when on; or who leaves, and after which day."""

    version = IntegerField(validators=[Optional()])
    person = SelectField(_l("Who comes"), validate_choice=False)
    day = DayField(_l("From"))
    tell = BooleanField(TELL)

    def offer(self, people: Iterable[Person], *, nobody: str) -> None:
        """Those who may come."""
        free = [SelectChoice(str(one.uuid), one.name) for one in people]
        self.person.choices = [SelectChoice("", nobody), *free]

    def newcomer(self) -> UUID | None:
        """Who is chosen."""
        return next(iter(uuids([self.person.data])), None)


def uuids(values: Iterable[Any] | None) -> list[UUID]:
    """What of these is a UUID."""
    found = []
    for value in values or ():
        try:
            found.append(UUID(str(value)))
        except ValueError:
            continue
    return found


def uuid_of(text: str | None) -> UUID:
    """The hidden uuid of what shall be made. Raises UserError for nonsense."""
    found = uuids([text])
    if not found:
        raise UserError(_("Load the page again and try once more."))
    return found[0]
