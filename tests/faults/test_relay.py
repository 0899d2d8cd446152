"""A mail server that is down, refuses or says nothing: everything leaves in the end, once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FileClock, FixedClock
from mmp.core.mail import Reason, Result
from mmp.models import Mail, MailAttempt, SuppressedAddress
from mmp.models.mail import MailState
from tests.faults.children import wait_until
from tests.faults.conftest import Settle, StartWorker, attempts, put, sent
from tests.faults.post_office import SILENCE, PostOffice
from tests.faults.scale import BOTH_IN_FULL
from tests.support.factories import Factory

pytestmark = [BOTH_IN_FULL, pytest.mark.slow]

MAILS = 20
HASTE = 1000.0
"""Half a minute of rest passes in 30 ms, a quarter of an hour in a second."""
TO_ONE = MAILS // 10


@pytest.fixture
def burst(session: Session, factory: Factory, clock: FixedClock, wall: FileClock) -> int:
    """How many mails there are."""
    put(session, factory, clock, MAILS)
    return MAILS


@pytest.fixture
def all_tried(session: Session) -> Callable[[int], Callable[[], bool]]:
    """Whether so many mails were charged with an attempt."""

    def charged(mails: int) -> bool:
        session.rollback()
        return session.scalar(select(func.count()).where(Mail.tries > 0)) == mails

    return lambda mails: lambda: charged(mails)


def results(session: Session) -> set[str]:
    session.rollback()
    return set(session.scalars(select(MailAttempt.result)))


@pytest.mark.parametrize(
    ("command", "answer", "result"),
    (
        ("AUTH", "535", Result.STOPPED),
        ("MAIL", "421 4.3.2 going down", Result.UNREACHABLE),
        ("MAIL", "550 5.7.1 not from you", Result.STOPPED),
        ("RCPT", "421 4.3.2 going down", Result.UNREACHABLE),
        ("DATA", "421 4.3.2 going down", Result.UNREACHABLE),
    ),
)
def test_what_is_no_mails_fault(
    session: Session,
    wall: FileClock,
    post: PostOffice,
    burst: int,
    start_worker: StartWorker,
    settle: Settle,
    command: str,
    answer: str,
    result: Result,
) -> None:
    """Everything waits, nothing is charged for it."""
    post.say(command, answer)
    start_worker(haste=HASTE)
    wait_until(lambda: attempts(session) >= 2, "it does not try again")
    assert results(session) == {result}
    assert session.scalar(select(func.max(Mail.tries))) == 0
    post.say()
    wall.set(wall.now() + timedelta(minutes=2))  # those at which it hung up go last
    found = settle(burst, fault=f"{answer[:3]} at {command}")
    assert (found.lost, found.repeated) == (0, 0)
    assert session.scalar(select(func.max(Mail.tries))) == 1


def test_down_and_up_again(
    session: Session, post: PostOffice, burst: int, start_worker: StartWorker, settle: Settle
) -> None:
    post.close()
    start_worker(haste=HASTE)
    wait_until(lambda: attempts(session) >= 2, "it does not try again")
    post.open()
    found = settle(burst, fault="no mail server")
    assert (found.lost, found.repeated) == (0, 0)
    assert session.scalar(select(func.max(Mail.tries))) == 1


@pytest.mark.parametrize(("command", "code"), (("RCPT", 451), ("DATA", 451), ("RCPT", 450)))
def test_put_off(
    session: Session,
    wall: FileClock,
    post: PostOffice,
    burst: int,
    start_worker: StartWorker,
    settle: Settle,
    all_tried: Callable[[int], Callable[[], bool]],
    command: str,
    code: int,
) -> None:
    """Each mail is charged and comes back in its time."""
    post.say(command, f"{code} 4.7.1 later")
    start_worker()
    wait_until(all_tried(burst), "some mail is not tried")
    assert results(session) == {Result.PUT_OFF}
    post.say()
    wall.set(wall.now() + timedelta(minutes=2))
    found = settle(burst, fault=f"{code} at {command}")
    assert (found.lost, found.repeated) == (0, 0)
    assert session.scalar(select(func.max(Mail.tries))) == 2


def test_an_address_that_is_refused_stops_nobody_else(
    session: Session, post: PostOffice, burst: int, start_worker: StartWorker, settle: Settle
) -> None:
    post.say("RCPT", "550 5.1.1 unknown", only="person3@")
    start_worker()
    found = settle(burst - TO_ONE, fault="550 for one of ten")
    assert (found.lost, found.repeated) == (0, 0)
    wait_until(lambda: post.count() == burst - TO_ONE, "another one came")
    failed = session.scalars(select(Mail).where(Mail.state == MailState.FAILED)).all()
    assert {mail.person.email for mail in failed} == {"person3@example.org"}
    assert Reason.ADDRESS_REFUSED in {mail.reason for mail in failed}
    assert session.scalars(select(SuppressedAddress.address)).all() == ["person3@example.org"]


def test_silence_after_the_dot(
    session: Session,
    wall: FileClock,
    post: PostOffice,
    burst: int,
    start_worker: StartWorker,
    settle: Settle,
    all_tried: Callable[[int], Callable[[], bool]],
) -> None:
    """Whether it has the mail nobody can know: the same one comes again, the others do not wait."""
    post.say("DOT", SILENCE, only="person3@")
    start_worker(haste=HASTE, timeout=1.5)
    wait_until(lambda: sent(session) == burst - TO_ONE, "the others wait")
    wait_until(all_tried(burst), "some mail is not tried")
    post.say()
    wall.set(wall.now() + timedelta(minutes=2))
    found = settle(burst, fault="silence after the dot for one of ten")
    assert found.lost == 0
    assert found.repeated == TO_ONE
