"""Forms about one person."""

import re
from typing import Any
from uuid import UUID

from babel import Locale
from flask_babel import get_locale, gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Length, Optional, ValidationError

from mmp.core.countries import countries
from mmp.core.errors import UserError
from mmp.core.programme_file.words import check_email, check_locale
from mmp.core.zones import agreed_zones
from mmp.models import Person
from mmp.models.enums import Gender, MembershipRole, Region, StakeholderGroup
from mmp.services.people import PersonValues, plain_values
from mmp.web.errors import sentence
from mmp.web.event_fields import DayField
from mmp.web.forms import shown_languages, typed_languages
from mmp.web.labels import countries_by_name, country, language_name, lazy_label
from mmp.web.texts import plain
from mmp.web.texts_field import TextsField

_CHOOSE = _l("Choose one of the list.")
_LONG = _l("Use at most 200 letters.")
LOCALES = (
    *("ar", "ar_AE", "ar_DZ", "ar_EG", "ar_IQ", "ar_JO", "ar_LB", "ar_LY", "ar_MA", "ar_PS"),
    *("ar_SA", "ar_SY", "ar_TN", "ar_YE", "de", "el", "en", "en_GB", "en_US", "es", "fr", "fr_DZ"),
    *("fr_FR", "fr_MA", "fr_TN", "it", "nl", "pt", "sv", "sv_SE", "tr"),
)
"""How dates and numbers are written, of those that people are likely to want."""


def _choices(kind: Any, *empty: Any) -> list[SelectChoice]:
    return [
        *(SelectChoice("", words) for words in empty),
        *(SelectChoice(value.value, lazy_label(value)) for value in kind),
    ]


def _line(label: Any) -> StringField:
    return StringField(label, validators=[Length(max=200, message=_LONG)])


