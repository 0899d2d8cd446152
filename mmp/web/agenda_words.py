"""The agenda as its editor shows it, and what looks wrong in it in words."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from mmp.models import AgendaItem, AgendaRole, Event, Pair
from mmp.services import agenda_edits as service
from mmp.services.agenda_edits import Trouble, Warned
from mmp.web import texts, when
from mmp.web.agenda_forms import ItemForm, typed_of
from mmp.web.labels import label, language_name


@dataclass(frozen=True, slots=True)
class Line:
    """One item with those inside it, and the steps it can take."""

    row: AgendaItem
    time: str
    who: list[Markup]
    warnings: list[Markup]
    inside: list["Line"]
    steps: frozenset[str]


def lines(event: Event) -> list[Line]:
    """The tree of an event's agenda."""
    troubles: dict[int, list[Markup]] = defaultdict(list)
    for warned in service.warnings(event):
        troubles[warned.item.id].append(_words(warned))
    several = len({item.starts_local.date() for item in event.agenda if item.starts_local}) > 1
    return _lines(event, None, troubles, several=several)


def _lines(
    event: Event, parent: AgendaItem | None, troubles: dict[int, list[Markup]], *, several: bool
) -> list[Line]:
    rows = service.children_of(event, parent)
    return [
        Line(
            row=row,
            time=_time(row, event, several=several),
            who=[_role(role) for role in row.roles],
            warnings=troubles.get(row.id, []),
            inside=_lines(event, row, troubles, several=several),
            steps=frozenset(
                way
                for way, can in (
                    ("up", number > 0),
                    ("down", number + 1 < len(rows)),
                    ("in", number > 0),
                    ("out", parent is not None),
                )
                if can
            ),
        )
        for number, row in enumerate(rows)
    ]


def _time(row: AgendaItem, event: Event, *, several: bool) -> str:
    if not (row.starts_local and row.ends_local):
        return ""
    words = when.clock_times(row.starts_local, row.ends_local)
    if several and row.parent_id is None and row.starts_local.date() == row.ends_local.date():
        words = _("%(day)s, %(time)s", day=when.long_day(row.starts_local.date()), time=words)
    if row.zone and row.zone != event.zone and row.starts_at:
        words = f"{words}{_(', ')}{when.zone_name(row.zone, row.starts_at)}"
    return words


def pair_name(pair: Pair) -> str:
    """A pair by its members' names, for those who plan."""
    members = [member.person for member in pair.members]
    names = [one.name if texts.may_name(one) else _("A participant") for one in members]
    return " & ".join(names) or pair.key


def _role(role: AgendaRole) -> Markup:
    name = (
        texts.isolated(pair_name(role.pair)) if role.pair else texts.name_of(role.person)  # type: ignore[arg-type]  # one of the two
    )
    return Markup("{}: {}").format(label(role.role), name)


def _words(warned: Warned) -> Markup:
    other = texts.shown(warned.other.title) if warned.other else Markup()
    match warned.trouble:
        case Trouble.OUTSIDE:
            return texts.isolate(_("Lies outside the time of the event"))
        case Trouble.PERSON if warned.person is not None:
            name = texts.name_of(warned.person)
            return Markup(_("%(name)s is in “%(other)s” at the same time", name=name, other=other))  # noqa: S704  both are escaped
        case _:
            return Markup(_("“%(other)s” is in the same room at the same time", other=other))  # noqa: S704  as above


_PLAIN = ("kind", "theme", "day", "starts", "ends", "last_day", "join_link", "audience")


def what_changed(item: AgendaItem, form: ItemForm) -> list[tuple[str, str, str]]:
    """Where the item as it is now differs from what was typed: field, theirs, ours."""
    theirs = typed_of(item)
    found = [
        (str(field.label.text), _chosen(field, theirs[field.name]), _chosen(field, field.data))
        for field in map(form.__getitem__, _PLAIN)
        if theirs[field.name] != (field.data or "")
    ]
    for name in ("title", "description", "room"):
        for code in dict.fromkeys([*theirs[name], *form[name].data]):
            old, new = theirs[name].get(code, ""), form[name].data.get(code, "")
            if old != new:
                found.append((f"{form[name].label.text} ({language_name(code)})", old, new))
    if theirs["questions"] != form.questions.data:
        old, new = _joined(theirs["questions"]), _joined(form.questions.data)
        found.append((str(form.questions.label.text), old, new))
    if [(row.role, row.who) for row in theirs["roles"]] != [
        (row.role, row.who) for row in form.roles.data
    ]:
        known = dict(form.roles.known())
        old, new = (
            " · ".join(
                pair_name(one) if isinstance(one, Pair) else one.name
                for row in rows
                if (one := known.get(row.who))
            )
            for rows in (theirs["roles"], form.roles.data)
        )
        found.append((str(form.roles.label.text), old, new))
    title = texts.plain(item.title)
    return found or [(str(form.title.label.text), title, title)]


def _chosen(field: Any, value: str | None) -> str:
    """What a list calls its value; of other fields the value itself."""
    words = {one.value: one.label for one in getattr(field, "choices", ())}
    return str(words.get(value, value)) if value else ""


def _joined(rows: Iterable[dict[str, str]]) -> str:
    return " · ".join(texts.plain(row) for row in rows)
