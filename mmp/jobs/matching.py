"""Rounds of matching that wait to be worked out: a run at a time, its progress in the row."""

import logging
import time
from collections.abc import Callable
from threading import Event as Flag

from sqlalchemy.orm import Session

from mmp.adapters.clock import Clock
from mmp.services import matching as service
from mmp.services.matching import Impossible, Work

TOLD_EVERY = 0.5
"""Seconds between two lines of progress."""
log = logging.getLogger("mmp.matching")


class Stopped(Exception):
    """The worker stops, or somebody changed the round."""


def run_waiting(sessions: Callable[[], Session], clock: Clock, stopping: Flag) -> None:
    """Work out all that wait, the oldest first."""
    while not stopping.is_set():
        with sessions() as session:
            work = service.claim(session, now=clock.now())
            session.commit()
        if work is None:
            return
        try:
            _run(sessions, clock, work, stopping)
        except Stopped:
            continue
        except Exception as error:
            # One that breaks the solver must not keep all others waiting.
            log.exception("matching %s: %s", work.number, type(error).__name__)
            _fail(sessions, work, Impossible("broken"))


def _run(sessions: Callable[[], Session], clock: Clock, work: Work, stopping: Flag) -> None:
    try:
        with sessions() as session:
            tell = _progress(sessions, clock, work, stopping)
            draft = service.compute(session, work, now=clock.now(), tell=tell)
    except Impossible as why:
        _fail(sessions, work, why)
        return
    if draft is not None:
        with sessions() as session:
            service.finish(session, work, now=clock.now(), draft=draft)
            session.commit()


def _fail(sessions: Callable[[], Session], work: Work, why: Impossible) -> None:
    with sessions() as session:
        service.fail(session, work, why=why)
        session.commit()


def _progress(
    sessions: Callable[[], Session], clock: Clock, work: Work, stopping: Flag
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
            wanted = service.progress(session, work, now=clock.now(), done=done, of=of)
            session.commit()
        if not wanted:
            raise Stopped

    return tell
