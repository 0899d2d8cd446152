"""Groups that somebody asked for: searched beside everything else, written back twice a second.

How far it is stands in the row. After a crash another worker, or the next start, begins it anew.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict
from threading import Event as Flag

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import Clock
from mmp.adapters.solver import GroupSearch
from mmp.jobs.claims import database_seconds
from mmp.services.breakouts import running
from mmp.services.breakouts.running import Search

EVERY = 2.0
"""Seconds after which a worker looks whether somebody asked."""
STEP = 0.5

log = logging.getLogger("mmp.groups")


def search_asked(sessions: Callable[[], Session], clock: Clock, stopping: Flag) -> None:
    """Do all searches that wait, the oldest first."""
    while not stopping.is_set():
        with sessions() as session:
            search = running.take_up(session, beat=_beat(session))
            session.commit()
        if search is None:
            return
        try:
            _do(sessions, clock, search, stopping)
        except Exception as error:
            # One that breaks the search must not keep all others waiting.
            log.exception("groups %s: %s", search.uuid, type(error).__name__)
            with sessions() as session:
                running.fail(session, search)
                session.commit()


def _do(sessions: Callable[[], Session], clock: Clock, search: Search, stopping: Flag) -> None:
    seconds = float(search.seconds)
    work = GroupSearch(search.problem, search.weights, seconds=seconds, seed=search.seed)
    done, wanted = 0.0, True
    try:
        while wanted and not work.over and not stopping.is_set():
            work.listen(STEP)
            done += STEP
            wanted = _tell(sessions, search, work, done)
        if stopping.is_set() and not work.over:
            with sessions() as session:
                running.wait_again(session, search)
                session.commit()
            return
        if not work.over:
            work.stop()
    finally:
        work.close()
    if work.best is None:
        raise RuntimeError("nothing was found")
    with sessions() as session:
        running.land(session, search, work.best.plan[0], now=clock.now())
        session.commit()


def _tell(sessions: Callable[[], Session], search: Search, work: GroupSearch, done: float) -> bool:
    found = asdict(work.best.measures) if work.best else {}
    with sessions() as session:
        go_on = running.tell(session, search, done=done, found=found, beat=_beat(session))
        session.commit()
    return go_on


def _beat(session: Session) -> float:
    return float(session.scalar(select(database_seconds())) or 0)
