"""Forms of what was said in an agenda item and of what was recommended there."""

import re
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Optional, ValidationError

from mmp.core.errors import UserError
from mmp.models import Contribution, Pair, Person, Recommendation
from mmp.models.enums import AttributionConsent
from mmp.services.agenda_edits import Cast, ContributionValues, RecommendationValues, Said
from mmp.web.agenda_forms import who_of
from mmp.web.agenda_words import pair_name
from mmp.web.labels import N_, language_name
from mmp.web.texts_field import TextsField

_REFERENCE = re.compile(r"references-([0-9]{1,2})-(framework|objective)")
MOST_REFERENCES = 20
CONSENTS = {
    AttributionConsent.NO: N_("Not to be quoted"),
    AttributionConsent.UNATTRIBUTED: N_("To be quoted without a name"),
    AttributionConsent.NAMED: N_("To be quoted with the name"),
}


class ReferencesField(Field):  # type: ignore[misc]  # untyped
    """Frameworks with their objectives, sent as `references-0-framework` and so on."""

    widget = None

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """What was sent, else what is there."""
        self.process_errors: list[str] = []
        sent: dict[int, dict[str, str]] = {}
        for name in formdata or ():
            if found := _REFERENCE.fullmatch(name):
                sent.setdefault(int(found[1]), {})[found[2]] = " ".join(str(formdata[name]).split())
        rows = [sent[number] for number in sorted(sent)] if sent else list(data or ())
        self.data = [
            {key: str(value) for key, value in row.items() if value}
            for row in rows
            if any(row.values())
        ][:MOST_REFERENCES]

    def pre_validate(self, form: Any) -> None:
        """Refuse an objective without a framework, and what no page could show."""
        for row in self.data:
            if not row.get("framework"):
                raise ValidationError(_("Name the framework of this objective."))
            if any("\0" in text or len(text) > 200 for text in row.values()):
                raise ValidationError(_("Write at most %(count)s letters.", count=200))

    def rows(self) -> list[dict[str, str]]:
        """Those there are, and room for two more."""
        return [*self.data, {}, {}][:MOST_REFERENCES]


class ContributionForm(FlaskForm):  # type: ignore[misc]  # untyped
    """Words of a person or a pair."""

    uuid = HiddenField()
    version = IntegerField(validators=[Optional()])
    who = SelectField(_l("Who said it"), validate_choice=False)
    text = TextsField(_l("What was said"))
    consent = SelectField(
        _l("What they agreed to"),
        choices=[],
        validate_choice=False,
        validators=[AnyOf(list(AttributionConsent), _l("Choose one of the list."))],
    )

    def offer(self, cast: Cast, row: Said | None) -> None:
        """Who may be chosen; whom one may not see stays who they are."""
        self.known: dict[str, Person | Pair] = {
            **{who_of(one): one for one in cast.people},
            **{who_of(one): one for one in cast.pairs},
        }
        people = [SelectChoice(who_of(one), one.name) for one in cast.people]
        pairs = [SelectChoice(who_of(one), pair_name(one)) for one in cast.pairs]
        first = SelectChoice("", _("Choose") if row is None else _("As it is"))
        self.who.choices = [first, *people, *pairs]
        self.consent.choices = [SelectChoice(one.value, _(CONSENTS[one])) for one in CONSENTS]

    def values(self) -> ContributionValues:
        """What was typed. Raises UserError (field `who`)."""
        if self.who.data and self.who.data not in self.known:
            raise UserError("This is not there any more; choose again.", field="who")
        consent = AttributionConsent(self.consent.data)
        return ContributionValues(self.known.get(self.who.data or ""), self.text.data, consent)


class RecommendationForm(FlaskForm):  # type: ignore[misc]  # untyped
    """A recommendation, and what of a framework it refers to."""

    uuid = HiddenField()
    version = IntegerField(validators=[Optional()])
    title = TextsField(_l("Title, as an appeal"), one_line=True)
    text = TextsField(_l("One or two sentences"))
    references = ReferencesField(_l("Refers to"))

    def offer(self, cast: Cast, row: Said | None) -> None:
        """Nobody is chosen here."""

    def values(self) -> RecommendationValues:
        """What was typed."""
        return RecommendationValues(self.title.data, self.text.data, self.references.data)


FORMS: dict[str, type[ContributionForm] | type[RecommendationForm]] = {
    "contribution": ContributionForm,
    "recommendation": RecommendationForm,
}


def typed_of(row: Said) -> dict[str, Any]:
    """What is there, as its form shows it."""
    if isinstance(row, Contribution):
        who = row.pair or row.person
        return {
            "version": row.version,
            "who": who_of(who) if who else "",
            "text": row.text,
            "consent": row.consent.value,
        }
    assert isinstance(row, Recommendation)
    return {
        "version": row.version,
        "title": row.title,
        "text": row.text,
        "references": row.references,
    }


def differences(row: Said, form: Any) -> list[tuple[str, str, str]]:
    """Where what is there now differs from what was typed: field, theirs, ours."""
    found: list[tuple[str, str, str]] = []
    for name, theirs in typed_of(row).items():
        if name == "version":
            continue
        field = form[name]
        if isinstance(field, TextsField):
            found += [
                (f"{field.label.text} ({language_name(code)})", theirs.get(code, ""), ours)
                for code in dict.fromkeys([*theirs, *field.data])
                if theirs.get(code, "") != (ours := field.data.get(code, ""))
            ]
        elif (theirs or "") != (field.data or ""):
            words = {one.value: str(one.label) for one in getattr(field, "choices", None) or ()}
            shown = [
                _listed(value) if isinstance(value, list) else words.get(value, str(value or ""))
                for value in (theirs, field.data)
            ]
            found.append((str(field.label.text), shown[0], shown[1]))
    return found or [(str(_("Saved")), "", "")]


def _listed(rows: list[dict[str, str]]) -> str:
    return "; ".join(" ".join(row.values()) for row in rows)
