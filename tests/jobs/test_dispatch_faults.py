"""What a real mail server on loopback answers, and what that means. Faults of whole processes are
in `tests/faults`."""

from collections.abc import Iterator
from datetime import timedelta

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
        ("RCPT", "550 5.7.1 relaying denied", MailState.DUE, 1, None),
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


def test_one_reader_whom_we_may_not_write_to_stops_nobody_else(
    session: Session, factory: Factory, enqueue: Enqueue, make_worker: MakeWorker, server: Relay
) -> None:
    """It is no address that failed, so nothing is suppressed: the mail comes again later."""
    people = [factory.person() for _ in range(4)]
    mails = [enqueue(person=person) for person in people]
    session.commit()
    barred = {people[0].email, people[2].email}
    server.answers["RCPT"] = lambda to: "550 5.7.1 not from you" if to in barred else None
    make_worker(mailer(server)).run()
    session.expire_all()
    assert [mail.state for mail in mails] == [MailState.DUE, MailState.SENT] * 2
    assert [mail.tries for mail in mails] == [1] * 4


def test_a_relay_that_lets_us_write_to_nobody_stops_all(
    session: Session, factory: Factory, enqueue: Enqueue, make_worker: MakeWorker, server: Relay
) -> None:
    mails = [enqueue(person=factory.person()) for _ in range(5)]
    session.commit()
    server.answers["RCPT"] = lambda _: "554 5.7.1 relay access denied"
    make_worker(mailer(server)).run()
    session.expire_all()
    assert [mail.tries for mail in mails] == [1, 1, 0, 0, 0]
    assert [len(mail.attempts) for mail in mails] == [1, 1, 1, 0, 0]


@pytest.mark.parametrize("command", ("RCPT", "DATA"))
def test_a_mail_at_which_the_relay_hangs_up_goes_behind_the_others(
    session: Session,
    enqueue: Enqueue,
    make_worker: MakeWorker,
    server: Relay,
    clock: FixedClock,
    command: str,
) -> None:
    """Nobody is charged, as when it really goes down; but it is not the first again for ever."""
    first, second = enqueue(urgent=True), enqueue()
    session.commit()
    bad = first.person.email
    server.answers[command] = lambda to: "421 4.3.2 bye" if to == bad else None
    make_worker(mailer(server)).run()
    clock.set(clock.now() + timedelta(seconds=30))
    make_worker(mailer(server)).run()
    session.expire_all()
    assert (first.state, first.tries, second.state) == (MailState.DUE, 0, MailState.SENT)


def test_what_is_too_large_for_the_relay_is_not_carried_there(
    session: Session, enqueue: Enqueue, make_worker: MakeWorker
) -> None:
    with relay(data_size_limit=500) as server:
        mail = enqueue()
        session.commit()
        make_worker(mailer(server)).run()
    session.refresh(mail)
    assert (mail.state, mail.reason) == (MailState.FAILED, Reason.MESSAGE_REFUSED)
    assert mail.attempts[0].text == "more than 500 octets"
