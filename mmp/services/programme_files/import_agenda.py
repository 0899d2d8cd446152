"""Import: the agenda of one event, item by item."""

from collections.abc import Collection
from dataclasses import dataclass, field

from mmp.core.programme_file.times import WhenKind
from mmp.models import AgendaItem, AgendaRole, Event
from mmp.services import events as rules
from mmp.services.programme_files.agenda_times import item_when
from mmp.services.programme_files.changes import Differences, assign, columns
from mmp.services.programme_files.describe import described, plain
from mmp.services.programme_files.format_events import FileAgendaItem, FileAgendaRole, FileEvent
from mmp.services.programme_files.ids import derived
from mmp.services.programme_files.import_calendar import (
    calendar_names,
    guiding_questions,
    raised,
    same_thing,
    touch,
)
from mmp.services.programme_files.import_said import contributions, recommendations
from mmp.services.programme_files.job import Job

_NOT_IN_CALENDARS = frozenset({"contributions", "recommendations"})


@dataclass(slots=True)
class _Agenda:
    """One event's agenda on its way from the file to the rows."""

    job: Job
    event: Event
    item: FileEvent
    moved: Collection[AgendaItem]
    """Items whose instants changed already, with the event's zone."""
    new: bool
    there: dict[str, AgendaItem] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)


def import_agenda(
    job: Job, event: Event, item: FileEvent, *, moved: Collection[AgendaItem] = ()
) -> None:
    """Bring an event's agenda to what the file says. Items are found by handle within the event.

    One that the file lists no longer is removed, unless something hangs on it.
    """
    there = {row.key: row for row in event.agenda}
    agenda = _Agenda(job, event, item, moved, new=event.id is None, there=there)
    _items(agenda, item.agenda, None)
    if item.has("agenda"):
        _remove_missing(agenda)
    for row in moved:
        if row.key not in agenda.wanted and row in event.agenda:
            rules.touch(row, {"when"}, now=job.now)


def _items(agenda: _Agenda, items: dict[str, FileAgendaItem], parent: AgendaItem | None) -> None:
    latest = -1
    for position, (handle, item) in enumerate(items.items()):
        agenda.wanted.add(handle)
        row = agenda.there.get(handle)
        if row is None:
            row = _new_item(agenda, handle, item, parent, position)
        else:
            # Whoever only moves up because another is gone has not moved in anyone's calendar.
            moved = row.parent is not parent or row.position < latest
            latest = latest if moved else row.position
            place = _place(row.parent, row.position), _place(parent, position)
            row.parent, row.position = parent, position
            _change_item(agenda, row, item, {"place": list(place)} if moved else {})
        _items(agenda, item.items, row)


def _new_item(
    agenda: _Agenda, handle: str, item: FileAgendaItem, parent: AgendaItem | None, position: int
) -> AgendaItem:
    job, event = agenda.job, agenda.event
    usual = derived(job.slug, "agenda_item", event.key, handle)
    row = job.add(
        AgendaItem(
            key=handle,
            event=event,
            parent=parent,
            position=position,
            **columns(item, job.links(item, "theme")),
            **rules.item_columns(item_when(item, agenda.item.when), event.zone),
            **calendar_names(job, AgendaItem, item, usual),
        )
    )
    guiding_questions(item, row.guiding_questions)
    _roles(job, row, item)
    contributions(job, row, item)
    recommendations(job, row, item)
    if not agenda.new:
        job.log.created("agenda_item", row.uuid, item.path)
    return row


def _change_item(
    agenda: _Agenda, row: AgendaItem, item: FileAgendaItem, place: Differences
) -> None:
    job = agenda.job
    same_thing(job, row, item)
    differences = place | assign(row, item, job.links(item, "theme"))
    differences |= _times(agenda, row, item)
    differences |= guiding_questions(item, row.guiding_questions)
    differences |= _roles(job, row, item)
    differences |= contributions(job, row, item)
    differences |= recommendations(job, row, item)
    raised(row, item, differences)
    if shown := {name: pair for name, pair in differences.items() if name not in _NOT_IN_CALENDARS}:
        touch(job, row, item, shown)
    job.log.changed("agenda_item", row.uuid, item.path, differences)


def _place(parent: AgendaItem | None, position: int) -> str:
    """Where in the agenda: `workshop/2` is the second item inside the workshop."""
    return f"{parent.key}/{position + 1}" if parent else str(position + 1)


def _times(agenda: _Agenda, row: AgendaItem, item: FileAgendaItem) -> Differences:
    old = rules.when_of(row)
    stated = item.has("starts") or item.has("ends")
    new = item_when(item, agenda.item.when) if stated else old
    if old == new:
        return {"when": ["", agenda.event.zone]} if row in agenda.moved else {}
    rules.apply_when(row, new)
    return {"when": [WhenKind().plain(old), WhenKind().plain(new)]}


def _roles(job: Job, row: AgendaItem, item: FileAgendaItem) -> Differences:
    if not item.has("roles"):
        return {}
    there = {(part.role, part.person, part.pair): part for part in row.roles}
    before = [plain(described(FileAgendaRole, part)) for part in row.roles]
    wanted = []
    for position, part in enumerate(item.roles):
        links = job.links(part, "person", "pair")
        role = there.pop((part.role, links["person"], links["pair"]), None)
        if role is None:
            role = job.add(AgendaRole(agenda_item=row, **columns(part, links)))
        else:
            role.introduced_as = part.introduced_as
        role.position = position
        wanted.append(role)
    after = [plain(described(FileAgendaRole, part)) for part in wanted]
    if before == after:
        return {}
    row.roles[:] = wanted
    return {"roles": [before, after]}


def _remove_missing(agenda: _Agenda) -> None:
    attended = {
        attendance.agenda_item
        for participation in agenda.event.participations
        for attendance in participation.attendances
    }
    for handle, row in agenda.there.items():
        if handle in agenda.wanted:
            continue
        if row in attended or row.contributions or row.recommendations:
            agenda.job.fault(
                agenda.item,
                "agenda",
                "The item “%(handle)s” is missing here, but attendance, contributions or"
                " recommendations hang on it; list it, with status: cancelled if it falls out.",
                handle=handle,
            )
            continue
        agenda.event.agenda.remove(row)
        path = f"{agenda.item.path}/agenda/{handle}"
        agenda.job.log.removed("agenda_item", row.uuid, path)
