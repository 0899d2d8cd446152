"""Workers that stand still for longer than their lease, and a mail server that does."""

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models import Mail
from mmp.models.mail import MailState
from tests.faults.children import Child, wait_until
from tests.faults.conftest import Settle, StartWorker, attempts, holders, put, sent
from tests.faults.post_office import PAUSE, PostOffice
from tests.faults.scale import BOTH_IN_FULL, FULL
from tests.support.factories import Factory

pytestmark = [BOTH_IN_FULL, pytest.mark.slow]

MAILS = 200 if FULL else 40
LANES = 2
LEASE = 1.0
LONGER = 3.0
"""A lease that a busy machine does not let end by itself."""


def test_a_worker_that_is_halted_past_its_lease(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    post: PostOffice,
    start_worker: StartWorker,
    settle: Settle,
) -> None:
    """It cannot know when it goes on: what its connections had under way comes twice, and nothing
    else. What it writes down then changes nothing."""
    put(session, factory, clock, MAILS)
    post.say("DOT", PAUSE)
    halted = start_worker(lease=LEASE, lanes=LANES, many=1)
    wait_until(lambda: post.waiting() == LANES, "nothing is under way")
    _halt(halted, session)
    first = holders(session)
    start_worker(lease=LEASE)
    wait_until(lambda: bool(holders(session) - first), "the lease does not end")
    post.say()
    wait_until(lambda: sent(session) == MAILS, "some mail never left")
    assert attempts(session) == MAILS
    halted.go_on()
    wait_until(lambda: attempts(session) == MAILS + LANES, "it does not go on")
    found = settle(MAILS, fault=f"SIGSTOP past the lease, {LANES} connections")
    assert found.lost == 0
    assert found.repeated <= LANES
    assert session.scalar(select(func.max(Mail.tries))) == 1


def _halt(worker: Child, session: Session) -> None:
    """Between two of its writes: a process that stands still in the middle of one leaves SQLite
    locked for everybody, which is not what this is about."""
    while True:
        worker.halt()
        try:
            session.execute(update(Mail).where(Mail.id < 0).values(tries=0))
        except OperationalError:
            worker.go_on()
        else:
            return
        finally:
            session.rollback()


def test_a_server_that_is_slower_than_a_lease(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    post: PostOffice,
    start_worker: StartWorker,
    settle: Settle,
) -> None:
    """The lease is renewed meanwhile: nobody else takes what waits for its answer."""
    put(session, factory, clock, MAILS)
    post.say("DOT", PAUSE)
    start_worker(lease=LONGER, batch=MAILS)
    wait_until(lambda: post.waiting() == 1, "nothing is under way")

    def until() -> float:
        session.rollback()
        longest = select(func.min(Mail.lease_until)).where(Mail.state == MailState.LEASED)
        return session.scalar(longest) or 0.0

    began = until()
    start_worker(lease=LONGER)
    wait_until(lambda: until() > began + 1.5 * LONGER, "the lease is not renewed")
    post.say()
    found = settle(MAILS, fault="a server slower than the lease")
    assert (found.lost, found.repeated) == (0, 0)
