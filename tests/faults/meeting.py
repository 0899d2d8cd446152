"""A meeting with reminders, and many people on its list."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from mmp.adapters.clock import FileClock, FixedClock
from mmp.models import Event
from mmp.models.enums import ReminderPreset
from tests.support.factories import Factory, timed

WEEK_BEFORE = datetime(2026, 6, 24, 12, tzinfo=UTC)
"""14:00 in Stockholm, on a Wednesday."""
IN_A_WEEK = "In 7 days: "


def meeting(session: Session, factory: Factory, people: int) -> Event:
    """On 1 July; the reminder a week ahead is due to everybody at once."""
    programme = factory.programme(reminder_preset=ReminderPreset.STANDARD)
    event = factory.event(programme, timed(datetime(2026, 7, 1, 14)), title={"en": "Meeting"})
    for _ in range(people):
        factory.participation(event, factory.person(programme))
    session.commit()
    return event


def let_it_be(at: datetime, clock: FixedClock, wall: FileClock) -> None:
    """For the test and for every worker."""
    clock.set(at)
    wall.set(at)
