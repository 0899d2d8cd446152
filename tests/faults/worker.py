"""What `mmp scheduler` runs, as a process that a test may kill, halt and let live in another time.

A lease of a minute would make tests wait for minutes: `lease` shortens it, and the time between two
renewals with it, before the worker starts. `haste` lets the rests after trouble pass faster.
"""

import os
import signal
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.event import listen

from mmp.adapters.clock import Clock, FileClock
from mmp.adapters.database import engine_options
from mmp.adapters.mailer import SMTPMailer, mailer_for
from mmp.adapters.scheduler import Unopposed, liveness_for
from mmp.core.mail import Site
from mmp.jobs import claims, dispatch, worker as worker_module
from mmp.jobs.worker import Worker
from mmp.services import mail_sources
from tests.faults.children import until_orphaned

__all__ = ["mail_sources"]  # loaded before it is needed, as it takes a while

SITE = Site("https://mmp.example.org", secret="a secret for the tests alone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How a worker is to be."""

    database_url: str
    mail_url: str
    instance: Path
    lanes: int = dispatch.LANES
    many: int = dispatch.MANY
    batch: int = dispatch.BATCH
    lease: float = claims.LEASE_SECONDS
    timeout: float = 20.0
    haste: float = 1.0
    wrong_by: timedelta = timedelta()
    """By how much its clock goes wrong."""
    dies_at: int | None = None
    """Kills itself before this statement of those that send and plan."""


class WrongClock:
    """Another clock, and so much later."""

    shifted = True

    def __init__(self, right: Clock, by: timedelta) -> None:
        self._right, self._by = right, by

    def now(self) -> datetime:
        return self._right.now() + self._by


def work(job: Job) -> None:
    """Until killed, or orphaned."""
    claims.LEASE_SECONDS = job.lease
    dispatch.RENEWED_EVERY = job.lease / 10
    worker_module.TICK = 0.1
    engine = create_engine(job.database_url, **engine_options(job.database_url))
    mailer = mailer_for(job.mail_url)
    assert isinstance(mailer, SMTPMailer)
    mailer.timeout = job.timeout
    worker = Worker(
        engine=engine,
        mailer=mailer,
        clock=WrongClock(FileClock(job.instance / "clock.json"), job.wrong_by),
        site=SITE,
        liveness=liveness_for(engine, job.instance),
        election=Unopposed(),
    )
    sending = worker.dispatcher
    sending.lanes, sending.many, sending.batch = job.lanes, job.many, job.batch
    sending.monotonic = lambda: time.monotonic() * job.haste
    if job.dies_at is not None:
        _die_at(job.dies_at)
    worker.start()
    until_orphaned()


def _die_at(number: int) -> None:
    from sqlalchemy import Engine  # where it is asked for

    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        if threading.current_thread().name == "mmp-outbox":
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    listen(Engine, "before_cursor_execute", count)
