"""A worker as a process of its own, to be killed: `python -m tests.jobs.worker_process ...`."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from mmp.adapters.clock import FixedClock
from mmp.adapters.database import engine_options
from mmp.adapters.mailer import mailer_for
from mmp.adapters.scheduler import liveness_for
from mmp.core.mail import Site
from mmp.jobs.dispatch import Dispatcher


def main(database_url: str, mail_url: str, folder: str, now: str) -> None:
    """Send until killed."""
    engine = create_engine(database_url, **engine_options(database_url))
    clock = FixedClock(datetime.fromisoformat(now).astimezone(UTC))
    worker = Dispatcher(
        sessions=sessionmaker(engine, info={"clock": clock}),
        mailer=mailer_for(mail_url),
        clock=clock,
        site=Site("https://mmp.example.org", secret="a secret for the tests alone"),
        liveness=liveness_for(engine, Path(folder)),
    )
    while True:
        worker.run()
        time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