class PersonForm(FlaskForm):  # type: ignore[misc]  # untyped
    """All of a person that a coordinator may set, and their parts in this programme."""

    uuid = HiddenField()
    version = HiddenField()
    name = StringField(
        _l("Name, in Latin letters"),
        validators=[
            DataRequired(_l("Write their name, as they write it themselves.")),
            Length(max=200, message=_LONG),
        ],
    )
    name_native = _line(_l("Name in their own script"))
    email = _line(_l("E-mail address"))
    roles = SelectMultipleField(
        _l("Parts in this programme"), choices=_choices(MembershipRole), validate_choice=False
    )
    country = SelectField(_l("Country"), validate_choice=False)
    region = SelectField(
        _l("Region"),
        choices=_choices(Region),
        validate_choice=False,
        validators=[AnyOf(list(Region), _CHOOSE)],
    )
    zone = SelectField(_l("Time zone"), validate_choice=False)
    locale = SelectField(_l("Language and country of their pages and mails"), validate_choice=False)
    languages = StringField(_l("Languages they speak"))
    organisation = _line(_l("Organisation"))
    position = TextsField(_l("Position"), one_line=True)
    group = SelectField(
        _l("Sector"),
        choices=_choices(StakeholderGroup, _l("Not said")),
        validate_choice=False,
        validators=[Optional(), AnyOf(list(StakeholderGroup), _CHOOSE)],
    )
    gender = SelectField(
        _l("Gender"),
        choices=_choices(Gender),
        validate_choice=False,
        validators=[AnyOf(list(Gender), _CHOOSE)],
    )
    gender_description = _line(_l("Gender, in their own words"))
    discreet = BooleanField(_l("Discreet: nobody but coordinators and their partner sees the name"))

    def fill(self, person: Person, roles: frozenset[MembershipRole]) -> None:
        """Show somebody as they are."""
        known = plain_values(person) | {
            "version": str(person.version),
            "organisation": plain(person.organisation.name) if person.organisation else "",
            "languages": shown_languages(person.languages),
            "roles": [role.value for role in roles],
        }
        self.process(data={name: "" if value is None else value for name, value in known.items()})

    def offer(self) -> None:
        """The lists to choose from, with whatever is chosen already."""
        self.country.choices = [
            SelectChoice("", _("Not said")),
            *(SelectChoice(code, country(code)) for code in countries_by_name(countries())),
        ]
        zones = sorted({*agreed_zones(), *([self.zone.data] if self.zone.data else [])})
        usual = [SelectChoice("", _("As in their country"))]
        self.zone.choices = [*usual, *(SelectChoice(zone, zone) for zone in zones)]
        locales = sorted({*LOCALES, *([self.locale.data] if self.locale.data else [])})
        self.locale.choices = [
            SelectChoice("", _("As in their country")),
            *(SelectChoice(code, locale_name(code)) for code in locales),
        ]

    def validate_email(self, field: Any) -> None:
        """One that mail can reach, or none."""
        field.data = (field.data or "").strip()
        if field.data:
            field.data = _held(check_email, field.data)

    def validate_languages(self, field: Any) -> None:
        """Codes, with anything between them."""
        known = Locale("en").languages
        for code in self.spoken():
            if code not in known or len(code) > 3:
                words = _("“%(code)s” is no language that is known; write English, or en.")
                raise ValidationError(words % {"code": code[:20]})

    def validate_country(self, field: Any) -> None:
        """One of the list, or none."""
        if field.data and field.data not in countries():
            raise ValidationError(_("Choose a country of the list."))

    def validate_zone(self, field: Any) -> None:
        """One of the list, or none."""
        if field.data and field.data not in agreed_zones():
            raise ValidationError(_("Choose one of the list."))

    def validate_locale(self, field: Any) -> None:
        """One that CLDR knows, or none."""
        if field.data:
            field.data = _held(check_locale, field.data[:40])

    def validate_name(self, field: Any) -> None:
        """Nothing that no page could show."""
        if any("\0" in str(one.data or "") for one in self):
            raise ValidationError(_("Take out what cannot be shown."))

    def spoken(self) -> list[str]:
        """The language codes that were typed."""
        return typed_languages(self.languages.data or "")

    def values(self, usual_zone: str, usual_locale: str) -> PersonValues:
        """What was typed; zone and locale as usual where they were left open."""
        return PersonValues(
            name=_tidy(self.name.data) or "",
            name_native=_tidy(self.name_native.data),
            email=self.email.data or None,
            country=self.country.data or None,
            region=Region(self.region.data),
            zone=self.zone.data or usual_zone,
            locale=self.locale.data or usual_locale,
            organisation=_tidy(self.organisation.data),
            position=self.position.data,
            group=StakeholderGroup(self.group.data) if self.group.data else None,
            gender=Gender(self.gender.data),
            gender_description=_tidy(self.gender_description.data),
            languages=self.spoken(),
            discreet=bool(self.discreet.data),
            roles=frozenset(
                role for role in MembershipRole if role.value in (self.roles.data or ())
            ),
        )


class LeaveForm(FlaskForm):  # type: ignore[misc]  # untyped
    """When and why somebody leaves. `people` names whom the page showed."""

    people = HiddenField()
    on = DayField(_l("Since when"))
    reason = StringField(_l("Why, for those who coordinate"))


class AlumniForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Whether they agreed to be written to."""

    agreed = SelectField(
        _l("May they be written to as alumni?"),
        choices=[
            SelectChoice("", _l("Nobody has asked them yet")),
            SelectChoice("yes", _l("They said yes")),
            SelectChoice("no", _l("They said no")),
        ],
        validate_choice=False,
        validators=[AnyOf(["", "yes", "no"], _CHOOSE)],
    )

    def answer(self) -> bool | None:
        """What they said."""
        return {"yes": True, "no": False}.get(self.agreed.data)


def uuids_in(text: str | None) -> list[UUID]:
    """The uuids of a hidden field; nonsense is nobody."""
    shape = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    return [UUID(one) for one in re.findall(shape, text or "")]


def _tidy(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def _held(check: Any, text: str) -> str:
    try:
        return str(check(text))
    except UserError as error:
        raise ValidationError(sentence(error)) from error


def locale_name(code: str) -> str:
    """“English (Sweden)”, in the language of the page."""
    language, _sep, territory = code.partition("_")
    name = language_name(language)
    if territory:
        name = f"{name} ({country(territory)})"
    return name if get_locale() else code
