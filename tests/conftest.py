"""What every test may ask for.

`backend` decides the database of everything that stands on it: SQLite, and in the folders below or
under `@pytest.mark.both_databases` PostgreSQL as well. Fixtures import what they need themselves,
so that the tests of the pure rules start without the web framework.
"""

import gc
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import hypothesis
import hypothesis.configuration
import pytest

from tests.support import packages, processors
from tests.support.databases import Databases
from tests.support.postgres import room

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from mmp.adapters.clock import FixedClock
    from mmp.config import Settings

ON_BOTH_DATABASES = {"models", "services", "migrations"}

# A red run stays red when it is repeated. To look further afield:
# make test ARGS=--hypothesis-profile=explore
hypothesis.configuration.set_hypothesis_home_dir(
    Path(tempfile.gettempdir()) / f"mmp-hypothesis-{os.getuid()}"
)
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("steady")

_databases = pytest.StashKey[Databases]()


def pytest_configure(config: pytest.Config) -> None:
    """One folder for the whole run: made by the process that was called, told to its workers."""
    gc.disable()  # while everything is loaded, there is no garbage
    given = getattr(config, "workerinput", {}).get("shared")
    shared = Path(given or tempfile.mkdtemp(prefix="mmp-tests-", dir=room()))
    config.stash[_databases] = Databases(shared)
    if config.option.basetemp is None:
        config.option.basetemp = shared / "tmp"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    return processors.available() + 1  # some tests wait for other processes


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["shared"] = str(node.config.stash[_databases].shared)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _databases in config.stash:
        databases = config.stash[_databases]
        databases.let_go() if hasattr(config, "workerinput") else databases.stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" not in metafunc.fixturenames:
        return
    folder = metafunc.definition.path.relative_to(Path(__file__).parent).parts[0]
    if folder in ON_BOTH_DATABASES or metafunc.definition.get_closest_marker("both_databases"):
        postgresql = pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))
        metafunc.parametrize("backend", ("sqlite", postgresql))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is slow comes first, in every process: each is given so many in a row, and only when it
    runs out of them takes some from the end of another's. A slow file is dear to begin, so it stays
    in one."""
    parts = processors.dealt(
        [item for item in items if item.get_closest_marker("slow")],
        [item for item in items if not item.get_closest_marker("slow")],
        among=getattr(config, "workerinput", {}).get("workercount", 1),
    )
    items[:] = chain.from_iterable(parts)


def pytest_collection_finish() -> None:
    """What is loaded by now stays; looking through it for garbage took a tenth of a run's time."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 10, 10)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for package in packages.missing(mark.args):
            pytest.skip(f"no {package.name}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where nothing may be left out, a run with skipped tests has failed."""
    if packages.required() and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if packages.required() and (count := _skipped(config)):
        terminalreporter.write_line(
            f"{count} tests were left out, and CI=true allows none", red=True
        )


def _skipped(config: pytest.Config) -> int:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", ())) if reporter else 0


@pytest.fixture
def clock() -> "FixedClock":
    """Stands at 19 June 2026, 08:00 UTC, until the test moves it."""
    from mmp.adapters.clock import FixedClock

    return FixedClock(datetime(2026, 6, 19, 8, 0, tzinfo=UTC))


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An empty instance folder."""
    folder = tmp_path / "instance"
    folder.mkdir()
    return folder


@pytest.fixture
def backend() -> str:
    """The kind of database: `sqlite`, or what the test is parametrised with."""
    return "sqlite"


@pytest.fixture(scope="session")
def databases(pytestconfig: pytest.Config) -> Databases:
    """Where databases come from, for what several tests share."""
    return pytestconfig.stash[_databases]


@pytest.fixture
def database_url(backend: str, instance: Path, databases: Databases) -> Iterator[str]:
    """A database of the test's own: all tables, no rows."""
    with databases.database(backend, instance) as url:
        yield url


@pytest.fixture
def empty_database_url(backend: str, instance: Path, databases: Databases) -> Iterator[str]:
    """A database without even tables."""
    with databases.database(backend, instance, migrated=False) as url:
        yield url


@pytest.fixture
def settings(database_url: str, instance: Path) -> "Settings":
    """Settings with that database and instance folder, nothing from the real environment."""
    from mmp.config import Settings

    return Settings.load(_environ(database_url), instance=instance)


def _environ(database_url: str) -> dict[str, str]:
    return {
        "MMP_DATABASE_URL": database_url,
        "MMP_SECRET_KEY": "a secret key for the tests alone",
        "MMP_FEED_SECRET": "a feed secret for the tests alone",
    }


@pytest.fixture
def session(database_url: str, clock: "FixedClock") -> "Iterator[Session]":
    """A session as services get it; without Flask. What a client shall see must be committed."""
    from sqlalchemy.orm import Session

    from tests.support.kept import engine_for

    engine = engine_for(database_url)
    with Session(engine, info={"clock": clock}) as session:
        yield session
    engine.dispose()


@pytest.fixture
def app(settings: "Settings", clock: "FixedClock") -> "Iterator[Flask]":
    """The whole application, living at the time of `clock`."""
    from mmp.adapters.database import db
    from tests.support.kept import app_for

    app = app_for(settings, clock)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def fresh_app(settings: "Settings", clock: "FixedClock") -> "Iterator[Flask]":
    """An application of the test's own, for who adds addresses to it or changes how it is built."""
    from mmp.adapters.database import db
    from mmp.app import create_app

    app = create_app(settings, clock=clock)
    app.testing = True
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    """A browser without scripts, signed in as nobody."""
    return app.test_client()


@pytest.fixture
def live_url(app: "Flask") -> Iterator[str]:
    """The address of `app` served on loopback, for browsers and calendar programs."""
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
