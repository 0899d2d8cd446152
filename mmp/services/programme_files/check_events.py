"""What can be wrong inside one event: its agenda, its roles, its list of participants."""

from collections.abc import Iterator, Mapping
from datetime import date

from mmp.core.errors import UserError
from mmp.core.programme_file import Problems
from mmp.core.programme_file.problems import closest
from mmp.core.programme_file.records import Item
from mmp.services.programme_files.agenda_times import item_when
from mmp.services.programme_files.format_events import (
    FileAgendaItem,
    FileAgendaRole,
    FileAttendance,
    FileContribution,
    FileEvent,
    FileParticipation,
)


def walk(items: Mapping[str, FileAgendaItem]) -> Iterator[tuple[str, FileAgendaItem]]:
    """Every item of an agenda, those inside others after the one they are in."""
    for handle, item in items.items():
        yield handle, item
        yield from walk(item.items)


def _times(event: FileEvent, problems: Problems) -> None:
    """Note items of which half the time or the day is missing."""
    for _, item in walk(event.agenda):
        if not (problems.about(f"{item.path}/from") or problems.about(f"{item.path}/to")):
            try:
                item_when(item, event.when)
            except UserError as error:
                problems.add(item.line_of("starts"), item.path, error.message, **error.values)


def check_event(handle: str, event: FileEvent, problems: Problems) -> None:
    """Note every fault between the parts of an event."""
    if handle in event.predecessors:
        problems.add(
            event.line_of("predecessors"),
            f"{event.path}/predecessors",
            "An event does not build on itself; take it out.",
        )
    if len(set(event.predecessors)) < len(event.predecessors):
        problems.add(
            event.line_of("predecessors"),
            f"{event.path}/predecessors",
            "An event stands here twice; delete one.",
        )
    _agenda(event, problems)
    seen: dict[str, FileParticipation] = {}
    for listed in event.participants.people if event.participants else ():
        first = seen.setdefault(listed.person, listed)
        if first is not listed:
            problems.add(
                listed.line,
                listed.path,
                "%(person)s is on this list already, in line %(where)s; make one entry of the two.",
                person=listed.person,
                where=first.line,
            )
        _participation(listed, event, problems)


def _agenda(event: FileEvent, problems: Problems) -> None:
    seen: dict[str, FileAgendaItem] = {}
    for handle, item in walk(event.agenda):
        first = seen.setdefault(handle, item)
        if first is not item:
            problems.add(
                item.line,
                item.path,
                "This event has another item “%(handle)s” in line %(where)s; rename one.",
                handle=handle,
                where=first.line,
            )
        parts: list[FileAgendaRole | FileContribution] = [*item.roles, *item.contributions]
        for part in parts:
            _person_or_pair(part, part.person, part.pair, problems)
    _times(event, problems)


def _person_or_pair(part: Item, person: str | None, pair: str | None, problems: Problems) -> None:
    if (person is None) == (pair is None):
        problems.add(
            part.line,
            part.path,
            "Name either a person or a pair here, and not both."
            if person
            else "Name a person or a pair here.",
        )


def _participation(listed: FileParticipation, event: FileEvent, problems: Problems) -> None:
    if listed.delegation is not None and listed.delegation not in event.delegations:
        _missing(listed, "delegation", listed.delegation, event.delegations, problems)
    items = dict(walk(event.agenda))
    seen: set[tuple[str | None, date | None]] = set()
    for attendance in listed.attendance:
        if attendance.item is not None and attendance.item not in items:
            _missing(attendance, "item", attendance.item, items, problems)
        if attendance.item is not None and attendance.day is not None:
            problems.add(
                attendance.line, attendance.path, "Give an item or a day here, and not both."
            )
        if (attendance.item, attendance.day) in seen:
            problems.add(
                attendance.line,
                attendance.path,
                "The same attendance stands here twice; delete one.",
            )
        seen.add((attendance.item, attendance.day))
        _attended_day(attendance, event, problems)


def _attended_day(attendance: FileAttendance, event: FileEvent, problems: Problems) -> None:
    when = event.when
    first = when.starts_local.date() if when.starts_local else when.first_day
    last = when.ends_local.date() if when.ends_local else when.last_day
    day = attendance.day
    if day and ((first and day < first) or (last and day > last)):
        problems.add(
            attendance.line_of("day"),
            f"{attendance.path}/day",
            "%(day)s is no day of this event; correct it.",
            day=day,
        )


def _missing(
    part: Item, attribute: str, handle: str, known: Mapping[str, object], problems: Problems
) -> None:
    line, path = part.line_of(attribute), f"{part.path}/{attribute}"
    if near := closest(handle, known):
        problems.add(
            line,
            path,
            "The event has no %(what)s “%(handle)s”; did you mean %(near)s?",
            what=attribute,
            handle=handle,
            near=near,
        )
    else:
        problems.add(
            line,
            path,
            "The event has no %(what)s “%(handle)s”; add it or take it out here.",
            what=attribute,
            handle=handle,
        )
