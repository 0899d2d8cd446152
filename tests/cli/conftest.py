"""`mmp` as it is typed, in this process; real processes only where a test is about them."""

import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mmp.cli import main

Mmp = Callable[..., Result]
MMP = Path(sys.executable).with_name("mmp")


@pytest.fixture(autouse=True)
def only_this_instance(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the real environment but the test's own instance folder."""
    for name in list(os.environ):
        if name.startswith("MMP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MMP_INSTANCE", str(instance))


@pytest.fixture
def newer_database(database_url: str, instance: Path) -> Path:
    """The instance's database as a program of the future would leave it."""
    path = instance / "mmp.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    return path


@pytest.fixture
def mmp() -> Iterator[Mmp]:
    """Types a command; a traceback fails the test."""

    def run(*arguments: str | Path | int) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    # Signal handlers that a command sets are its own process's business.
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield run
    for number, handler in before.items():
        signal.signal(number, handler)
