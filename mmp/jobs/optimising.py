"""Groups that somebody asked for: searched beside everything else, written back twice a second.

How far it is stands in the row. After a crash another worker, or the next start, begins it anew.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict
from threading import Event as Flag
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mmp.adapters.clock import Clock
from mmp.adapters.solver import GroupSearch, SearchBroke
from mmp.jobs.turns import beat, in_turn
from mmp.services.breakouts import running
from mmp.services.breakouts.running import Search, Wanted

if TYPE_CHECKING:
    from mmp.core.breakouts.solving import Solution

EVERY = 2.0
"""Seconds after which a worker looks whether somebody asked."""
STEP = 0.5

log = logging.getLogger("mmp.groups")


def search_asked(sessions: Callable[[], Session], clock: Clock, stopping: Flag) -> None:
    """Do all searches that wait, the oldest first."""
    in_turn(
        sessions,
        stopping,
        take=lambda session: running.take_up(session, beat=beat(session)),
        do=lambda search: _do(sessions, clock, search, stopping),
        fail=lambda session, search: running.fail(session, search, why="error"),
        log=log,
    )


def _do(sessions: Callable[[], Session], clock: Clock, search: Search, stopping: Flag) -> None:
    with sessions() as session:
        wanted = running.wanted(session, search)
        if wanted is None:
            running.fail(session, search, why="troubles")
            session.commit()
            return
    best = _searched(sessions, search, wanted, stopping)
    with sessions() as session:
        if best is None:
            running.wait_again(session, search)
        else:
            groups = [[wanted.people[one] for one in group] for group in best.plan[0]]
            running.land(session, search, groups, now=clock.now())
        session.commit()


def _searched(
    sessions: Callable[[], Session], search: Search, wanted: Wanted, stopping: Flag
) -> "Solution | None":
    """The best that is found; None where the worker stops before the search is over. Raises
    SearchBroke."""
    seconds = float(search.seconds)
    work = GroupSearch(wanted.problem, wanted.weights, seconds=seconds, seed=search.seed)
    done, go_on = 0.0, True
    try:
        while go_on and not work.over:
            if stopping.is_set():
                return None
            work.listen(STEP)
            done += STEP
            go_on = _tell(sessions, search, work, done)
        if not work.over:
            work.stop()
    finally:
        work.close()
    if work.best is None:
        raise SearchBroke
    return work.best


def _tell(sessions: Callable[[], Session], search: Search, work: GroupSearch, done: float) -> bool:
    found = asdict(work.best.measures) if work.best else {}
    with sessions() as session:
        go_on = running.tell(session, search, done=done, found=found, beat=beat(session))
        session.commit()
    return go_on
