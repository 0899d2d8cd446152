"""A new machine (story 9): an old backup brings nothing back that may have left, until it is let
go; every feed address works there."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FileClock, FixedClock
from mmp.adapters.database import engine_options
from mmp.models import Delivery, Mail, Person
from mmp.models.enums import DeliveryState
from mmp.models.mail import MailState
from tests.cli.conftest import Mmp, mmp
from tests.faults.children import wait_until
from tests.faults.conftest import StartWorker, put, sent
from tests.faults.meeting import WEEK_BEFORE, let_it_be, meeting
from tests.faults.post_office import PostOffice
from tests.faults.scale import BOTH_IN_FULL
from tests.support.factories import Factory

__all__ = ["mmp"]

pytestmark = [BOTH_IN_FULL, pytest.mark.slow]

PEOPLE = 5
MAILS = 10


@pytest.fixture(autouse=True)
def only_this_instance(
    instance: Path, database_url: str, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("MMP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MMP_INSTANCE", str(instance))
    if backend == "postgresql":
        monkeypatch.setenv("MMP_DATABASE_URL", database_url)


def test_nothing_leaves_again_until_it_is_released(
    mmp: Mmp,
    session: Session,
    database_url: str,
    backend: str,
    factory: Factory,
    clock: FixedClock,
    wall: FileClock,
    post: PostOffice,
    start_worker: StartWorker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meeting(session, factory, PEOPLE)
    let_it_be(WEEK_BEFORE - timedelta(days=1), clock, wall)
    put(session, factory, clock, MAILS)
    email = session.scalars(select(Person.email).order_by(Person.id)).first()
    session.rollback()
    feed = mmp("feed", "url", email or "").stdout
    assert mmp("backup", tmp_path / "old.tar.gz").exit_code == 0

    let_it_be(WEEK_BEFORE, clock, wall)
    old = start_worker()
    wait_until(lambda: sent(session) == MAILS + PEOPLE, "some mail never left")
    if backend == "sqlite":  # on PostgreSQL it goes on all the time
        old.kill()
    session.close()

    there = tmp_path / "elsewhere"
    monkeypatch.setenv("MMP_INSTANCE", str(there))
    assert mmp("restore", tmp_path / "old.tar.gz", "--force").exit_code == 0
    url = database_url if backend == "postgresql" else f"sqlite:///{there / 'mmp.sqlite3'}"
    let_it_be(WEEK_BEFORE, clock, FileClock(there / "clock.json"))
    engine = create_engine(url, **engine_options(url))
    with Session(engine, info={"clock": clock}) as new:
        start_worker(instance=there, database_url=url)
        make = Factory(new)
        put(new, make, clock, 1, [make.person(key="new", email="new@example.org")])
        wait_until(lambda: sent(new) == 1, "what is new does not leave")
        assert post.count() == MAILS + PEOPLE + 1
        held = Mail.state == MailState.HELD
        assert new.scalar(select(func.count()).where(held)) == MAILS
        waiting = set(new.scalars(select(Delivery.state)))
        assert waiting == {DeliveryState.HELD}
        new.rollback()
        assert mmp("feed", "url", email or "").stdout == feed

        assert mmp("outbox", "release").exit_code == 0
        wait_until(lambda: sent(new) == MAILS + PEOPLE + 1, "what was released does not leave")
    engine.dispose()
