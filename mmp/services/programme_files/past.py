"""The history in the file: what its entries tell of, as handles, and back again."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mmp.core.programme_file.problems import closest
from mmp.models import HistoryEntry
from mmp.services.programme_files.format import FileHistoryEntry
from mmp.services.programme_files.job import Job
from mmp.services.programme_files.stock import Stock


def subjects(stock: Stock) -> Iterator[tuple[str, str, UUID]]:
    """Everything that history may tell of and the file names: kind, handle, UUID.

    What lies in an event is named with it: `may-meeting/opening`.
    """
    if stock.programme is not None:
        yield "programme", stock.programme.slug, stock.programme.uuid
    for kind, rows in (
        ("person", stock.people),
        ("organisation", stock.organisations),
        ("pair", stock.pairs),
        ("event", stock.events),
        ("document", stock.documents),
        ("form", stock.forms),
    ):
        for row in rows:
            yield kind, row.key, row.uuid
    for event in stock.events:
        for item in event.agenda:
            yield "agenda_item", f"{event.key}/{item.key}", item.uuid
        for participation in event.participations:
            key = f"{event.key}/{participation.person.key}"
            yield "participation", key, participation.uuid


def import_history(job: Job, now_there: Stock) -> None:
    """Add the entries that the database has not: the same one is never there twice."""
    if not job.document.history:
        return
    known = {(kind, handle): uuid for kind, handle, uuid in subjects(now_there)}
    there = Counter(_existing(job))
    for entry in job.document.history:
        uuid = _subject(job, entry, known)
        if uuid is None:
            continue
        actor = job.people[entry.by] if entry.by else None
        changes: dict[str, Any] = dict(entry.changes or {})
        mark = (entry.at, entry.kind, uuid, entry.action, actor and actor.id, repr(changes))
        if there[mark]:
            there[mark] -= 1
            continue
        job.add(
            HistoryEntry(
                at=entry.at,
                subject_kind=entry.kind,
                subject_uuid=uuid,
                action=entry.action,
                changes=changes,
                programme=job.programme,
                actor=actor,
            )
        )


def _existing(job: Job) -> Iterator[tuple[Any, ...]]:
    if job.new:
        return
    with job.session.no_autoflush:
        for row in job.session.scalars(
            select(HistoryEntry).where(HistoryEntry.programme_id == job.programme.id)
        ):
            yield (
                row.at,
                row.subject_kind,
                row.subject_uuid,
                row.action,
                row.actor_id,
                repr(row.changes),
            )


def _subject(job: Job, entry: FileHistoryEntry, known: dict[tuple[str, str], UUID]) -> UUID | None:
    found = known.get((entry.kind, entry.of))
    if found is not None:
        return found
    try:
        return UUID(entry.of)
    except ValueError:
        near = closest(entry.of, [handle for kind, handle in known if kind == entry.kind])
        mend = f"did you mean {near}?" if near else "give a handle of the file or a UUID."
        job.fault(
            entry,
            "of",
            "There is no %(kind)s “%(of)s”; %(mend)s",
            kind=entry.kind,
            of=entry.of,
            mend=mend,
        )
        return None
