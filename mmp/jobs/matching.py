"""Rounds of matching that wait to be worked out: a run at a time, its progress in the row."""

import logging
import time
from collections.abc import Callable
from threading import Event as Flag

from sqlalchemy.orm import Session

from mmp.adapters.clock import Clock
from mmp.jobs.turns import beat, in_turn
from mmp.services import matching as service
from mmp.services.matching import Impossible, Work

TOLD_EVERY = 0.5
"""Seconds between two lines of progress."""
log = logging.getLogger("mmp.matching")


class Stopped(Exception):
    """The worker stops, or somebody changed the round."""


def run_waiting(sessions: Callable[[], Session], clock: Clock, stopping: Flag) -> None:
    """Work out all that wait, the oldest first."""
    in_turn(
        sessions,
        stopping,
        take=lambda session: service.claim(session, beat=beat(session)),
        do=lambda work: _run(sessions, clock, work, stopping),
        fail=lambda session, work: service.fail(session, work, why=Impossible("broken")),
        log=log,
    )


def _run(sessions: Callable[[], Session], clock: Clock, work: Work, stopping: Flag) -> None:
    with sessions() as session:
        try:
            tell = _progress(sessions, work, stopping)
            draft = service.compute(session, work, now=clock.now(), tell=tell)
            session.rollback()  # it only read, and others may have written since
            if draft is not None:
                service.finish(session, work, now=clock.now(), draft=draft)
        except Impossible as why:
            session.rollback()
            service.fail(session, work, why=why)
        except Stopped:
            session.rollback()
            if stopping.is_set():
                service.wait_again(session, work)
        session.commit()


def _progress(
    sessions: Callable[[], Session], work: Work, stopping: Flag
) -> Callable[[int, int], None]:
    last = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal last
        if stopping.is_set():
            raise Stopped
        if time.monotonic() - last < TOLD_EVERY:
            return
        last = time.monotonic()
        with sessions() as session:
            wanted = service.progress(session, work, beat=beat(session), done=done, of=of)
            session.commit()
        if not wanted:
            raise Stopped

    return tell
