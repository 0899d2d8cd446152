"""The job that takes mail: nothing is lost, and what comes twice counts once."""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import FixedClock
from mmp.adapters.database import engine_options
from mmp.adapters.mailbox import IMAPMailbox, Letter, MailboxTrouble, MemoryMailbox
from mmp.adapters.mailer import MemoryMailer
from mmp.adapters.scheduler import Election, liveness_for
from mmp.core.mail import Site
from mmp.jobs.mailbox import MailboxPoll
from mmp.jobs.worker import Worker
from mmp.models import InboundMail, Participation
from mmp.models.enums import InboundState, Partstat
from mmp.services.inbound import receive
from tests.core.inbound.mails import answer, shape
from tests.support.certificates import self_signed
from tests.support.dovecot import PASSWORD, USER, dovecot
from tests.support.factories import Factory, timed

pytestmark = pytest.mark.both_databases
ANSWERS = ("google", "outlook_com", "letter")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url, **engine_options(database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def place(session: Session) -> Participation:
    """Lina's, who was asked and has not answered."""
    make = Factory(session)
    programme = make.programme()
    lina = make.person(programme, email="lina@example.org")
    event = make.event(programme, timed(datetime(2026, 10, 15, 14)), uid="event-1@mmp")
    found = make.participation(event, lina, partstat=Partstat.NEEDS_ACTION)
    session.commit()
    return found


def poll(engine: Engine, clock: FixedClock, mailbox: MemoryMailbox | IMAPMailbox) -> MailboxPoll:
    return MailboxPoll(sessionmaker(engine), mailbox, clock)


def taken(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(InboundMail)) or 0


def test_all_that_waits_is_taken_once(
    engine: Engine, clock: FixedClock, session: Session, place: Participation
) -> None:
    mailbox = MemoryMailbox(*map(shape, ANSWERS))
    job = poll(engine, clock, mailbox)
    assert job.run() == 3
    assert job.run() == 0
    assert taken(session) == 3
    session.refresh(place)
    assert place.partstat is Partstat.DECLINED  # the later of two answers of the same second


class Lost(MemoryMailbox):
    """Its connection ends after the first mail."""

    def waiting(self, most_octets: int) -> Iterator[Letter]:
        yield next(iter(super().waiting(most_octets)))
        raise MailboxTrouble("gone")


def test_a_connection_lost_half_way_keeps_what_was_taken(
    engine: Engine, clock: FixedClock, session: Session
) -> None:
    mailbox = Lost(shape("letter"), shape("out_of_office"))
    assert [poll(engine, clock, mailbox).run() for _ in range(2)] == [1, 1]
    assert taken(session) == 2


class Forgetful(MemoryMailbox):
    """Ends between the commit and the mark."""

    def take(self, letter: Letter) -> None:
        raise MailboxTrouble("gone")


def test_a_crash_before_the_mark_repeats_harmlessly(
    engine: Engine, clock: FixedClock, session: Session, place: Participation
) -> None:
    mailbox = Forgetful(shape("google"), shape("letter"))
    for _ in range(3):
        poll(engine, clock, mailbox).run()
    assert taken(session) == 1
    again = MemoryMailbox(*mailbox.mails)
    assert poll(engine, clock, again).run() == 2
    assert taken(session) == 2
    session.refresh(place)
    assert place.partstat is Partstat.ACCEPTED


def test_two_workers_at_once(
    engine: Engine, clock: FixedClock, session: Session, place: Participation
) -> None:
    mails = [answer(head=f"X-Number: {number}") for number in range(10)]
    mailboxes = [MemoryMailbox(*mails) for _ in range(3)]
    threads = [threading.Thread(target=poll(engine, clock, mailbox).run) for mailbox in mailboxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for mailbox in mailboxes:  # what collided comes the next time
        poll(engine, clock, mailbox).run()
        assert len(mailbox.taken) == 10
    assert taken(session) == 10


def test_a_database_that_is_away_loses_nothing(
    engine: Engine,
    clock: FixedClock,
    session: Session,
    place: Participation,
    caplog: pytest.LogCaptureFixture,
) -> None:
    mailbox = MemoryMailbox(shape("google"))
    session.execute(text("ALTER TABLE inbound_mail RENAME TO away"))
    session.commit()
    with caplog.at_level(logging.INFO):
        assert poll(engine, clock, mailbox).run() == 0
    assert "not taken" in caplog.text
    assert "@" not in caplog.text
    session.execute(text("ALTER TABLE away RENAME TO inbound_mail"))
    session.commit()
    assert poll(engine, clock, mailbox).run() == 1


def test_a_mail_that_breaks_us_is_left_to_somebody_and_comes_no_more(
    engine: Engine, clock: FixedClock, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(session: Session, **values: Any) -> object:
        if b"lift" in values["octets"]:
            raise KeyError("lina@example.org")
        return receive(session, **values)

    mailbox = MemoryMailbox(shape("letter"), shape("out_of_office"))
    job = MailboxPoll(sessionmaker(engine), mailbox, clock, receive=breaks)
    assert (job.run(), job.run()) == (2, 0)
    assert "was not taken: KeyError" in caplog.text
    assert "@" not in caplog.text
    row = session.scalars(select(InboundMail).order_by(InboundMail.id)).first()
    assert row is not None
    assert (row.state, row.reason) == (InboundState.OPEN, "broken_mail")
    assert (row.sender, row.subject) == ("lina@example.org", "Re: Second meeting")


def test_a_mailbox_in_trouble_is_told_and_tried_again(
    engine: Engine, clock: FixedClock, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox = MemoryMailbox(shape("letter"))
    mailbox.trouble = "no answer"
    job = poll(engine, clock, mailbox)
    assert job.run() == 0
    assert "the mailbox cannot be read: no answer" in caplog.text
    mailbox.trouble = None
    job.stopping.set()
    assert job.run() == 0
    job.stopping.clear()
    assert job.run() == 1


def test_the_worker_polls(
    engine: Engine, clock: FixedClock, session: Session, instance: Path
) -> None:
    mailbox = MemoryMailbox(shape("letter"))
    worker = Worker(
        engine=engine,
        mailer=MemoryMailer(),
        clock=clock,
        site=Site("https://mmp.example.org"),
        liveness=liveness_for(engine, instance),
        election=Election(instance / "scheduler.lock"),
        poll=poll(engine, clock, mailbox),
    )
    worker.start()
    deadline = time.monotonic() + 5
    while not mailbox.taken and time.monotonic() < deadline:
        time.sleep(0.01)
    worker.stop()
    assert taken(session) == 1


@pytest.mark.needs("dovecot-imapd")
def test_from_dovecot_to_the_list(
    engine: Engine,
    clock: FixedClock,
    session: Session,
    place: Participation,
    tmp_path: Path,
) -> None:
    with dovecot(self_signed(tmp_path)) as server:
        for name in ("google", "letter", "out_of_office"):
            server.put(shape(name))
        mailbox = IMAPMailbox(
            host="127.0.0.1",
            port=server.port,
            encryption="none",
            user=USER,
            password=PASSWORD,
        )
        assert poll(engine, clock, mailbox).run() == 3
        assert server.unseen() == 0
        assert poll(engine, clock, mailbox).run() == 0
    session.refresh(place)
    assert (place.partstat, place.answered_at) == (Partstat.ACCEPTED, clock.now())
    assert place.answer_stamp == datetime(2026, 6, 18, 15, 30, 12, tzinfo=UTC)
    states = session.scalars(select(InboundMail.state).order_by(InboundMail.id)).all()
    assert states == [InboundState.APPLIED, InboundState.OPEN, InboundState.IGNORED]
