"""Forms of an event's list."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Length, Optional

from mmp.core.countries import countries
from mmp.models import Person
from mmp.models.enums import (
    AttendanceForm,
    Entry,
    MembershipRole,
    Partstat,
    Region,
    StakeholderGroup,
)
from mmp.services.participants import LineValues
from mmp.web.labels import countries_by_name, country, lazy_label
from mmp.web.texts_field import TextsField

_CHOOSE = _l("Choose one of the list.")
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _choices(kind: type[StrEnum]) -> list[SelectChoice]:
    return [SelectChoice(value.value, lazy_label(value)) for value in kind]


def _leaving(label: Any, kind: type[StrEnum], name: str) -> SelectField:
    return SelectField(
        label,
        id=f"many-{name}",  # the page has other fields of this name
        choices=[SelectChoice("", _l("Leave as it is")), *_choices(kind)],
        validate_choice=False,
        validators=[Optional(), AnyOf(list(kind), _CHOOSE)],
    )


class AddPeopleForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Who comes onto the list: by role, region and country, by a pasted list, one by one, or all
    of these. What is ticked of roles, regions and countries narrows each other."""

    roles = SelectMultipleField(
        _l("Everybody with an active part as"),
        choices=_choices(MembershipRole),
        validate_choice=False,
    )
    regions = SelectMultipleField(
        _l("Of these regions"), choices=_choices(Region), validate_choice=False
    )
    countries = SelectMultipleField(_l("Of these countries"), validate_choice=False)
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

    def filters(self) -> tuple[set[MembershipRole], set[Region], set[str]]:
        """What is ticked of roles, regions and countries."""
        roles, regions = set(self.roles.data or ()), set(self.regions.data or ())
        return (
            {role for role in MembershipRole if role.value in roles},
            {region for region in Region if region.value in regions},
            {code for code in self.countries.data or () if code in countries()},
        )

    def offer(self, people: Iterable[Person], listed: Iterable[Person]) -> None:
        """Those who may be chosen, and the countries that they and those on the list come from."""
        free = list(people)
        one_by_one = (SelectChoice(str(one.uuid), one.name) for one in free)
        self.person.choices = [SelectChoice("", _("Nobody")), *one_by_one]
        codes = {one.country for one in (*free, *listed) if one.country} | self.filters()[2]
        known = countries_by_name(codes)
        self.countries.choices = [SelectChoice(code, country(code)) for code in known]


class ManyForm(FlaskForm):  # type: ignore[misc]  # untyped
    """What is done to everybody who is ticked, each as `<uuid>.<version>`."""

    ticked = SelectMultipleField(validate_choice=False)
    entry = _leaving(_l("How they came onto the list"), Entry, "entry")
    partstat = _leaving(_l("Answer"), Partstat, "partstat")
    form = _leaving(_l("In the room or online"), AttendanceForm, "form")

    def lines(self) -> dict[UUID, int]:
        """Who is ticked, each with the version that was seen; nonsense is nobody."""
        found = {}
        for value in self.ticked.data or ():
            uuid, _dot, version = value.partition(".")
            if _UUID.fullmatch(uuid) and version.isascii() and version.isdigit():
                found[UUID(uuid)] = int(version[:9])
        return found


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
    organisation_name = TextsField(_l("Organisation"), one_line=True)
    position = TextsField(_l("Position"), one_line=True)
    group = SelectField(
        _l("Sector"),
        choices=[SelectChoice("", _l("Not said")), *_choices(StakeholderGroup)],
        validate_choice=False,
        validators=[Optional(), AnyOf(list(StakeholderGroup), _CHOOSE)],
    )

    def values(self) -> LineValues:
        """What was typed."""
        return LineValues(
            entry=Entry(self.entry.data),
            partstat=Partstat(self.partstat.data),
            form=AttendanceForm(self.form.data) if self.form.data else None,
            organisation_name=self.organisation_name.data,
            position=self.position.data,
            group=StakeholderGroup(self.group.data) if self.group.data else None,
        )
