"""What people mend of what is kept about them."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Length, ValidationError

from mmp.adapters.translations import LANGUAGES
from mmp.core.errors import UserError
from mmp.core.zones import agreed_zone
from mmp.models import Person
from mmp.models.enums import Gender
from mmp.web.forms import shown_languages, typed_languages
from mmp.web.people_desk_forms import locale_name
from mmp.web.texts import language

_LONGEST = 200
_LANGUAGE = _l("Choose one of the list.")


class AboutMeForm(FlaskForm):  # type: ignore[misc]  # untyped
    """A person's own facts; everything else is of their programmes."""

    name = StringField(
        _l("Name"),
        validators=[DataRequired(_l("Give a name.")), Length(max=_LONGEST)],
    )
    name_native = StringField(_l("Name in your own script"), validators=[Length(max=_LONGEST)])
    position = StringField(_l("Position"), validators=[Length(max=_LONGEST)])
    zone = StringField(_l("Time zone, like Asia/Amman"))
    locale = SelectField(_l("Language of mails"), validate_choice=False)
    gender = SelectField(
        _l("Gender"),
        choices=[
            SelectChoice(Gender.WOMAN.value, _l("Woman")),
            SelectChoice(Gender.MAN.value, _l("Man")),
            SelectChoice(Gender.SELF_DESCRIBED.value, _l("In my own words")),
            SelectChoice(Gender.NOT_STATED.value, _l("Not stated")),
        ],
        validate_choice=False,
        validators=[AnyOf(list(Gender), _LANGUAGE)],
    )
    gender_description = StringField(_l("In my own words"), validators=[Length(max=_LONGEST)])
    languages = StringField(_l("Languages you speak, with commas between"))

    @classmethod
    def of(cls, person: Person) -> "AboutMeForm":
        """With what was sent, else with what is kept."""
        form = cls(
            data={
                "name": person.name,
                "name_native": person.name_native or "",
                "position": (person.position or {}).get(language(), ""),
                "zone": person.zone,
                "locale": person.locale,
                "gender": person.gender.value,
                "gender_description": person.gender_description or "",
                "languages": shown_languages(person.languages),
            }
        )
        known = dict.fromkeys([person.locale, *LANGUAGES])
        form.locale.choices = [SelectChoice(code, locale_name(code)) for code in known]
        return form

    def validate_zone(self, field: Any) -> None:
        """A zone of the world."""
        try:
            agreed_zone(field.data or "")
        except UserError as error:
            raise ValidationError(_l("Write it as continent and city, like Asia/Amman.")) from error

    def validate_locale(self, field: Any) -> None:
        """One of those offered."""
        if field.data not in [choice.value for choice in field.choices]:
            raise ValidationError(_LANGUAGE)

    def values(self, person: Person) -> dict[str, Any]:
        """As `services.privacy.correct` takes them."""
        position = dict(person.position or {})
        position[language()] = (self.position.data or "").strip()
        gender = Gender(self.gender.data)
        return {
            "name": self.name.data.strip(),
            "name_native": (self.name_native.data or "").strip() or None,
            "position": {code: text for code, text in position.items() if text} or None,
            "zone": self.zone.data,
            "locale": self.locale.data,
            "gender": gender,
            "gender_description": (self.gender_description.data or "").strip() or None
            if gender is Gender.SELF_DESCRIBED
            else None,
            "languages": typed_languages(self.languages.data or ""),
        }
