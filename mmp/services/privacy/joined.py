"""What records that became part of somebody's leave behind: a name in the history and, where they
had done something, a row that belongs nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import HistoryEntry, Person, PersonMerge
from mmp.services.privacy.spellings import long_enough, spellings_of


@dataclass(frozen=True, slots=True)
class Joined:
    """The records that one was joined with: their numbers elsewhere, the rows that are left, and
    what they were called."""

    uuids: Sequence[UUID]
    rows: Sequence[Person]
    spellings: frozenset[str]
    addresses: frozenset[str]


def joined_with(session: Session, person: Person) -> Joined:
    """All of them; of a chain each."""
    merges = session.scalars(select(PersonMerge).where(PersonMerge.into_id == person.id)).all()
    uuids = [merge.gone_uuid for merge in merges]
    rows = session.scalars(select(Person).where(Person.uuid.in_(uuids))).all()
    entries = session.scalars(
        select(HistoryEntry).where(
            HistoryEntry.action == "merged",
            HistoryEntry.subject_kind == "person",
            HistoryEntry.subject_uuid.in_([person.uuid, *uuids]),
        )
    )
    records = [record for one in entries if (record := (one.changes.get("record") or [None])[0])]
    words = {record.get(name) for record in records for name in ("name", "name_native", "email")}
    words |= {merge.gone_key for merge in merges}
    words |= {word for row in rows for word in spellings_of(row)}
    addresses = {record.get("email") for record in records}
    return Joined(uuids, rows, long_enough(words), frozenset(one for one in addresses if one))
