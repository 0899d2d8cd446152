"""APScheduler, told once in code what to call and when. It keeps nothing: rows are the truth."""

import logging
from collections.abc import Callable
from datetime import UTC, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from mmp.adapters.clock import SystemClock

_JOBS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
"""A call that came too late is still made, several at once are one, and none overlaps itself."""


class Timer:
    """Calls functions regularly, and any of them earlier on demand. Its jobs should be short."""

    def __init__(self) -> None:
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells of every job
        self._scheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(4)}, job_defaults=_JOBS
        )

    def every(self, seconds: float, name: str, call: Callable[[], object]) -> None:
        """Call at once, then regularly."""
        self._scheduler.add_job(
            call, "interval", seconds=seconds, id=name, next_run_time=SystemClock().now()
        )

    def at_latest_in(self, delay: timedelta, name: str) -> None:
        """Call `name` after this delay, unless it is due earlier anyway."""
        wanted = SystemClock().now() + max(delay, timedelta())
        job = self._scheduler.get_job(name)
        if job is not None and job.next_run_time is not None and wanted < job.next_run_time:
            job.modify(next_run_time=wanted)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Call nothing any more. What is running ends by itself."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
