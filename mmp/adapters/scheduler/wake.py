"""Notices what other processes commit, so that a sign-in link leaves within a quarter second."""

import logging
from collections.abc import Callable
from threading import Event as Flag, Thread

from sqlalchemy import Engine, text

SECONDS = 0.25
"""Between two looks: each costs microseconds."""
PAUSE = 5.0
"""Seconds until a broken connection is tried anew; until then the timer's ticks do."""

log = logging.getLogger("mmp.scheduler")


class Watcher:
    """A thread that calls `wake` after commits of others. `channel` is PostgreSQL's."""

    def __init__(self, engine: Engine, channel: str, wake: Callable[[], None]) -> None:
        self._engine, self._channel, self._wake = engine, channel, wake
        self._stopping = Flag()
        watch = self._listen if engine.dialect.name == "postgresql" else self._poll
        self._thread = Thread(target=self._keep, args=(watch,), name="mmp-watcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2)

    def _keep(self, watch: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            try:
                watch()
            except Exception as error:  # a database may be away in any way: the watch comes back
                log.warning("the watch on the database broke: %s", type(error).__name__)
                self._stopping.wait(PAUSE)

    def _poll(self) -> None:
        """SQLite counts the commits of all connections but the one that asks."""
        with self._engine.connect() as connection:
            seen = None
            while not self._stopping.is_set():
                version = connection.scalar(text("PRAGMA data_version"))
                connection.rollback()
                if version != seen:
                    seen = version
                    self._wake()
                self._stopping.wait(SECONDS)

    def _listen(self) -> None:
        """PostgreSQL tells."""
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        driver = connection.connection.driver_connection
        assert driver is not None  # it is connected
        connection.detach()  # back in the pool, it would go on listening
        with connection:
            connection.execute(text(f"LISTEN {self._channel}"))
            self._wake()  # for what came while nobody listened
            while not self._stopping.is_set():
                if list(driver.notifies(timeout=SECONDS, stop_after=1)):
                    self._wake()
