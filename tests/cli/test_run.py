"""`mmp run` and gunicorn as real processes, kept few."""

import socket
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from mmp.adapters.clock import FileClock
from tests.cli.conftest import MMP, Mmp
from tests.support.factories import MADE_AT
from tests.support.server import running


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.slow
def test_it_serves_until_it_is_stopped(mmp: Mmp, instance: Path, tmp_path: Path) -> None:
    """On an empty instance too: it makes its tables first."""
    environ = {"MMP_INSTANCE": str(instance)}
    with running([MMP, "run", "--port", "0"], cwd=tmp_path, environ=environ) as server:
        address = server.wait_for(r"http://127\.0\.0\.1:\d+/")
        with urlopen(address) as answer:
            assert answer.status == 200
            assert "Server" not in answer.headers
        # Nobody has an account: the first is made at an address that is told here alone.
        first = server.wait_for(r"http://127\.0\.0\.1:\d+/en/first-run/[\w-]{43}/$")
        with urlopen(first) as answer:
            assert "You are the first here" in answer.read().decode()
        # What other commands print leads there.
        assert (instance / "served_at").read_text() == address.rstrip("/") + "\n"
        assert server.stop() == 0
    assert "Traceback" not in "\n".join(server.lines)
    for name in ("secret_key", "mmp.sqlite3", "served_at"):
        assert stat.S_IMODE((instance / name).stat().st_mode) == 0o600


@pytest.mark.slow
def test_gunicorn_serves_it_too(database_url: str, instance: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", "mmp.app:create_app()"]
    with running(command, cwd=tmp_path, environ={"MMP_INSTANCE": str(instance)}) as server:
        address = server.wait_for(r"http://127\.0\.0\.1:\d+")
        with urlopen(address) as answer:
            assert answer.status == 200
        assert server.stop() == 0


def test_it_does_not_serve_what_is_not_migrated(mmp: Mmp, newer_database: Path) -> None:
    with closing(sqlite3.connect(newer_database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    result = mmp("run", "--port", "0")
    assert result.exit_code == 1
    assert "mmp: The database is at revision 0001, this mmp needs" in result.stderr
    assert "mmp db upgrade" in result.stderr


def test_it_does_not_serve_a_newer_programs_database(mmp: Mmp, newer_database: Path) -> None:
    result = mmp("run", "--port", "0")
    assert result.exit_code == 1
    assert "newer mmp" in result.stderr


def test_a_demo_is_not_run(mmp: Mmp, database_url: str, instance: Path) -> None:
    FileClock(instance / "clock.json").set(MADE_AT)
    result = mmp("run", "--port", "0")
    assert result.exit_code == 2
    assert "mmp demo" in result.stderr
    assert "MMP_INSTANCE=" in result.stderr


@pytest.mark.parametrize("command", ("run", "demo"))
def test_a_taken_port_is_one_line(mmp: Mmp, instance: Path, taken: int, command: str) -> None:
    result = mmp(command, "--port", taken)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"mmp: Port {taken} is taken")
    assert "--port 0" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not list(instance.iterdir())


@pytest.mark.parametrize("command", ("run", "demo"))
@pytest.mark.parametrize(
    "options",
    (
        ("--port", "x"),
        ("--port", "-1"),
        ("--port", "65536"),
        ("--host", "192.0.2.1"),
        ("--host", "not a host"),
        ("--host", ".." * 40),
        ("--hots", "::1"),
    ),
)
def test_no_address_is_one_line(
    mmp: Mmp, instance: Path, command: str, options: tuple[str, str]
) -> None:
    result = mmp(command, *options)
    assert result.exit_code == 2
    assert result.stderr.startswith("mmp: ")
    assert result.stderr.count("\n") == 1
    assert not list(instance.iterdir())
