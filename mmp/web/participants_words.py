"""An event's list in figures, in words, and as a table for spreadsheets."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

from flask_babel import gettext as _

from mmp.core import seats
from mmp.core.zones import to_wall
from mmp.models import Event, Participation
from mmp.models.enums import Entry, Partstat, Region
from mmp.services.participants import Listed
from mmp.services.taking_part import TAKING_PART
from mmp.web import texts
from mmp.web.labels import country, label, language_name
from mmp.web.participants_forms import ParticipationForm

Figures = list[tuple[str, int]]


def counts(rows: Sequence[Listed]) -> dict[str, Figures]:
    """How many by answer; by region and country of those who did not decline."""
    coming = [one.row.person for one in rows if one.row.partstat is not Partstat.DECLINED]
    return {
        "answers": _figures(Counter(one.row.partstat for one in rows), list(Partstat)),
        "regions": _figures(Counter(person.region for person in coming), list(Region)),
        "countries": sorted(
            Counter(
                country(person.country) if person.country else _("not said") for person in coming
            ).items(),
            key=lambda line: (-line[1], line[0]),
        ),
    }


def _figures(found: Counter[StrEnum], order: Iterable[StrEnum]) -> Figures:
    return [(label(value), found[value]) for value in order if found[value]]


def what_changed(row: Participation, form: ParticipationForm) -> list[tuple[str, str, str]]:
    """Where the line as it is now differs from what was typed: field, theirs, ours."""
    found = []
    for name in ("entry", "partstat", "form", "group"):
        field, theirs = form[name], getattr(row, name)
        if (theirs.value if theirs else "") != (field.data or ""):
            ours = next(
                (choice.label for choice in field.choices if choice.value == (field.data or "")), ""
            )
            found.append((field.label.text, label(theirs) if theirs else _("Not said"), str(ours)))
    for name in ("organisation_name", "position"):
        field, before = form[name], getattr(row, name)
        found += [
            (f"{field.label.text} ({language_name(code)})", before.get(code, ""), text)
            for code in dict.fromkeys([*before, *field.data])
            if before.get(code, "") != (text := field.data.get(code, ""))
        ]
    return found or [(_("Answer"), label(row.partstat), label(row.partstat))]


def table(rows: Sequence[Listed], event: Event, *, notes: bool) -> list[list[str]]:
    """The list for a spreadsheet, who said what and when by the venue's clock. `notes` of answers
    are for coordinators."""
    head = [_("Name"), _("E-mail address"), _("Country"), _("Region"), _("Organisation")]
    head += [_("Position"), _("How they came onto the list"), _("Answer")]
    head += [_("In the room or online"), _("Part in the programme")]
    head += [_("Answered, time of %(zone)s", zone=event.zone), _("Way of the answer")]
    head += [_("Place in the line")]
    places = {row.id: str(place) for place, row in enumerate(line_of(rows, event), start=1)}
    lines = [[*head, *([_("Note")] if notes else [])]]
    for one in rows:
        row, person = one.row, one.row.person
        cells = [
            person.name,
            person.email or "",
            country(person.country) if person.country else "",
            label(person.region),
            texts.plain(row.organisation_name),
            texts.plain(row.position),
            label(row.entry),
            label(row.partstat),
            label(row.form) if row.form else "",
            ", ".join(label(role) for role in one.roles),
            f"{to_wall(row.answered_at, event.zone):%Y-%m-%d %H:%M}" if row.answered_at else "",
            label(row.answered_via) if row.answered_via else "",
            places.get(row.id, ""),
        ]
        lines.append([*cells, *([row.answer_note or ""] if notes else [])])
    return lines


def line_of(rows: Iterable[Listed], event: Event) -> list[Participation]:
    """Who said yes and waits for a seat, first come first."""
    waiting = [one.row for one in rows if one.row.entry is Entry.WAITING]
    return seats.in_order([row for row in waiting if seats.needs_seat(event.form, row)])


def taken(rows: Iterable[Listed], event: Event) -> int:
    """How many seats are held."""
    on_list = [one.row for one in rows if one.row.entry in TAKING_PART]
    return sum(seats.needs_seat(event.form, row) for row in on_list)
