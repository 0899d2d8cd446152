"""Clocks that go wrong, and nights in which they change. Leases count by the database's clock
alone: in all these tests the workers' own stands months away from it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import FileClock, FixedClock
from mmp.adapters.mailer import MemoryMailer, Outgoing
from mmp.adapters.scheduler import liveness_for
from mmp.jobs.dispatch import Dispatcher
from mmp.models import Mail
from mmp.models.enums import ReminderPreset
from mmp.models.mail import MailState
from tests.faults.children import wait_until
from tests.faults.conftest import Settle, StartWorker, holders, put
from tests.faults.meeting import WEEK_BEFORE, let_it_be, meeting
from tests.faults.post_office import PAUSE, PostOffice
from tests.faults.scale import BOTH_IN_FULL, MAILS, PATIENCE, PEOPLE
from tests.faults.worker import SITE
from tests.support.factories import Factory, timed

HOUR = timedelta(hours=1)
LEASE = 10.0
LOOK = LEASE / 10
"""Seconds between two looks of a worker, at its own leases and at those of others that ended."""


@pytest.mark.both_databases
@pytest.mark.slow
def test_workers_whose_clocks_differ_share_a_burst(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    wall: FileClock,
    post: PostOffice,
    start_worker: StartWorker,
    settle: Settle,
) -> None:
    """Whoever is ahead takes nobody's mail for abandoned, however long the server takes."""
    put(session, factory, clock, MAILS)
    wall.set(clock.now() + 2 * HOUR)
    post.say("DOT", PAUSE)
    for wrong_by in (-HOUR, timedelta(), HOUR):
        # Whoever comes first may hold two batches: the last, however late, still finds some.
        start_worker(wrong_by=wrong_by, lease=LEASE, batch=MAILS // 8, timeout=PATIENCE)
    wait_until(lambda: len(holders(session)) == 3, "somebody got nothing")

    def until() -> float:
        session.rollback()
        leased = Mail.state == MailState.LEASED
        return session.scalar(select(func.min(Mail.lease_until)).where(leased)) or 0.0

    began = until()
    wait_until(lambda: until() > began + 2 * LOOK, "the leases are not renewed")
    post.say()
    found = settle(MAILS, fault="3 workers, clocks an hour apart")
    assert (found.lost, found.repeated) == (0, 0)


@pytest.mark.both_databases
@pytest.mark.slow
def test_a_clock_that_is_ahead_reminds_early_and_once(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    wall: FileClock,
    post: PostOffice,
    start_worker: StartWorker,
    settle: Settle,
) -> None:
    """The others, behind or right, do not remind again when it is time by theirs."""
    meeting(session, factory, PEOPLE)
    let_it_be(WEEK_BEFORE - HOUR / 2, clock, wall)
    for wrong_by in (-HOUR, timedelta(), HOUR):
        start_worker(wrong_by=wrong_by)
    settle(PEOPLE)
    put(session, factory, clock, 1)  # a mail by which it shows that all have looked again
    wall.set(WEEK_BEFORE + 2 * HOUR)
    found = settle(PEOPLE + 1, fault="reminders, clocks an hour apart")
    assert (found.lost, found.repeated) == (0, 0)
    assert Counter(mail.subject for mail in post.accepted())["In 7 days: Meeting"] == PEOPLE


NIGHTS = (
    # The night's event in wall time; the day's and the hour's reminder in UTC.
    ("Europe/Stockholm", "2026-10-25 03:30", "2026-10-24 01:30", "2026-10-25 01:30"),
    ("Europe/Stockholm", "2027-03-28 03:30", "2027-03-27 02:30", "2027-03-28 00:30"),
    ("Africa/Cairo", "2026-10-30 00:30", "2026-10-28 21:30", "2026-10-29 21:30"),
    ("Africa/Cairo", "2027-04-30 01:30", "2027-04-28 23:30", "2027-04-29 21:30"),
    ("Asia/Beirut", "2026-10-25 00:30", "2026-10-23 21:30", "2026-10-24 21:30"),
    ("Asia/Beirut", "2027-03-28 01:30", "2027-03-26 23:30", "2027-03-27 21:30"),
    # Jordan stayed at +03 in 2022; these were its nights.
    ("Asia/Amman", "2026-10-30 00:30", "2026-10-28 21:30", "2026-10-29 20:30"),
    ("Asia/Amman", "2027-02-26 00:30", "2027-02-24 21:30", "2027-02-25 20:30"),
)


@BOTH_IN_FULL
@pytest.mark.parametrize(("zone", "night", "day", "hour"), NIGHTS)
def test_a_night_in_which_the_clocks_change(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    tmp_path: Path,
    zone: str,
    night: str,
    day: str,
    hour: str,
) -> None:
    """Each leaves once and in its time, to a reader for whom it is afternoon. The worker looks
    every quarter of an hour, also through the hour that comes twice."""
    programme = factory.programme(reminder_preset=ReminderPreset.CALM)
    reader = factory.person(programme, zone="America/Los_Angeles", country="US")
    event = factory.event(programme, timed(datetime.fromisoformat(night), zone=zone))
    factory.participation(event, reader)
    session.commit()
    left: list[tuple[str, str]] = []

    def note(mail: Outgoing) -> None:
        message = message_from_bytes(mail.octets, policy=policy.default)
        left.append((f"{clock.now():%Y-%m-%d %H:%M}", str(message["Subject"]).partition(":")[0]))

    engine = session.get_bind()
    assert isinstance(engine, Engine)
    sessions = sessionmaker(engine, info={"clock": clock})
    alive = liveness_for(engine, tmp_path)
    worker = Dispatcher(sessions, MemoryMailer(note), clock, SITE, alive)
    for due in (_utc(day), _utc(hour)):
        for quarter in range(-5, 6):
            clock.set(due + quarter * HOUR / 4)
            worker.run()
    assert left == [(day, "Tomorrow"), (hour, "Today")]
    alive.end()


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
