"""An outbox with people to write to, and a worker to send with."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import FixedClock
from mmp.adapters.mailer import Mailer, MemoryMailer
from mmp.adapters.scheduler import Liveness, liveness_for
from mmp.core.mail import Site
from mmp.jobs.dispatch import Dispatcher
from mmp.models import Mail
from mmp.services import outbox
from tests.support.factories import Factory

SITE = Site("https://mmp.example.org", secret="a secret for the tests alone")

Enqueue = Callable[..., Mail]
MakeWorker = Callable[..., Dispatcher]


@pytest.fixture
def factory(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def enqueue(session: Session, factory: Factory, clock: FixedClock) -> Enqueue:
    """Puts one mail into the outbox, not committed; what is not said is plausible."""
    numbers = count(1)

    def put(**values: Any) -> Mail:
        now = clock.now()
        defaults: dict[str, Any] = {
            "kind": "test",
            "template": "test",
            "parameters": {"asked_at": now},
            "dedupe_key": f"test:{next(numbers)}",
        }
        values.setdefault("person", None)
        values["person"] = values["person"] or factory.person()
        return outbox.enqueue(session, now=now, **defaults | values)

    return put


@pytest.fixture
def engine(session: Session) -> Engine:
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    return engine


@pytest.fixture
def make_worker(engine: Engine, clock: FixedClock, tmp_path: Path) -> Iterator[MakeWorker]:
    """Workers, each with its own sign of life."""
    alive: list[Liveness] = []

    def make(mailer: Mailer | None = None, **values: Any) -> Dispatcher:
        liveness = liveness_for(engine, tmp_path)
        alive.append(liveness)
        return Dispatcher(
            sessions=sessionmaker(engine, info={"clock": clock}),
            mailer=mailer or MemoryMailer(),
            clock=clock,
            site=SITE,
            liveness=liveness,
            **values,
        )

    yield make
    for liveness in alive:
        liveness.end()
