"""What a real mail server on loopback answers, and what that means. Faults of whole processes are
in `tests/faults`."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.adapters.mailer import SMTPMailer
from mmp.core.mail import Reason
from mmp.models.mail import MailState
from tests.jobs.conftest import Enqueue, MakeWorker
from tests.jobs.relay import SILENCE, Relay, relay
from tests.support.factories import Factory


@pytest.fixture
def server() -> Iterator[Relay]:
    with relay() as server:
        yield server


def mailer(server: Relay, timeout: float = 5) -> SMTPMailer:
    return SMTPMailer(host="127.0.0.1", port=server.port, encryption="none", timeout=timeout)


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
