"""People's own calendars, read without a request: how far that is stands in the row."""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag

from sqlalchemy import update
from sqlalchemy.orm import Session

from mmp.adapters.clock import Clock
from mmp.models import BusyCalendar
from mmp.services import busy_calendars as service

log = logging.getLogger("mmp.calendars")


class Stopped(Exception):
    """The worker stops, or the calendar was taken away while it was read."""


def read_waiting(
    sessions: Callable[[], Session], clock: Clock, store: Path, stopping: Flag
) -> None:
    """Read all that wait, the oldest first."""
    while not stopping.is_set():
        with sessions() as session:
            row = service.next_to_read(session)
            if row is None:
                service.sweep(session, now=clock.now(), store=store)
                return
            number, uuid = row.id, row.uuid
            try:
                service.read_calendar(
                    session,
                    now=clock.now(),
                    number=number,
                    store=store,
                    progress=_progress(sessions, number, stopping),
                )
                session.commit()
            except Stopped:
                session.rollback()
            except Exception as error:
                # One that breaks the reader must not keep all others waiting.
                log.exception("calendar %s: %s", uuid, type(error).__name__)
                session.rollback()
                session.execute(
                    update(BusyCalendar)
                    .where(BusyCalendar.id == number)
                    .values(sha256=None, problem=service.UNREADABLE)
                )
                session.commit()


def _progress(
    sessions: Callable[[], Session], number: int, stopping: Flag
) -> Callable[[int, int], None]:
    def tell(done: int, of: int) -> None:
        if stopping.is_set():
            raise Stopped
        with sessions() as session:
            found = session.execute(
                update(BusyCalendar)
                .where(BusyCalendar.id == number)
                .values(done=done, total=of)
                .returning(BusyCalendar.id)
            ).first()
            session.commit()
        if found is None:
            raise Stopped

    return tell
