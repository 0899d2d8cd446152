"""On SQLite, where a read alone holds nothing, planning keeps all others from writing meanwhile."""

import sqlite3
from contextlib import closing
from datetime import datetime

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models.enums import ReminderPreset
from mmp.services import reminders
from tests.support.factories import Factory, timed


def test_no_meeting_moves_while_its_reminders_are_planned(
    session: Session, clock: FixedClock
) -> None:
    """Planned by what it was before, it would lose the reminders of its new time."""
    make = Factory(session)
    programme = make.programme(reminder_preset=ReminderPreset.STANDARD)
    meeting = make.event(programme, timed(datetime(2026, 7, 1, 14)))
    make.participation(meeting, make.person(programme))
    session.commit()
    path = session.connection().engine.url.database
    session.rollback()
    moved = 0

    def move(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        nonlocal moved
        if not statement.startswith("SELECT"):
            return
        with closing(sqlite3.connect(str(path), timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("UPDATE event SET time_version = time_version + 1")
            moved += 1

    number = meeting.id
    session.rollback()
    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", move)
    try:
        reminders.reconcile_events(session, now=clock.now(), events=[number])
    finally:
        event.remove(bind, "before_cursor_execute", move)
    session.commit()
    assert moved >= 2
