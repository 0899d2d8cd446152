"""The worker as `mmp run` embeds it: due in time, woken by others, one per host, ended cleanly."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FileClock, FixedClock
from mmp.adapters.mailer import MemoryMailer
from mmp.adapters.scheduler import Election, liveness_for
from mmp.jobs import worker as worker_module
from mmp.jobs.housekeeping import OCTETS_KEPT, keep_house
from mmp.jobs.worker import Worker
from mmp.models import Mail
from mmp.models.mail import MailState
from tests.jobs.conftest import SITE, Enqueue, MakeWorker

pytestmark = pytest.mark.both_databases


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def file_clock(instance: Path) -> FileClock:
    """A demo's clock, for tests that need time to go on."""
    clock = FileClock(instance / "clock.json")
    clock.set(datetime(2026, 6, 19, 8, 0, tzinfo=UTC))
    return clock


@pytest.fixture
def embed(engine: Engine, instance: Path, file_clock: FileClock) -> Iterator[Callable[..., Worker]]:
    """Workers of one host, not started yet."""
    made: list[Worker] = []

    def make(mailer: MemoryMailer) -> Worker:
        made.append(
            Worker(
                engine=engine,
                mailer=mailer,
                clock=file_clock,
                site=SITE,
                liveness=liveness_for(engine, instance),
                election=Election(instance / "scheduler.lock"),
            )
        )
        return made[-1]

    before = threading.active_count()
    yield make
    for one in made:
        one.stop()
    wait_until(lambda: threading.active_count() <= before)


def test_a_new_mail_leaves_at_once(
    session: Session,
    enqueue: Enqueue,
    embed: Callable[..., Worker],
    file_clock: FileClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_module, "TICK", 60)
    mailer = MemoryMailer()
    embed(mailer).start()
    for number in (1, 2):
        person = enqueue(due_at=file_clock.now() - timedelta(seconds=1)).person
        session.commit()
        since = time.monotonic()
        wait_until(lambda number=number: len(mailer.sent) == number)  # type: ignore[misc]  # bound now
        assert mailer.sent[-1].recipient == person.email
        assert time.monotonic() - since < 1.5


def test_a_planned_mail_leaves_at_its_time(
    session: Session,
    enqueue: Enqueue,
    embed: Callable[..., Worker],
    file_clock: FileClock,
) -> None:
    due = file_clock.now() + timedelta(seconds=0.6)
    enqueue(due_at=due)
    session.commit()
    gone: list[datetime] = []
    embed(MemoryMailer(lambda _: gone.append(file_clock.now()))).start()
    wait_until(lambda: bool(gone))
    assert timedelta() <= gone[0] - due < timedelta(seconds=0.5)


def test_a_moved_clock_is_noticed(
    session: Session,
    enqueue: Enqueue,
    embed: Callable[..., Worker],
    file_clock: FileClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_module, "TICK", 0.2)
    enqueue(due_at=file_clock.now() + timedelta(days=3))
    session.commit()
    mailer = MemoryMailer()
    embed(mailer).start()
    file_clock.set(file_clock.now() + timedelta(days=3, minutes=1))
    wait_until(lambda: len(mailer.sent) == 1)


def test_only_the_elected_one_sends_until_it_ends(
    session: Session,
    enqueue: Enqueue,
    embed: Callable[..., Worker],
    file_clock: FileClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_module, "TICK", 0.1)
    mailers = [MemoryMailer(), MemoryMailer()]
    first, second = (embed(mailer) for mailer in mailers)
    past = file_clock.now() - timedelta(minutes=1)
    for number, (starting, sending) in enumerate(((first, 0), (second, 0)), 1):
        starting.start()
        enqueue(due_at=past)
        session.commit()
        wait_until(lambda number=number: len(mailers[0].sent) == number)  # type: ignore[misc]  # bound now
        assert not mailers[1].sent, sending
    first.stop()
    enqueue(due_at=past)
    session.commit()
    wait_until(lambda: len(mailers[1].sent) == 1)


def test_a_database_that_is_away_does_not_end_the_worker(
    session: Session,
    enqueue: Enqueue,
    embed: Callable[..., Worker],
    file_clock: FileClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(worker_module, "TICK", 0.1)
    mailer = MemoryMailer()
    worker = embed(mailer)
    show, away = worker.dispatcher.liveness.show, [True]

    def refuse() -> None:
        if away:
            away.pop()
            raise OSError("away")
        show()

    monkeypatch.setattr(worker.dispatcher.liveness, "show", refuse)
    enqueue(due_at=file_clock.now() - timedelta(minutes=1))
    session.commit()
    worker.start()
    wait_until(lambda: len(mailer.sent) == 1)
    assert "a job failed" in caplog.text


def test_housekeeping(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, clock: FixedClock
) -> None:
    sent = enqueue()
    make_worker().run()
    session.commit()
    make_worker().run()
    held = enqueue(due_at=clock.now() + timedelta(days=1), expires_at=clock.now())
    session.commit()
    keep_house(session, clock)
    session.expire_all()
    assert held.state is MailState.EXPIRED
    assert held.reason == "too_late"
    assert sent.octets
    clock.advance(OCTETS_KEPT + timedelta(days=1))
    keep_house(session, clock)
    session.expire_all()
    of_sent = select(Mail.state, Mail.octets, Mail.address, Mail.subject).where(Mail.id == sent.id)
    assert tuple(session.execute(of_sent).one()) == (MailState.SENT, None, None, "Test mail")
