"""The form of one agenda item."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Optional, ValidationError

from mmp.core.errors import UserError
from mmp.core.texts import Translated
from mmp.core.when import When
from mmp.models import AgendaItem, Event, Pair, Person, Programme, Theme
from mmp.models.enums import AgendaKind, AgendaRoleName, Audience
from mmp.services.agenda_edits import Cast, ItemValues, RoleValues
from mmp.web import texts
from mmp.web.event_fields import ClockField, DayField, LinkField, QuestionsField
from mmp.web.labels import lazy_label
from mmp.web.texts_field import TextsField, tidy

MOST_ROLES = 40
_PART = re.compile(r"roles-([0-9]{1,2})-(role|who|as-([a-z]{2,3}))")


def _choices(kind: type[StrEnum]) -> list[SelectChoice]:
    return [SelectChoice(value.value, lazy_label(value)) for value in kind]


@dataclass(slots=True)
class RoleRow:
    """One role as typed: `who` is “person:<uuid>” or “pair:<uuid>”."""

    role: str = AgendaRoleName.SPEAKER.value
    who: str = ""
    introduced_as: Translated = field(default_factory=dict)


class RolesField(Field):  # type: ignore[misc]  # untyped
    """Who does what, sent as `roles-0-role`, `roles-0-who`, `roles-0-as-en` and so on.

    A row without anybody goes. `value` is what it means, once `cast` is known.
    """

    widget = None
    cast: Cast | None = None

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """What was sent, else what is there."""
        self.process_errors: list[str] = []
        self.value: list[RoleValues] = []
        sent: dict[int, RoleRow] = {}
        for name in formdata or ():
            if found := _PART.fullmatch(name):
                row = sent.setdefault(int(found[1]), RoleRow())
                if found[3]:
                    row.introduced_as[found[3]] = str(formdata[name])
                else:
                    setattr(row, found[2], str(formdata[name]))
        rows = [sent[number] for number in sorted(sent)] if sent else list(data or ())
        self.data: list[RoleRow] = [row for row in rows if row.who or tidy(row.introduced_as)]

    def pre_validate(self, form: Any) -> None:
        """Find the people and pairs that are meant."""
        known = dict(self.known())
        seen = set()
        for row in self.data:
            if row.who not in known or row.role not in list(AgendaRoleName):
                raise ValidationError(_("Choose a role and a person or pair of this programme."))
            if (row.role, row.who) in seen:
                raise ValidationError(_("The same person has the same role twice; leave one out."))
            seen.add((row.role, row.who))
            role = AgendaRoleName(row.role)
            self.value.append(RoleValues(role, known[row.who], tidy(row.introduced_as)))

    def known(self) -> list[tuple[str, Person | Pair]]:
        """Everybody who may be chosen, by the value of their option."""
        if self.cast is None:
            return []
        everybody: list[Person | Pair] = [*self.cast.people, *self.cast.pairs]
        return [(who_of(one), one) for one in everybody]

    def rows(self) -> list[RoleRow]:
        """The roles and room for two more."""
        return [*self.data, RoleRow(), RoleRow()][:MOST_ROLES]


def who_of(one: Person | Pair) -> str:
    """The value of someone's option."""
    return f"{'pair' if isinstance(one, Pair) else 'person'}:{one.uuid}"


