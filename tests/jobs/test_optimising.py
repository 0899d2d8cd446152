"""Groups are searched in a process of their own, beside everything else."""

from datetime import UTC, datetime
from threading import Event as Flag, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import FixedClock
from mmp.jobs import optimising as job
from mmp.models.breakouts import Breakout
from mmp.models.enums import AgendaKind, MembershipRole
from mmp.services import breakouts as service
from mmp.services.breakouts import Settings
from mmp.services.breakouts.drafts import draft_of
from tests.services.test_pair_board import actor_for
from tests.support.factories import Factory

NOW = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)


@pytest.fixture
def asked(session: Session) -> Breakout:
    """Twelve people who cannot be balanced evenly, so that a search goes on to its end."""
    make = Factory(session)
    programme = make.programme()
    actor = actor_for(session, make.person(programme, MembershipRole.COORDINATOR))
    event = make.event(programme)
    item = make.item(event, kind=AgendaKind.BREAK_OUT)
    people = [make.person(programme, languages=["en"]) for _ in range(12)]
    for person in people:
        make.participation(event, person)
    place = service.place_of(session, actor, programme.slug, event.key, item.uuid, hold=True)
    one, two, three = (str(person.uuid) for person in people[:3])
    rules = ((one, two), (two, three), (one, three))  # three who may not meet, in two groups
    settings = Settings(groups=2, apart=rules, seconds=60)
    values: dict[str, Any] = {"actor": actor, "now": NOW, "place": place}
    breakout = service.save_settings(session, version=0, settings=settings, question={}, **values)
    service.ask(session, version=breakout.version, **values)
    session.commit()
    return breakout


@pytest.fixture
def engine(database_url: str) -> Engine:
    return create_engine(database_url)


def test_a_search_tells_how_far_it_is_and_ends_when_asked(
    session: Session, engine: Engine, asked: Breakout
) -> None:
    stopping = Flag()
    sessions = sessionmaker(engine)
    work = Thread(target=job.search_asked, args=(sessions, FixedClock(NOW), stopping))
    work.start()
    try:
        _until(session, asked, lambda: bool(asked.run.get("found")))
        assert asked.run["found"]["hard"] == 1, "the best there is"
        seen = asked.version
        run = {**asked.run, "stop": True}
        service.hold_item(session, asked.agenda_item_id)
        asked.run = run
        session.commit()
        work.join(20)
    finally:
        stopping.set()
        work.join(20)
    session.refresh(asked)
    assert asked.run["state"] == "done"
    assert sorted(len(group) for group in draft_of(asked).groups(2)) == [6, 6]
    assert asked.version > seen
    engine.dispose()


def test_a_worker_that_stops_leaves_the_search_to_the_next(
    session: Session, engine: Engine, asked: Breakout
) -> None:
    stopping = Flag()
    sessions = sessionmaker(engine)
    work = Thread(target=job.search_asked, args=(sessions, FixedClock(NOW), stopping))
    work.start()
    _until(session, asked, lambda: asked.run["state"] == "running")
    stopping.set()
    work.join(20)
    session.refresh(asked)
    assert asked.run["state"] == "asked"
    assert not asked.draft
    engine.dispose()


def _until(session: Session, row: Breakout, holds: Any) -> None:
    pause = Flag()
    for _ in range(200):
        session.commit()
        session.refresh(row)
        if holds():
            return
        pause.wait(0.1)
    raise AssertionError(row.run)
