"""PostgreSQL stops in the middle of a burst and comes back."""

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models import Base
from tests.faults.children import wait_until
from tests.faults.cluster import FallibleCluster
from tests.faults.conftest import Settle, StartWorker, put
from tests.faults.post_office import PAUSE, PostOffice
from tests.faults.scale import FULL, MAILS
from tests.support.factories import Factory

pytestmark = [pytest.mark.needs("postgresql"), pytest.mark.slow]

STOPS = 20 if FULL else 2
LANES = 4


@pytest.fixture
def backend() -> str:
    return "postgresql"


@pytest.fixture
def cluster() -> Iterator[FallibleCluster]:
    cluster = FallibleCluster.start()
    assert isinstance(cluster, FallibleCluster)
    yield cluster
    cluster.stop()


@pytest.fixture
def database_url(cluster: FallibleCluster) -> str:
    """With tables, and keeping what it says it has kept, as a real one does."""
    url = cluster.create("mmp")
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER DATABASE mmp SET synchronous_commit TO on"))
    engine.dispose()
    return url


def test_an_immediate_stop_loses_nothing(
    cluster: FallibleCluster,
    session: Session,
    factory: Factory,
    clock: FixedClock,
    post: PostOffice,
    start_worker: StartWorker,
    settle: Settle,
    chance: random.Random,
) -> None:
    """The same worker goes on by itself, and does not wait for its own leases to end."""
    put(session, factory, clock, MAILS)
    post.say(delay=0.01)
    start_worker(lanes=LANES, many=1)
    for _ in range(STOPS):
        goal = min(post.count() + chance.randint(1, MAILS // STOPS), MAILS)
        wait_until(lambda goal=goal: post.count() >= goal, "the burst stands still")  # type: ignore[misc]  # bound now
        cluster.crash()
        cluster.resume()
    found = settle(MAILS, fault=f"immediate stop of PostgreSQL, {LANES} connections", times=STOPS)
    assert found.lost == 0
    assert found.repeated <= STOPS * LANES


def test_what_left_meanwhile_is_written_down_later(
    cluster: FallibleCluster,
    session: Session,
    factory: Factory,
    clock: FixedClock,
    post: PostOffice,
    start_worker: StartWorker,
    settle: Settle,
) -> None:
    """The server takes a mail of each connection while there is no database to note it."""
    put(session, factory, clock, 40)
    post.say("DOT", PAUSE)
    worker = start_worker(lanes=LANES, many=1, batch=5)
    wait_until(lambda: post.waiting() == LANES, "not every connection sends")
    cluster.crash()
    post.say()
    in_vain = "cannot be marked yet"
    wait_until(lambda: worker.words().count(in_vain) >= 3, "it does not try again")
    cluster.resume()
    found = settle(40, fault=f"no PostgreSQL while {LANES} mails are accepted")
    assert (found.lost, found.repeated) == (0, 0)