class ItemForm(FlaskForm):  # type: ignore[misc]  # untyped
    """An agenda item. Times are wall time in the event's zone, or in the item's own."""

    uuid = HiddenField()
    version = IntegerField(validators=[Optional()])
    kind = SelectField(
        _l("Kind"),
        choices=_choices(AgendaKind),
        validate_choice=False,
        validators=[AnyOf(list(AgendaKind), _l("Choose one of the list."))],
    )
    title = TextsField(_l("Title"), one_line=True)
    description = TextsField(_l("Description"))
    day = DayField(_l("Day"))
    starts = ClockField(_l("From"))
    ends = ClockField(_l("To"))
    last_day = DayField(_l("Last day, if it is another"))
    room = TextsField(_l("Room"), one_line=True)
    join_link = LinkField(_l("Link to join, if it is not the event’s"))
    theme = SelectField(_l("Theme"), validate_choice=False)
    audience = SelectField(
        _l("Open to"),
        choices=_choices(Audience),
        validate_choice=False,
        validators=[AnyOf(list(Audience), _l("Choose one of the list."))],
    )
    questions = QuestionsField(_l("Guiding questions"))
    roles = RolesField(_l("Roles"))

    def offer(self, programme: Programme, cast: Cast) -> None:
        """The themes, people and pairs that may be chosen."""
        themes = [SelectChoice(row.key, texts.plain(row.title)) for row in programme.themes]
        self.theme.choices = [SelectChoice("", "–"), *themes]
        self.roles.cast = cast

    def values(self, event: Event, item: AgendaItem | None) -> ItemValues:
        """What was typed. Raises UserError (fields `day`, `starts`, `ends`, `theme`)."""
        return ItemValues(
            kind=AgendaKind(self.kind.data),
            title=self.title.data,
            when=self._when((item.zone if item else None) or event.zone),
            description=self.description.data,
            audience=Audience(self.audience.data),
            room=self.room.data,
            theme=self._theme(event.programme),
            join_link=self.join_link.value,
            guiding_questions=self.questions.data,
            roles=[*self.roles.value, *_unseen(item)],
        )

    def _theme(self, programme: Programme) -> Theme | None:
        found = next((row for row in programme.themes if row.key == self.theme.data), None)
        if self.theme.data and found is None:
            raise UserError("This is not there any more; choose again.", field="theme")
        return found

    def _when(self, zone: str) -> When | None:
        day, starts, ends = self.day.value, self.starts.value, self.ends.value
        if starts is None and ends is None:
            return None
        if starts is None or ends is None:
            missing = "starts" if starts is None else "ends"
            raise UserError("Give both times, or neither.", field=missing)
        if day is None:
            raise UserError("Give the day of these times.", field="day")
        try:
            last = self.last_day.value or day
            return When.timed(datetime.combine(day, starts), datetime.combine(last, ends), zone)
        except UserError as error:
            raise UserError(error.message, field="ends", **error.values) from error


def typed_of(item: AgendaItem) -> dict[str, Any]:
    """An item as its form shows it."""
    starts, ends = item.starts_local, item.ends_local
    return {
        "version": item.version,
        "kind": item.kind.value,
        "title": item.title,
        "description": item.description,
        "room": item.room,
        "theme": item.theme.key if item.theme else "",
        "join_link": item.join_link or "",
        "audience": item.audience.value,
        "questions": [question.text for question in item.guiding_questions],
        "day": f"{starts:%Y-%m-%d}" if starts else "",
        "starts": f"{starts:%H:%M}" if starts else "",
        "ends": f"{ends:%H:%M}" if ends else "",
        "last_day": f"{ends:%Y-%m-%d}" if starts and ends and ends.date() > starts.date() else "",
        "roles": [
            RoleRow(role.role.value, who_of(who), dict(role.introduced_as))
            for role in item.roles
            if (who := role.person or role.pair) and texts.may_name(who)
        ],
    }


def _unseen(item: AgendaItem | None) -> list[RoleValues]:
    """The roles of those whom the reader may not see: they stay as they are."""
    return [
        RoleValues(role.role, role.person, dict(role.introduced_as))
        for role in (item.roles if item else ())
        if role.person is not None and not texts.may_name(role.person)
    ]


def typed_for_new(event: Event, siblings: Iterable[AgendaItem]) -> dict[str, Any]:
    """A new item begins where the last one ends, else with its event."""
    times = [item.ends_local for item in siblings if item.ends_local and not item.zone]
    starts = max(times) if times else event.starts_local
    day = starts or event.first_day
    ends = starts + timedelta(minutes=30) if starts else None
    return {
        "kind": AgendaKind.TALK.value,
        "audience": Audience.EVERYONE.value,
        "day": f"{day:%Y-%m-%d}" if day else "",
        "starts": f"{starts:%H:%M}" if starts else "",
        "ends": f"{ends:%H:%M}" if ends else "",
        "last_day": f"{ends:%Y-%m-%d}" if starts and ends and ends.date() > starts.date() else "",
    }
