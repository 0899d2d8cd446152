"""A real mail server on loopback, and workers that die."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.adapters.mailer import SMTPMailer
from mmp.core.mail import Reason
from mmp.models import Mail
from mmp.models.mail import MailState
from tests.jobs.conftest import Enqueue, MakeWorker
from tests.jobs.relay import SILENCE, Relay, relay
from tests.support.factories import Factory

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
KILLS = 2


@pytest.fixture
def server() -> Iterator[Relay]:
    with relay() as server:
        yield server


def mailer(server: Relay, timeout: float = 5) -> SMTPMailer:
    return SMTPMailer(host="127.0.0.1", port=server.port, encryption="none", timeout=timeout)


def wait_until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


@pytest.mark.slow
@pytest.mark.both_databases
def test_kill_9_loses_nothing(
    session: Session,
    database_url: str,
    tmp_path: Path,
    server: Relay,
    factory: Factory,
    enqueue: Enqueue,
    clock: FixedClock,
) -> None:
    """In mid-burst, several times. Whoever comes after takes over at once, not after the lease."""
    person = factory.person()
    mails = 40 * (KILLS + 1)
    for _ in range(mails):
        enqueue(person=person)
    session.commit()
    command = [sys.executable, "-m", "tests.jobs.worker_process", database_url]
    command += [f"smtp://127.0.0.1:{server.port}", str(tmp_path), clock.now().isoformat()]
    workers = [subprocess.Popen(command, cwd=ROOT) for _ in range(KILLS + 1)]
    try:
        for number, worker in enumerate(workers[:KILLS]):
            part = 1 + mails * (number + 1) // (KILLS + 2)
            wait_until(lambda part=part: len(server.received) >= part, "the burst stands still")  # type: ignore[misc]  # bound now
            worker.kill()
            worker.wait()
        wait_until(lambda: len(server.message_ids()) == mails, "mail was lost")

        def all_marked() -> bool:
            session.rollback()
            sent = select(func.count()).where(Mail.state == MailState.SENT)
            return session.scalar(sent) == mails

        wait_until(all_marked, "sent and not marked")
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert len(server.received) - mails <= KILLS, "a kill repeats one mail of its worker at most"
    kept = set(session.scalars(select(Mail.message_id)))
    assert set(server.message_ids()) == kept


def test_a_relay_that_is_down_and_comes_back(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, server: Relay
) -> None:
    mail = enqueue()
    session.commit()
    down = SMTPMailer(host="127.0.0.1", port=1, encryption="none")
    make_worker(down).run()
    session.refresh(mail)
    assert (mail.state, mail.tries, mail.attempts[0].stage) == (MailState.DUE, 0, "connect")
    make_worker(mailer(server)).run()
    session.rollback()
    assert mail.state is MailState.SENT
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("command", "answer", "state", "tries", "reason"),
    (
        ("MAIL", "421 4.3.2 going down", MailState.DUE, 0, None),
        ("MAIL", "550 5.7.1 not from you", MailState.DUE, 0, None),
        ("RCPT", "421 4.3.2 going down", MailState.DUE, 0, None),
        ("RCPT", "450 4.2.0 greylisted", MailState.DUE, 1, None),
        ("RCPT", "451 4.7.1 later", MailState.DUE, 1, None),
        ("RCPT", "552 5.2.2 full", MailState.DUE, 1, None),
        ("RCPT", "550 5.1.1 unknown", MailState.FAILED, 1, Reason.ADDRESS_REFUSED),
        ("RCPT", "551 5.1.6 moved", MailState.FAILED, 1, Reason.ADDRESS_REFUSED),
        ("RCPT", "553 5.1.3 odd", MailState.FAILED, 1, Reason.ADDRESS_REFUSED),
        ("RCPT", "550 5.7.1 relaying denied", MailState.DUE, 0, None),
        ("RCPT", "530 5.7.0 sign in first", MailState.DUE, 0, None),
        ("DATA", "451 4.3.0 busy", MailState.DUE, 1, None),
        ("DATA", "554 5.6.0 spam", MailState.FAILED, 1, Reason.MESSAGE_REFUSED),
        ("DATA", "421 4.3.2 going down", MailState.DUE, 0, None),
    ),
)
def test_what_the_relay_answers(
    session: Session,
    enqueue: Enqueue,
    make_worker: MakeWorker,
    server: Relay,
    command: str,
    answer: str,
    state: MailState,
    tries: int,
    reason: Reason | None,
) -> None:
    mail = enqueue()
    session.commit()
    server.answers[command] = lambda _: answer
    make_worker(mailer(server)).run()
    session.refresh(mail)
    assert (mail.state, mail.tries, mail.reason) == (state, tries, reason)
    assert mail.attempts[0].code == int(answer[:3])
    assert not server.received


def test_silence_after_the_dot_repeats_the_same_mail(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker, server: Relay, clock: FixedClock
) -> None:
    mail = enqueue()
    session.commit()
    server.answers["DATA"] = lambda _: SILENCE
    make_worker(mailer(server, timeout=0.2)).run()
    session.refresh(mail)
    assert (mail.state, mail.tries) == (MailState.DUE, 1)
    assert (mail.attempts[0].result, mail.attempts[0].stage) == ("unanswered", "dot")
    del server.answers["DATA"]
    clock.set(mail.next_at)
    make_worker(mailer(server)).run()
    assert server.message_ids() == {mail.message_id: 2}
    assert server.received[0] == server.received[1]


def test_one_connection_carries_the_whole_burst(
    session: Session, factory: Factory, enqueue: Enqueue, make_worker: MakeWorker, server: Relay
) -> None:
    """Also past an address that was refused in between."""
    people = [factory.person() for _ in range(5)]
    for person in people:
        enqueue(person=person)
    session.commit()
    refused = people[2].email
    server.answers["RCPT"] = lambda address: "550 5.1.1 no" if address == refused else None
    make_worker(mailer(server)).run()
    assert len(server.received) == 4
    assert server.connections == 1
