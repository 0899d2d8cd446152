"""How soon a reminder leaves whose time has come while the worker has nothing to do."""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from select import select
from typing import IO

from sqlalchemy import Engine

from mmp.adapters.clock import FileClock
from mmp.adapters.mailer import SMTPMailer
from mmp.adapters.scheduler import Election, liveness_for
from mmp.jobs.worker import Worker
from tests.bench import reminders
from tests.bench.report import Figure
from tests.bench.sink import sink

PEOPLE = 6
"""One of them to warm up: the first mail loads templates and time zones."""
AHEAD = timedelta(seconds=2)


def measure() -> Iterator[Figure]:
    """The median of five, from the due time to the server's having taken it."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        port, lines = stack.enter_context(sink("--tell"))
        for name, engine in reminders.databases(Path(folder), stack):
            reminders.fill(engine, PEOPLE)
            late = _delays(engine, port, lines, Path(folder))
            engine.dispose()
            yield Figure(
                f"a planned reminder on {name} after its time, ms",
                statistics.median(late[1:]) * 1000,
                100,
            )


def _delays(engine: Engine, port: int, lines: IO[str], folder: Path) -> list[float]:
    """Seconds, one after the other."""
    clock = FileClock(folder / "clock.json")
    clock.set(reminders.CLOCK.now())
    worker = Worker(
        engine=engine,
        mailer=SMTPMailer(host="127.0.0.1", port=port, encryption="none"),
        clock=clock,
        site=reminders.SITE,
        liveness=liveness_for(engine, folder),
        election=Election(folder / "scheduler.lock"),
    )
    worker.start()
    found = []
    try:
        while select([lines], [], [], 3)[0]:
            os.read(lines.fileno(), 4096)  # what was due at once
        reminders.forget_mails(engine)
        for person in reminders.people(engine):
            due = clock.now() + AHEAD
            began = time.monotonic()
            reminders.plan(engine, person, due)
            while not os.read(lines.fileno(), 4096).endswith(b"\n"):
                pass
            found.append(time.monotonic() - began - AHEAD.total_seconds())
    finally:
        worker.stop()
    return found
