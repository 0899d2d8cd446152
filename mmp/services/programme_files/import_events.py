"""Import: events. What only moves with them has modules of its own."""

from mmp.core.programme_file.times import WhenKind
from mmp.models import AgendaItem, Event
from mmp.services import events as rules
from mmp.services.programme_files.changes import Differences, assign, columns
from mmp.services.programme_files.check_events import walk
from mmp.services.programme_files.checks import circle
from mmp.services.programme_files.format_events import FileEvent
from mmp.services.programme_files.ids import derived
from mmp.services.programme_files.import_agenda import import_agenda
from mmp.services.programme_files.import_calendar import (
    calendar_names,
    guiding_questions,
    raised,
    same_thing,
    touch,
)
from mmp.services.programme_files.import_participants import delegations, import_participants
from mmp.services.programme_files.import_shape import organisation_roles
from mmp.services.programme_files.job import Job

_LINKS = ("pair", "series", "theme", "contact")


def import_events(job: Job) -> None:
    """Events are found by their handle within the programme."""
    there = {row.key: row for row in job.stock.events}
    wanted = job.document.events
    differences: dict[str, Differences] = {}
    for handle, item in wanted.items():
        row = there.get(handle)
        if row is None:
            job.events[handle] = _new_event(job, handle, item)
        else:
            job.events[handle] = row
            differences[handle] = _change_event(job, row, item)
    for handle, item in wanted.items():
        row = job.events[handle]
        earlier = _predecessors(job, row, item)
        if handle in differences:
            _finish(job, row, item, differences[handle] | earlier)
    job.keep_missing("events", there, wanted)
    _check_circle(job)


def _new_event(job: Job, handle: str, item: FileEvent) -> Event:
    row = Event(
        key=handle,
        programme=job.programme,
        **columns(item, job.links(item, *_LINKS)),
        **rules.when_columns(item.when),
        **calendar_names(job, Event, item, derived(job.slug, "event", handle)),
    )
    job.session.add(row)
    guiding_questions(item, row.guiding_questions)
    organisation_roles(job, item, row.organisation_roles)
    delegations(job, row, item)
    import_agenda(job, row, item)
    import_participants(job, row, item)
    job.log.created("event", row.uuid, item.path)
    return row


def _change_event(job: Job, row: Event, item: FileEvent) -> Differences:
    same_thing(job, row, item)
    differences = assign(row, item, job.links(item, *_LINKS))
    old = rules.when_of(row)
    followers: list[AgendaItem] = []
    if old != item.when:
        differences["when"] = [WhenKind().plain(old), WhenKind().plain(item.when)]
        followers = rules.apply_when(row, item.when)
    differences |= guiding_questions(item, row.guiding_questions)
    differences |= organisation_roles(job, item, row.organisation_roles)
    differences |= delegations(job, row, item)
    import_agenda(job, row, item, moved=followers)
    if "when" in differences or item.has("agenda"):
        _check_agenda(job, row, item)
    import_participants(job, row, item)
    return differences


def _finish(job: Job, row: Event, item: FileEvent, differences: Differences) -> None:
    raised(row, item, differences)
    if not differences:
        return
    touch(job, row, item, differences)
    job.log.changed("event", row.uuid, item.path, differences)


def _check_agenda(job: Job, row: Event, item: FileEvent) -> None:
    """Note agenda items that the file left behind when it moved what they are in.

    Where the file gives the times of both, they are meant.
    """
    given = {handle for handle, one in walk(item.agenda) if one.has("starts")}
    for part in sorted(row.agenda, key=lambda one: one.key):
        if part.key in given:
            continue
        early = part.starts_at and row.starts_at and part.starts_at < row.starts_at
        late = part.ends_at and part.ends_at > row.ends_at
        if early or late:
            job.fault(
                item,
                "when",
                "The item “%(handle)s” would lie outside its event; list it under agenda with its"
                " new time.",
                handle=part.key,
            )
        elif outer := _left_behind(part):
            job.fault(
                item,
                "agenda",
                "The item “%(handle)s” would lie outside “%(parent)s”, which it is in; list both"
                " under agenda with their times.",
                handle=part.key,
                parent=outer.key,
            )


def _left_behind(part: AgendaItem) -> AgendaItem | None:
    """The item that this one is in and lies outside of, if so."""
    outer = part.parent
    while outer is not None and outer.starts_at is None:
        outer = outer.parent
    if outer is None or not (part.starts_at and part.ends_at and outer.starts_at and outer.ends_at):
        return None
    inside = outer.starts_at <= part.starts_at and part.ends_at <= outer.ends_at
    return None if inside else outer


def _check_circle(job: Job) -> None:
    """Note events that build on each other in a circle through what the file leaves as it is."""
    rows = {*job.stock.events, *job.events.values()}
    found = circle({row.key: [one.key for one in row.predecessors] for row in rows})
    item = next((job.document.events[one] for one in found if one in job.document.events), None)
    if item is not None:
        job.fault(
            item,
            "predecessors",
            "These events build on each other in a circle (%(circle)s); take one out.",
            circle=" → ".join([*found, found[0]]),
        )


def _predecessors(job: Job, row: Event, item: FileEvent) -> Differences:
    if not item.has("predecessors"):
        return {}
    wanted = [job.events[handle] for handle in item.predecessors]
    if set(wanted) == set(row.predecessors):
        return {}
    old = sorted(event.key for event in row.predecessors)
    row.predecessors[:] = wanted
    return {"predecessors": [old, sorted(event.key for event in wanted)]}
