"""A person's own calendar file: kept of it is when they are busy, never with what."""

import hashlib
import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mmp.core.busy import MOST_OCTETS, busy_times
from mmp.core.errors import NotFound, UserError
from mmp.core.zones import day_in_zone
from mmp.models import BusyCalendar, BusyTime, Person
from mmp.services import history
from mmp.services.stored_files import write_whole

AHEAD = timedelta(days=400)
"""How far recurrences are followed."""
MOST = 10
"""Calendars of one person."""
UNREADABLE = "unreadable"
_ORPHANED = timedelta(hours=1)
"""After which a file without a row to be read is let go of."""


def own_calendars(session: Session, person: Person) -> Sequence[BusyCalendar]:
    """Those a person gave, the newest first."""
    return session.scalars(
        select(BusyCalendar)
        .where(BusyCalendar.person_id == person.id)
        .order_by(BusyCalendar.id.desc())
    ).all()


def add_calendar(
    session: Session,
    *,
    now: datetime,
    person: Person,
    uuid: UUID,
    name: str,
    data: bytes,
    store: Path,
) -> BusyCalendar:
    """Keep a file until it has been read in the background. The same `uuid` never makes a second
    one. Raises UserError (field `file`) for what is too big, no calendar, or one too many."""
    there = session.scalar(
        select(BusyCalendar).where(BusyCalendar.uuid == uuid, BusyCalendar.person_id == person.id)
    )
    if there is not None:
        return there
    if len(data) > MOST_OCTETS:
        raise UserError(
            "This file is larger than %(most)s MB. Export fewer years, or only one calendar.",
            field="file",
            most=MOST_OCTETS // 1_000_000,
        )
    if b"BEGIN:VCALENDAR" not in data[:65_536].upper():
        raise UserError(
            "This is no calendar file: export your calendar as .ics and choose that.", field="file"
        )
    if len(own_calendars(session, person)) >= MOST:
        raise UserError("Take one of the old calendars away first.", field="file")
    today = day_in_zone(now, person.zone)
    row = BusyCalendar(
        uuid=uuid,
        person_id=person.id,
        name=name[:120],
        from_day=today,
        until_day=today + AHEAD,
        sha256=hashlib.sha256(data).hexdigest(),
        created_at=now,
    )
    session.add(row)
    _note(session, now, person, "created")
    session.flush()
    write_whole(_path(store, uuid), data)
    os.utime(_path(store, uuid), times=(now.timestamp(), now.timestamp()))  # by our own clock
    return row


def remove_calendar(
    session: Session, *, now: datetime, person: Person, uuid: UUID, store: Path
) -> None:
    """Forget a calendar and all its times, also while it is being read. Raises NotFound."""
    row = session.scalar(
        select(BusyCalendar).where(BusyCalendar.uuid == uuid, BusyCalendar.person_id == person.id)
    )
    if row is None:
        raise NotFound("There is no such calendar.")
    session.execute(delete(BusyTime).where(BusyTime.calendar_id == row.id))
    session.delete(row)
    _note(session, now, person, "removed")
    session.flush()
    _path(store, uuid).unlink(missing_ok=True)


def next_to_read(session: Session) -> BusyCalendar | None:
    """The oldest that waits to be read."""
    return session.scalar(
        select(BusyCalendar)
        .where(BusyCalendar.sha256.is_not(None))
        .order_by(BusyCalendar.id)
        .limit(1)
    )


def read_calendar(
    session: Session,
    *,
    now: datetime,
    number: int,
    store: Path,
    progress: Callable[[int, int], None],
) -> None:
    """Read a calendar's file, keep its busy times and let go of the file. What cannot be read is
    said in the row. `progress` may raise to stop: then it begins anew another time."""
    row = session.get_one(BusyCalendar, number)
    zone = session.get_one(Person, row.person_id).zone
    path, first, last = _path(store, row.uuid), now, now + AHEAD
    session.rollback()  # nothing is held while the file is being read
    try:
        found = busy_times(path.read_bytes(), home=zone, first=first, last=last, progress=progress)
        spans, problem = found.spans, ",".join(left.why.value for left in found.left) or None
        events = found.events
    except (UserError, OSError):
        spans, problem, events = (), UNREADABLE, 0
    kept = session.get(BusyCalendar, number, with_for_update=True)
    if kept is not None:
        session.execute(delete(BusyTime).where(BusyTime.calendar_id == number))
        session.add_all(
            BusyTime(calendar_id=number, person_id=kept.person_id, starts_at=begins, ends_at=ends)
            for begins, ends in spans
        )
        kept.done = kept.total = events
        kept.sha256, kept.read_at, kept.problem = None, now, problem
        session.flush()
    path.unlink(missing_ok=True)


def sweep(session: Session, *, now: datetime, store: Path) -> None:
    """Let go of files that no calendar waits for: of people who were erased meanwhile, say."""
    files = [path for path in (store / "busy").glob("*") if _is_old(path, now)]
    if not files:
        return
    waiting = session.scalars(select(BusyCalendar.uuid).where(BusyCalendar.sha256.is_not(None)))
    names = {uuid.hex for uuid in waiting}
    for path in files:
        if path.name not in names:
            path.unlink(missing_ok=True)


def _is_old(path: Path, now: datetime) -> bool:
    try:
        return now.timestamp() - path.stat().st_mtime > _ORPHANED.total_seconds()
    except FileNotFoundError:
        return False


def _path(store: Path, uuid: UUID) -> Path:
    return store / "busy" / uuid.hex


def _note(session: Session, now: datetime, person: Person, action: str) -> None:
    """That it was done; nothing of what the calendar says."""
    history.record(
        session,
        now=now,
        actor=person,
        programme=None,
        kind="busy_calendar",
        uuid=person.uuid,
        action=action,
    )
