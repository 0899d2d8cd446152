"""The form of a message: its words, whom it is for, what goes along."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import HiddenField, IntegerField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from mmp.core.countries import countries
from mmp.models import Document, Message, Pair, Person
from mmp.models.enums import AttendanceForm, MembershipRole, Partstat, Region
from mmp.services.messages import Choice, Words
from mmp.web import texts
from mmp.web.labels import countries_by_name, country, lazy_label
from mmp.web.texts_field import TextsField

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TICKED = ("roles", "regions", "countries", "pairs", "answers", "forms", "people")


def _ticks(label: Any, kind: type[StrEnum] | None = None) -> SelectMultipleField:
    choices = [SelectChoice(value.value, lazy_label(value)) for value in kind or ()]
    return SelectMultipleField(label, choices=choices, validate_choice=False)


class MessageForm(FlaskForm):  # type: ignore[misc]  # untyped
    """What is ticked of the audience narrows each other."""

    uuid = HiddenField()
    version = IntegerField(validators=[Optional()])
    subject = TextsField(_l("Subject"), one_line=True)
    text = TextsField(_l("Text"))
    roles = _ticks(_l("Part in the programme"), MembershipRole)
    regions = _ticks(_l("Region"), Region)
    answers = _ticks(_l("Answer"), Partstat)
    forms = _ticks(_l("In the room or online"), AttendanceForm)
    countries = _ticks(_l("Country"))
    pairs = _ticks(_l("Pairs"))
    people = _ticks(_l("People"))
    attachments = _ticks(_l("Documents that go along"))

    def fill(self, message: Message) -> None:
        """As the draft is."""
        self.version.data = message.version
        for field in (self.subject, self.text):
            field.process(None, getattr(message, field.name))
        for name in TICKED:
            self[name].data = list(message.audience.get(name, ()))
        self.attachments.data = [str(document.uuid) for document in message.attachments]

    def offer(
        self, people: Sequence[Person], pairs: Iterable[Pair], documents: Iterable[Document]
    ) -> None:
        """Those who can be chosen, the countries they come from, and what can go along."""
        codes = {one.country for one in people if one.country} | set(self.countries.data or ())
        known = countries_by_name(codes & countries().keys())
        self.countries.choices = [SelectChoice(code, country(code)) for code in known]
        self.people.choices = [SelectChoice(str(one.uuid), texts.name_of(one)) for one in people]
        self.pairs.choices = [SelectChoice(str(pair.uuid), _names(pair)) for pair in pairs]
        self.attachments.choices = [
            SelectChoice(str(one.uuid), texts.shown(one.title)) for one in documents if one.files
        ]

    def words(self) -> Words:
        """What was typed and ticked; nonsense counts for nothing."""
        return Words(
            subject=self.subject.data,
            text=self.text.data,
            choice=self.choice(),
            attachments=[UUID(one) for one in self.attachments.data or () if _UUID.fullmatch(one)],
        )

    def choice(self) -> Choice:
        """Whom it is for."""
        known: dict[str, Any] = {
            "roles": set(MembershipRole),
            "regions": set(Region),
            "answers": set(Partstat),
            "forms": set(AttendanceForm),
            "countries": countries(),
        }
        return Choice(
            **{
                name: frozenset(
                    one
                    for one in self[name].data or ()
                    if (one in known[name] if name in known else _UUID.fullmatch(one))
                )
                for name in TICKED
            }
        )


def _names(pair: Pair) -> Markup:
    return Markup(" &amp; ").join(texts.name_of(one.person) for one in pair.members)
