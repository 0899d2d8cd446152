"""Forms of break-out groups: the wishes for all, and what is said of one group."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, Optional, ValidationError

from mmp.core.errors import UserError
from mmp.models import Person
from mmp.models.breakouts import BreakoutGroup
from mmp.services.breakouts import GroupValues, Partners, Preset, Settings
from mmp.services.breakouts.settings import WEIGHTS, Two
from mmp.web.breakouts_words import PARTNERS, PRESETS, WEIGHT_NAMES
from mmp.web.labels import language_name
from mmp.web.texts import may_name
from mmp.web.texts_field import TextsField

_RULE = re.compile(r"rules-([0-9]{1,3})-(one|kind|other)")
MOST_RULES = 200
KINDS = ("", "together", "apart")


class RulesField(Field):  # type: ignore[misc]  # untyped
    """Who must or must never sit together: rows of two people and a word between them."""

    widget = None

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """What is there, or what was sent."""
        self.process_errors: list[str] = []
        self.data: list[dict[str, str]] = list(data or ())
        sent: dict[int, dict[str, str]] = {}
        for name in formdata or ():
            if found := _RULE.fullmatch(name):
                sent.setdefault(int(found[1]), {})[found[2]] = str(formdata[name])
        if sent:
            rows = [sent[number] for number in sorted(sent)][:MOST_RULES]
            self.data = [row for row in rows if any(row.values())]

    def pre_validate(self, form: Any) -> None:
        """Each row whole or empty."""
        for row in self.data:
            if row.get("kind") in KINDS[1:] and not (row.get("one") and row.get("other")):
                raise ValidationError(_("Choose two people for each rule."))
            if row.get("kind") not in KINDS:
                raise ValidationError(_("Choose one of the list."))

    def rows(self) -> list[dict[str, str]]:
        """Those there are, and room for two more."""
        return [*self.data, {}, {}]

    def pairs(self, kind: str) -> tuple[Two, ...]:
        """The rules of one kind."""
        rows = [row for row in self.data if row.get("kind") == kind]
        return tuple((row["one"], row["other"]) for row in rows)


class CountField(IntegerField):  # type: ignore[misc]  # untyped
    """A whole number, in any digits, with our own sentence for everything else."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Write a whole number, like 6.")) from error


class WeightField(StringField):  # type: ignore[misc]  # untyped
    """A number, in any digits; empty means the preset's."""

    def weight(self) -> float | None:
        """Raises UserError."""
        typed = (self.data or "").strip().replace("٫", ".").replace(",", ".")
        if not typed:
            return None
        try:
            return float(typed)
        except ValueError:
            raise UserError("A weight is a number from 0 to 1,000,000.", field=self.name) from None


def _weight(name: str) -> WeightField:
    return WeightField(_l(WEIGHT_NAMES[name]), validators=[Length(max=20)])


class SettingsForm(FlaskForm):  # type: ignore[misc]  # untyped
    """The wishes for all groups."""

    version = IntegerField(validators=[Optional()])
    question = TextsField(_l("Guiding question for all groups"))
    groups = CountField(
        _l("How many groups"), validators=[InputRequired(_l("Write how many groups, like 6."))]
    )
    sizes = StringField(_l("Sizes, if they are to differ"), validators=[Length(max=500)])
    preset = RadioField(
        _l("What counts most"),
        choices=[SelectChoice(one.value, _l(PRESETS[one][0])) for one in Preset],
        validate_choice=False,
        validators=[AnyOf(list(Preset), _l("Choose one of the three."))],
    )
    partners = RadioField(
        _l("Partners of a pair"),
        choices=[SelectChoice(one.value, _l(PARTNERS[one])) for one in Partners],
        validate_choice=False,
        validators=[AnyOf(list(Partners), _l("Choose one of the three."))],
    )
    common_language = BooleanField(_l("Everybody in a group shares a language"))
    rules = RulesField(_l("Who must or must not sit together"))
    facilitators = SelectMultipleField(
        _l("Who can lead a group"), choices=[], validate_choice=False
    )
    seconds = CountField(
        _l("Seconds a search may take"),
        validators=[InputRequired(_l("Write a number of seconds, like 10."))],
    )
    repeat = _weight("repeat")
    mix = _weight("mix")
    language = _weight("language")
    region = _weight("region")
    gender = _weight("gender")
    group = _weight("group")

    def offer(self, people: Sequence[Person], away: Iterable[Person] = ()) -> None:
        """Who may be named as able to lead; those who are named and do not take part, and whom one
        may not see, stay who they are."""
        self.away = {
            str(one.uuid): str(_("%(name)s (does not take part)", name=one.name))
            for one in away
            if may_name(one)
        }
        named = [SelectChoice(str(one.uuid), one.name) for one in people if may_name(one)]
        shown = {choice.value for choice in named}
        hidden = [one for one in self.facilitators.data or () if one not in shown]
        self.facilitators.choices = [
            *named,
            *(SelectChoice(one, self.somebody(one)) for one in hidden),
        ]

    def somebody(self, uuid: str) -> str:
        """One who is named and not among those to choose from."""
        return self.away.get(uuid) or str(_("Somebody who is not shown here"))

    def weights(self) -> list[WeightField]:
        """The fields under “advanced”."""
        return [self[name] for name in WEIGHTS]

    def settings(self) -> Settings:
        """What was typed. Raises UserError with the field's name."""
        weights = {field.name: field.weight() for field in self.weights()}
        return Settings(
            groups=self.groups.data or 0,
            sizes=self._sizes(),
            preset=Preset(self.preset.data),
            weights={name: value for name, value in weights.items() if value is not None},
            partners=Partners(self.partners.data),
            together=self.rules.pairs("together"),
            apart=self.rules.pairs("apart"),
            facilitators=tuple(dict.fromkeys(self.facilitators.data or ())),
            common_language=bool(self.common_language.data),
            seconds=self.seconds.data or 0,
        )

    def _sizes(self) -> tuple[int, ...]:
        words = re.split(r"[\s,;،؛]+", (self.sizes.data or "").strip())
        if words == [""]:
            return ()
        if not all(word.isdecimal() and len(word) < 5 for word in words):
            raise UserError("Write sizes as numbers, like 6, 6, 5.", field="sizes")
        return tuple(int(word) for word in words)


