"""Large imports are saved in the background; killed in between they go on exactly there."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import FixedClock
from mmp.config import Settings
from mmp.jobs import imports as job
from mmp.models import HistoryEntry, PeopleImport, Person
from mmp.models.enums import ImportState, MembershipRole, Strength
from mmp.services import people_import, permissions, sessions
from tests.support.factories import Factory

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
ROWS = 3_000
WORKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from mmp.adapters import database
from mmp.adapters.clock import FixedClock
from mmp.jobs import imports
engine = create_engine(sys.argv[1], **database.engine_options(sys.argv[1]))
clock = FixedClock(datetime(2026, 6, 19, 8, 0, tzinfo=UTC))
print("ready", flush=True)
while imports.carry_on(sessionmaker(engine, info={"clock": clock}), clock, Path(sys.argv[2])):
    pass
"""


@pytest.fixture
def draft(session: Session, settings: Settings) -> PeopleImport:
    make = Factory(session)
    programme = make.programme(slug="here")
    me = make.person(programme, MembershipRole.COORDINATOR)
    _, token = sessions.start(session, now=NOW, person=me, strength=Strength.STRONG)
    session.commit()
    actor = permissions.actor_of(session, now=NOW, token=token)
    rows = "".join(f"Guest {n},p{n}@example.org\n" for n in range(ROWS))
    row = people_import.begin(
        session,
        actor=actor,
        now=NOW,
        programme=programme,
        uuid=uuid4(),
        filename="many.csv",
        data=f"name,email\n{rows}".encode(),
        store=settings.documents,
    )
    seen = people_import.review(session, actor, programme, row, settings.documents)
    people_import.start(session, actor=me, now=NOW, draft=row, version=row.version, seen=seen)
    session.commit()
    return row


@pytest.fixture
def engine(database_url: str) -> Engine:
    return create_engine(database_url)


def count(session: Session, kind: type[Person] | type[HistoryEntry]) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


def test_it_goes_on_until_all_is_saved(
    session: Session, settings: Settings, draft: PeopleImport, engine: Engine, clock: FixedClock
) -> None:
    while job.carry_on(sessionmaker(engine), clock, settings.documents):
        pass
    session.expire_all()
    assert (draft.state, draft.done) == (ImportState.APPLIED, ROWS)
    assert count(session, Person) == ROWS + 1
    assert not (settings.documents / draft.sha256).exists()
    engine.dispose()


@pytest.mark.both_databases
@pytest.mark.slow
def test_killed_it_goes_on_exactly_there(
    session: Session,
    settings: Settings,
    draft: PeopleImport,
    database_url: str,
    engine: Engine,
    clock: FixedClock,
) -> None:
    command = [sys.executable, "-c", WORKER, database_url, str(settings.documents)]
    for done in (500, 1_500):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as worker:
            while _done(session) < done and worker.poll() is None:
                time.sleep(0.005)
            if worker.poll() is None:
                os.kill(worker.pid, signal.SIGKILL)
        saved = _done(session)
        assert count(session, Person) == saved + 1
        assert count(session, HistoryEntry) == saved + (saved == ROWS)
        session.rollback()
    while job.carry_on(sessionmaker(engine), clock, settings.documents):
        pass
    assert count(session, Person) == ROWS + 1
    assert count(session, HistoryEntry) == ROWS + 1
    engine.dispose()


def _done(session: Session) -> int:
    session.rollback()
    return session.scalars(select(PeopleImport.done)).one()
