"""Work that stands in rows and waits for a worker: one piece at a time, the oldest first."""

import logging
from collections.abc import Callable
from threading import Event as Flag
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.jobs.claims import database_seconds

Work = TypeVar("Work")


def beat(session: Session) -> float:
    """This moment by the database's clock, in seconds: a sign of life of who does the work."""
    return float(session.scalar(select(database_seconds())) or 0)


def in_turn(
    sessions: Callable[[], Session],
    stopping: Flag,
    *,
    take: Callable[[Session], Work | None],
    do: Callable[[Work], None],
    fail: Callable[[Session, Work], object],
    log: logging.Logger,
) -> None:
    """Do all that waits: `take` makes the next piece ours, or gives None. What breaks is written
    down with `fail`: it must not keep all others waiting."""
    while not stopping.is_set():
        with sessions() as session:
            work = take(session)
            session.commit()
        if work is None:
            return
        try:
            do(work)
        except Exception as error:  # whatever it was, the next piece has its turn
            log.exception("%s: %s", work, type(error).__name__)
            with sessions() as session:
                fail(session, work)
                session.commit()
