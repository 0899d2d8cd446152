"""Workers that die at random points: nothing is lost, and what comes twice is the same mail."""

import random
import time

import pytest
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from tests.faults.children import wait_until
from tests.faults.conftest import Settle, StartWorker, holders, put
from tests.faults.post_office import PAUSE, PostOffice
from tests.faults.scale import KILLS, MAILS
from tests.support.factories import Factory

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]


@pytest.mark.parametrize("lanes", (1, 4))
def test_kill_9_at_random_points(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    post: PostOffice,
    start_worker: StartWorker,
    settle: Settle,
    chance: random.Random,
    lanes: int,
) -> None:
    """While it starts, claims, writes, sends and marks. Whoever comes after takes over at once, not
    after the lease."""
    put(session, factory, clock, MAILS)
    post.say(delay=0.002)
    for number in range(KILLS):
        before = post.count()
        worker = start_worker(lanes=lanes, many=1 if lanes > 1 else MAILS + 1)
        if number % 2:
            more = min(chance.randint(1, MAILS // KILLS), MAILS - before)
            wait_until(lambda goal=before + more: post.count() >= goal, "the burst stands still")  # type: ignore[misc]  # bound now
            time.sleep(chance.uniform(0, 0.004))
        else:
            time.sleep(chance.uniform(0.02, 0.3))
        worker.kill()
    start_worker()
    found = settle(MAILS, fault=f"kill -9 of a worker with {lanes} connections", times=KILLS)
    assert found.lost == 0
    assert found.repeated <= KILLS * lanes


@pytest.mark.parametrize("workers", (2, 4))
def test_several_share_a_burst(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    post: PostOffice,
    start_worker: StartWorker,
    settle: Settle,
    workers: int,
) -> None:
    """All of them hold mail before the first one leaves."""
    put(session, factory, clock, MAILS)
    post.say("DOT", PAUSE)
    for _ in range(workers):
        start_worker(batch=MAILS // 10)  # so that one alone cannot hold them all
    wait_until(lambda: len(holders(session)) == workers, "somebody got nothing")
    post.say()
    found = settle(MAILS, fault=f"{workers} workers at once")
    assert (found.lost, found.repeated) == (0, 0)


def test_kill_9_of_one_among_four(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    post: PostOffice,
    start_worker: StartWorker,
    settle: Settle,
    chance: random.Random,
) -> None:
    put(session, factory, clock, MAILS)
    post.say(delay=0.005)
    workers = [start_worker() for _ in range(4)]
    for _ in range(KILLS):
        goal = min(post.count() + chance.randint(1, MAILS // KILLS), MAILS)
        wait_until(lambda goal=goal: post.count() >= goal, "the burst stands still")  # type: ignore[misc]  # bound now
        workers.pop(chance.randrange(4)).kill()
        workers.append(start_worker())
    found = settle(MAILS, fault="kill -9 of one of 4 workers", times=KILLS)
    assert found.lost == 0
    assert found.repeated <= KILLS
