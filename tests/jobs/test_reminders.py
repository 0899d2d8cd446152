"""Reminders on their way: from the plan through the outbox to a mail that leaves."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Semaphore

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.adapters.mailer import MemoryMailer
from mmp.adapters.scheduler.wake import Watcher
from mmp.models import Delivery, Event, Person
from mmp.models.enums import EventStatus, MembershipRole, Partstat, ReminderPreset
from mmp.services import reminders
from mmp.services.events import apply_when, touch
from mmp.services.outbox import CHANNEL
from tests.jobs.conftest import MakeWorker
from tests.support.factories import Factory, timed

pytestmark = pytest.mark.both_databases

STARTS = datetime(2026, 10, 27, 13, tzinfo=UTC)
"""14:00 in Stockholm, two days after the clocks went back."""


@pytest.fixture
def event(factory: Factory, session: Session) -> Event:
    programme = factory.programme(reminder_preset=ReminderPreset.STANDARD)
    event = factory.event(
        programme,
        timed(datetime(2026, 10, 27, 14)),
        title={"en": "Fourth meeting", "ar": "الاجتماع الرابع"},
        join_link="https://meet.example.org/4",
    )
    session.commit()
    return event


@pytest.fixture
def mentor(factory: Factory, session: Session, event: Event) -> Person:
    person = factory.person(event.programme, zone="Asia/Amman", country="JO")
    factory.participation(event, person, partstat=Partstat.NEEDS_ACTION)
    session.commit()
    return person


def read(mailer: MemoryMailer) -> list[EmailMessage]:
    """The mails that left, oldest first."""
    return [message_from_bytes(mail.octets, policy=default) for mail in mailer.sent]


def words(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def lines(session: Session) -> dict[str, str]:
    """What became of each rule, of the present time of the event."""
    session.expire_all()
    rows = session.scalars(select(Delivery).order_by(Delivery.time_version, Delivery.id))
    return {row.rule: f"{row.state}{' ' + row.reason if row.reason else ''}" for row in rows}


def test_three_reminders_leave_in_time(
    session: Session, clock: FixedClock, make_worker: MakeWorker, event: Event, mentor: Person
) -> None:
    mailer = MemoryMailer()
    worker = make_worker(mailer)
    assert worker.run() == STARTS - timedelta(days=7, hours=1)  # 14:00 there too, in summer
    seen = []
    for _ in range(3):
        due = worker.run()
        assert due is not None
        clock.set(due)
        worker.run()
        seen.append((due, read(mailer)[-1]["Subject"]))
    assert seen == [
        (STARTS - timedelta(days=7, hours=1), "In 7 days: Fourth meeting"),
        (STARTS - timedelta(days=1), "Tomorrow: Fourth meeting"),
        (STARTS - timedelta(hours=1), "Today: Fourth meeting"),
    ]
    text = words(read(mailer)[-1])
    assert "https://meet.example.org/4" in text
    assert "Amman time (UTC+3)" in text
    assert "Stockholm time (UTC+1)" in text
    assert "/en/answer/" in text
    assert lines(session)["hour"] == "sent accepted"


def test_who_declines_hears_no_more(
    session: Session, clock: FixedClock, make_worker: MakeWorker, event: Event, mentor: Person
) -> None:
    event.participations[0].partstat = Partstat.DECLINED
    session.commit()
    assert set(lines(session).values()) == {"cancelled declined"}
    mailer = MemoryMailer()
    assert make_worker(mailer).run() is None


def test_a_moved_event_is_planned_anew(
    session: Session, clock: FixedClock, make_worker: MakeWorker, event: Event, mentor: Person
) -> None:
    clock.set(STARTS - timedelta(days=2))
    make_worker().run()
    apply_when(event, timed(datetime(2026, 11, 4, 14)))
    touch(event, {"when"}, now=clock.now())
    session.commit()
    assert make_worker().run() == datetime(2026, 10, 28, 13, tzinfo=UTC)
    assert lines(session)["week"] == "planned"


def test_what_is_in_a_mail_already_is_stopped(
    session: Session, clock: FixedClock, make_worker: MakeWorker, event: Event, mentor: Person
) -> None:
    clock.set(STARTS - timedelta(days=7, hours=1))
    assert reminders.queue_due(session, now=clock.now()) == 1
    session.commit()
    event.status, event.cancelled_at = EventStatus.CANCELLED, clock.now()
    session.commit()
    assert lines(session)["week"] == "cancelled event_cancelled"
    mailer = MemoryMailer()
    make_worker(mailer).run()
    assert not read(mailer)


def test_after_an_outage_the_last_kind_goes(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    make_worker: MakeWorker,
    event: Event,
    mentor: Person,
) -> None:
    coordinator = factory.person(event.programme, MembershipRole.COORDINATOR)
    session.commit()
    clock.set(STARTS - timedelta(hours=15))  # both are late, and it is 01:00 in Amman
    mailer = MemoryMailer()
    worker = make_worker(mailer)
    due = worker.run()
    assert lines(session)["week"] == "expired overdue"
    assert [message["To"] for message in read(mailer)] == [
        f"{coordinator.name} <{coordinator.email}>"
    ]
    assert "1 reminder came too late" in words(read(mailer)[0])
    assert due == datetime(2026, 10, 27, 4, tzinfo=UTC)  # 07:00 in Amman
    clock.set(due)
    worker.run()
    assert read(mailer)[-1]["Subject"] == "Today: Fourth meeting"
    assert lines(session)["day"] == "sent accepted"


def test_planning_wakes_who_sends(
    session: Session, engine: Engine, factory: Factory, event: Event
) -> None:
    """A reminder that is now the first one is not found by the next round alone."""
    looked = Semaphore(0)
    watcher = Watcher(engine, CHANNEL, looked.release)
    watcher.start()
    try:
        assert looked.acquire(timeout=10)  # as it began
        while looked.acquire(timeout=0.2):
            pass
        factory.participation(event, factory.person(event.programme))
        session.commit()
        assert looked.acquire(timeout=10)
    finally:
        watcher.stop()
