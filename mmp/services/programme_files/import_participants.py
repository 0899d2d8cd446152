"""Import: who is on the list of an event, for whom, and whether they came."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mmp.models import Attendance, Delegation, Event, Participation, Person
from mmp.models.enums import Entry, MembershipStatus, Partstat
from mmp.services.programme_files.changes import Differences, assign, columns
from mmp.services.programme_files.describe import plain
from mmp.services.programme_files.format_events import (
    FileAttendance,
    FileEvent,
    FileParticipants,
    FileParticipation,
)
from mmp.services.programme_files.ids import derived
from mmp.services.programme_files.job import Job


def delegations(job: Job, event: Event, item: FileEvent) -> Differences:
    """Bring the delegations to what the file says; one that it lacks stays."""
    there = {row.key: row for row in event.delegations}
    old, new = {}, {}
    for position, (handle, part) in enumerate(item.delegations.items()):
        links = job.links(part, "organisation")
        row = there.get(handle)
        if row is None:
            usual = derived(job.slug, "delegation", event.key, handle)
            uuid = job.uuid(Delegation.uuid, part, usual)
            values = columns(part, links)
            job.add(Delegation(key=handle, event=event, uuid=uuid, position=position, **values))
            new[handle] = plain(part)
            continue
        row.position = position
        if changed := assign(row, part, links):
            old[handle] = {name: pair[0] for name, pair in changed.items()}
            new[handle] = {name: pair[1] for name, pair in changed.items()}
    if item.has("delegations"):
        job.keep_missing(f"{item.path}/delegations", there, item.delegations)
    return {"delegations": [old, new]} if new else {}


def import_participants(job: Job, event: Event, item: FileEvent) -> None:
    """Bring the list of participants to what the file says.

    `all` adds those who are missing; whoever the file lists no longer is taken off, unless they
    answered, came in by themselves or attended. Members of a pair, as it is on that day, agreed
    to their talk.
    """
    new_event = event.id is None
    there = {row.person: row for row in event.participations}
    part = item.participants or FileParticipants()
    listed: set[Person] = set()
    for entry in part.people:
        person = job.people[entry.person]
        listed.add(person)
        _participation(job, event, person, entry, there.get(person), new_event=new_event)
    if item.participants is None and new_event and event.pair:
        for member in event.pair.members_on(item.when.sort_day):
            agreed = FileParticipation(person=member.person.key, partstat=Partstat.ACCEPTED)
            _participation(job, event, member.person, agreed, None, new_event=True)
        return
    # Whoever becomes a mentor in autumn was not at the meeting in May.
    if new_event or event.ends_at > job.now:
        for person in _everyone(job, event, part):
            if person not in there and person not in listed:
                usual = FileParticipation(
                    person=person.key, path=f"{item.path}/participants/{person.key}"
                )
                _participation(job, event, person, usual, None, new_event=new_event)
                listed.add(person)
    if part.has("people"):
        _take_off(job, event, item, {*listed, *_everyone(job, event, part)})


def _everyone(job: Job, event: Event, part: FileParticipants) -> Iterator[Person]:
    """The active members in the roles that `all` names, with dates that reach the event."""
    day = (event.starts_at or event.ends_at).date()
    for membership in job.programme.memberships:
        if membership.role in part.all and membership.status is MembershipStatus.ACTIVE:
            begun = membership.starts_on is None or membership.starts_on <= event.ends_at.date()
            ended = membership.ends_on is not None and membership.ends_on < day
            if begun and not ended:
                yield membership.person


def _participation(
    job: Job,
    event: Event,
    person: Person,
    item: FileParticipation,
    row: Participation | None,
    *,
    new_event: bool,
) -> None:
    delegation = next((one for one in event.delegations if one.key == item.delegation), None)
    links = {"delegation": delegation}
    if row is None:
        usual = derived(job.slug, "participation", event.key, person.key)
        row = job.add(
            Participation(
                event=event,
                person=person,
                uuid=job.uuid(Participation.uuid, item, usual),
                **columns(item, links),
                **job.times(item),
            )
        )
        _attendance(job, row, item)
        if not new_event:
            job.log.created("participation", row.uuid, item.path)
        return
    differences = assign(row, item, links) | _attendance(job, row, item)
    if differences:
        row.changed_at = job.now
        job.log.changed("participation", row.uuid, item.path, differences)


def _attendance(job: Job, row: Participation, item: FileParticipation) -> Differences:
    items = {found.key: found for found in row.event.agenda}
    there = {
        (found.agenda_item.key if found.agenda_item else None, found.day): found
        for found in row.attendances
    }
    old, new = [], []
    for part in item.attendance:
        found = there.pop((part.item, part.day), None)
        links = {"item": items.get(part.item or "")}
        if found is None:
            values = _attendance_columns(part)
            job.add(Attendance(participation=row, agenda_item=links["item"], **values))
            new.append(plain(part))
            continue
        values = _attendance_columns(part)
        changed = {name: value for name, value in values.items() if getattr(found, name) != value}
        if changed:
            old.append({name: str(getattr(found, name)) for name in changed})
            new.append({name: str(value) for name, value in changed.items()})
            for name, value in changed.items():
                setattr(found, name, value)
    if item.has("attendance"):
        for handle, day in there:
            job.log.keep(f"{item.path}/attendance/{handle or day or 'event'}")
    return {"attendance": [old, new]} if new else {}


def _attendance_columns(part: FileAttendance) -> dict[str, Any]:
    return {
        name: getattr(part, name) for name in ("day", "present", "form", "source", "recorded_at")
    }


def _take_off(job: Job, event: Event, item: FileEvent, wanted: set[Person]) -> None:
    for row in list(event.participations):
        if row.person in wanted:
            continue
        path = f"{item.path}/participants/{row.person.key}"
        if row.attendances or row.partstat is not Partstat.NEEDS_ACTION or _by_themselves(row):
            job.log.keep(path)
            continue
        event.participations.remove(row)
        job.log.removed("participation", row.uuid, path)


def _by_themselves(row: Participation) -> bool:
    """Whether they are on the list by their own doing."""
    answered: datetime | None = row.answered_at
    return row.entry in (Entry.APPLIED, Entry.WAITING, Entry.WALK_IN) or answered is not None