def typed_settings(settings: Settings, question: dict[str, str], version: int) -> dict[str, Any]:
    """Wishes as the form shows them."""
    rules = [
        {"one": one, "kind": kind, "other": other}
        for kind, pairs in (("together", settings.together), ("apart", settings.apart))
        for one, other in pairs
    ]
    return {
        "version": version,
        "question": question,
        "groups": settings.groups,
        "sizes": ", ".join(str(size) for size in settings.sizes),
        "preset": settings.preset.value,
        "partners": settings.partners.value,
        "common_language": settings.common_language,
        "rules": rules,
        "facilitators": list(settings.facilitators),
        "seconds": settings.seconds,
        **{name: f"{settings.weights[name]:g}" for name in settings.weights},
    }


class GroupForm(FlaskForm):  # type: ignore[misc]  # untyped
    """One group: what it talks about, who leads, where it meets."""

    version = IntegerField(validators=[Optional()])
    name = TextsField(_l("Name, if it has one"), one_line=True)
    question = TextsField(_l("Its own guiding question"))
    facilitator = SelectField(_l("Facilitator"), choices=[], validate_choice=False)
    rapporteur = SelectField(_l("Rapporteur"), choices=[], validate_choice=False)
    room = TextsField(_l("Room"), one_line=True)
    join_link = StringField(_l("Join link"), validators=[Length(max=2_000)])
    languages = SelectMultipleField(
        _l("Spoken or interpreted in the room"), choices=[], validate_choice=False
    )

    def offer(self, group: BreakoutGroup, people: Sequence[Person], codes: Iterable[str]) -> None:
        """Who may be chosen; whom one may not see stays who they are."""
        self.known = {str(one.uuid): one for one in people if may_name(one)}
        self.now = {"facilitator": group.facilitator, "rapporteur": group.rapporteur}
        for name, person in self.now.items():
            choices = [SelectChoice("", _("Nobody yet"))]
            if person is not None and str(person.uuid) not in self.known:
                choices.append(SelectChoice(str(person.uuid), _("As it is")))
            choices += [SelectChoice(uuid, one.name) for uuid, one in self.known.items()]
            self[name].choices = choices
        self.languages.choices = [SelectChoice(code, language_name(code)) for code in codes]

    def values(self) -> GroupValues:
        """What was typed. Raises UserError with the field's name."""
        link = (self.join_link.data or "").strip() or None
        if link and not re.match(r"https?://\S+$", link):
            raise UserError("Give the whole address, beginning with https://.", field="join_link")
        chosen = {name: self._person(name) for name in ("facilitator", "rapporteur")}
        if chosen["facilitator"] is not None and chosen["facilitator"] is chosen["rapporteur"]:
            raise UserError(
                "Choose somebody else than the facilitator, who has enough to do.",
                field="rapporteur",
            )
        known = {choice.value for choice in self.languages.choices}
        return GroupValues(
            self.name.data,
            self.question.data,
            self.room.data,
            link,
            [code for code in self.languages.data or () if code in known],
            chosen["facilitator"],
            chosen["rapporteur"],
        )

    def _person(self, name: str) -> Person | None:
        wanted, now = self[name].data or "", self.now[name]
        if not wanted:
            return None
        if now is not None and wanted == str(now.uuid):
            return now
        if wanted not in self.known:
            raise UserError("This is not there any more; choose again.", field=name)
        return self.known[wanted]


def typed_group(group: BreakoutGroup) -> dict[str, Any]:
    """A group as its form shows it."""
    return {
        "version": group.version,
        "name": group.name,
        "question": group.question,
        "facilitator": _uuid(group.facilitator),
        "rapporteur": _uuid(group.rapporteur),
        "room": group.room,
        "join_link": group.join_link or "",
        "languages": group.languages,
    }


def _uuid(person: Person | None) -> str:
    return str(person.uuid) if person else ""


def differences(theirs: dict[str, Any], form: Any) -> list[tuple[str, str, str]]:
    """Where what is saved by now differs from what was typed: field, theirs, ours."""
    found: list[tuple[str, str, str]] = []
    for name, saved in theirs.items():
        field = form[name]
        if name == "version" or saved == field.data:
            continue
        if isinstance(field, TextsField):
            found += [
                (f"{field.label.text} ({language_name(code)})", saved.get(code, ""), ours)
                for code in dict.fromkeys([*saved, *field.data])
                if saved.get(code, "") != (ours := field.data.get(code, ""))
            ]
        elif isinstance(field, RulesField):
            rows = (str(len(saved)), str(len(field.data)))
            found.append((str(_("Rules, their number")), *rows))
        else:
            found.append((str(field.label.text), _shown(field, saved), _shown(field, field.data)))
    return found or [(str(_("Saved")), "", "")]


def _shown(field: Any, value: Any) -> str:
    words = {choice[0]: str(choice[1]) for choice in _choices(field)}
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, list):
        return ", ".join(words.get(one, str(one)) for one in value)
    return words.get(value, "" if value is None else str(value))


def _choices(field: Any) -> list[tuple[Any, Any]]:
    choices = getattr(field, "choices", None) or ()
    return [(one.value, one.label) if isinstance(one, SelectChoice) else one[:2] for one in choices]
