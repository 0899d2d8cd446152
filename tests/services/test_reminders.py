"""From a rule to a mail."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.core.mail import Site
from mmp.models import Delivery, Mail
from mmp.models.enums import DeliveryState, ReminderPreset
from mmp.services import outbox, reminders
from tests.support.factories import Factory, timed

SITE = Site("https://mmp.example.org", secret="a secret for the tests alone")


def test_a_reminder_leaves_a_week_before(session: Session, clock: FixedClock) -> None:
    factory = Factory(session)
    programme = factory.programme(reminder_preset=ReminderPreset.STANDARD)
    person = factory.person(programme)
    event = factory.event(programme, timed(datetime(2026, 10, 27, 14)))
    factory.participation(event, person)
    session.commit()
    lines = session.scalars(select(Delivery).order_by(Delivery.due_at)).all()
    assert [line.rule for line in lines] == ["week", "day", "hour", "thanks"]
    # Same clock time in Stockholm, in summer still, and no weekend.
    assert lines[0].due_at == datetime(2026, 10, 20, 12, tzinfo=UTC)
    assert reminders.next_delivery(session) == lines[0].due_at

    clock.set(lines[0].due_at)
    assert reminders.queue_due(session, now=clock.now()) == 1
    session.commit()
    mail = session.scalars(select(Mail)).one()
    made = outbox.compose(session, mail, site=SITE, now=clock.now())
    assert made.subject == "In 7 days: Event 3"
    assert lines[0].state is DeliveryState.QUEUED
    assert reminders.queue_due(session, now=clock.now() + timedelta(minutes=1)) == 0
