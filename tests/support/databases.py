"""A migrated database for every test, cheaply: the migrations run once, tests get copies. On
PostgreSQL a process of the run takes its copy again, emptied.

All processes of one test run share a folder; what is made once in it is made under a lock.
"""

import fcntl
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.emptying import Reused
from tests.support.postgres import Cluster

_TEMPLATE = "template_mmp"
_numbers = itertools.count(1)


def _migrate(url: str, instance: Path) -> None:
    # The tests of the pure rules start without the web framework.
    import flask_migrate

    from mmp.adapters.backroom import back_room
    from mmp.adapters.database import db
    from mmp.config import Settings

    app = back_room(Settings.load({"MMP_DATABASE_URL": url}, instance=instance))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


def _name() -> str:
    return f"test_{os.getpid()}_{next(_numbers)}"


class Databases:
    """Hands out databases; `shared` is the folder of this run."""

    def __init__(self, shared: Path) -> None:
        self.shared = shared
        self._reused: list[Reused] = []

    def _once(self, name: str, make: Callable[[], str]) -> str:
        """What `make` gave whichever process came first."""
        result = self.shared / name
        with (self.shared / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not result.exists():
                text = make()
                result.write_text(text)
        return result.read_text()

    def _cluster(self) -> Cluster:
        return Cluster(Path(self._once("cluster", lambda: str(Cluster.start().folder))))

    def let_go(self) -> None:
        """Close what is open; for every process of the run."""
        for database in self._reused:
            database.let_go()
        self._reused.clear()

    def stop(self) -> None:
        """End what was started; for the process that made the folder."""
        self.let_go()
        cluster = self.shared / "cluster"
        if cluster.exists():
            Cluster(Path(cluster.read_text())).stop()
        shutil.rmtree(self.shared, ignore_errors=True)

    @contextmanager
    def database(self, backend: str, folder: Path, *, migrated: bool = True) -> Iterator[str]:
        """The address of a fresh database, an SQLite file in `folder` or one in PostgreSQL."""
        if backend == "sqlite":
            yield self._sqlite(folder, migrated=migrated)
            return
        if not migrated:
            cluster, name = self._cluster(), _name()
            yield cluster.create(name)
            cluster.drop(name)
            return
        with self.reused() as database:
            yield database.url

    @contextmanager
    def reused(self) -> Iterator[Reused]:
        """A database in PostgreSQL with all tables and no rows, for the next one too afterwards."""
        cluster = self._cluster()
        if not self._reused:
            self._reused.append(Reused(cluster, _name(), self._postgres_template(cluster)))
        database = self._reused.pop()
        yield database
        if database.emptied():
            self._reused.append(database)
        else:
            database.drop()

    def _sqlite(self, folder: Path, *, migrated: bool) -> str:
        path = folder / "mmp.sqlite3"
        if migrated:
            shutil.copyfile(self._once("sqlite", self._make_sqlite), path)
        return f"sqlite:///{path}"

    def _make_sqlite(self) -> str:
        instance = self.shared / "sqlite-instance"
        path = self.shared / "template.sqlite3"
        _migrate(f"sqlite:///{path}", instance)
        return str(path)

    def _postgres_template(self, cluster: Cluster) -> str:
        def make() -> str:
            _migrate(cluster.create(_TEMPLATE), self.shared / "postgres-instance")
            return _TEMPLATE

        return self._once("postgres", make)
