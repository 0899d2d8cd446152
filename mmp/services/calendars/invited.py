"""The entries that go out by mail: of many people at once, each as their own feed shows it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from types import SimpleNamespace

from sqlalchemy.orm import Session

from mmp.adapters.translations import locale_for
from mmp.core import ical
from mmp.models import Person
from mmp.models.enums import EventStatus
from mmp.services.calendars.query import decoder, invited_rows
from mmp.services.calendars.render import Style, Writer, groups_told

Wanted = Collection[tuple[Person, int]]
"""People, each with the number of an event."""


def invited_entries(
    session: Session, wanted: Wanted, *, base_url: str
) -> dict[tuple[int, str], ical.Entry]:
    """The entries of events and of one's own agenda items, by the person's number and the UID.

    What is a draft or cancelled, has no day, or is none of theirs any more, is missing. STATUS is
    the organizer's, not the reader's answer; alarms are the feed's. One statement.
    """
    people = {person.id: person for person, _ in wanted}
    if not people:
        return {}
    connection = session.connection()
    decode = decoder(connection.dialect)
    rows: dict[tuple[int, int], list[SimpleNamespace]] = defaultdict(list)
    statement = invited_rows(people, {event_id for _, event_id in wanted})
    for raw in connection.execute(statement):
        *values, reader_id = raw
        row = decode(values)
        row.partstat = row.answer_changed_at = None
        rows[reader_id, row.id].append(row)
    asked = {(person.id, event_id) for person, event_id in wanted}
    found: dict[tuple[int, str], ical.Entry] = {}
    for (person_id, event_id), those in rows.items():
        if (person_id, event_id) not in asked or those[0].status is not EventStatus.PUBLISHED:
            continue
        writer = Writer(Style(locale_for(people[person_id]), base_url))
        entries = [writer.event_entry(those[0], groups_told(those))]
        entries += [
            writer.item_entry(row)
            for row in those
            if row.item_mine
            and row.item_starts_at is not None
            and row.item_status is EventStatus.PUBLISHED
        ]
        found |= {(person_id, entry.uid): replace(entry, status="CONFIRMED") for entry in entries}
    return found
