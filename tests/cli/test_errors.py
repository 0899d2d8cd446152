"""Every command is quick to explain itself, and tells what went wrong in one line."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
from sqlalchemy.orm import Session

from mmp.cli import main
from tests.cli.conftest import MMP, Mmp
from tests.support.factories import Factory
from tests.support.programme_files import EXAMPLE

HEAVY = ("sqlalchemy", "flask", "alembic", "icalendar", "waitress", "yaml", "tablib", "babel")
EMAIL = "lina@example.org"


def every_command(group: click.Group = main, *before: str) -> Iterator[tuple[str, ...]]:
    """What can be typed, groups included."""
    yield before
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, *before, name)
        else:
            yield (*before, name)


def typed(
    *command: str | Path, instance: Path, limit: int | None = None, prefix: tuple[str, ...] = ()
) -> "subprocess.CompletedProcess[str]":
    """A command as a process, perhaps one that can write no file over `limit` octets."""

    def little_room() -> None:
        import resource  # there is none where nothing is forked

        assert limit is not None
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [*prefix, MMP, *command],
        env={**os.environ, "MMP_INSTANCE": str(instance)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=little_room if limit is not None else None,
    )


def one_line(said: str) -> bool:
    return said.startswith("mmp: ") and said.count("\n") == 1


@pytest.fixture
def mentor(session: Session) -> None:
    Factory(session).person(email=EMAIL)
    session.commit()


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from mmp.cli import main\n"
        f"for command in {list(every_command())!r}:\n"
        "    assert CliRunner().invoke(main, [*command, '--help']).exit_code == 0, command\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_is_quick(instance: Path) -> None:
    """The best of a few: other tests run on the same processors."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        assert typed("feed", "show", "--help", instance=instance).returncode == 0
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.4


# `mmp clock` takes steps like -1d: its wrong options are wrong times.
COMMANDS = [" ".join(command) for command in every_command() if command != ("clock",)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_option_is_one_line(mmp: Mmp, command: str) -> None:
    result = mmp(*command.split(), "--no-such-option")
    assert result.exit_code == 2
    assert one_line(result.stderr)


@pytest.mark.parametrize("command", ("nonsense", "feed nonsense", "db nonsense", "feed url"))
def test_a_wrong_command_is_one_line(mmp: Mmp, command: str) -> None:
    result = mmp(*command.split())
    assert result.exit_code == 2
    assert one_line(result.stderr)
    assert "--help" in result.stderr


@pytest.mark.parametrize(
    ("setting", "value"),
    (
        ("MMP_INSTANCE", "/dev/null/mmp"),
        ("MMP_BASE_URL", "example"),
        ("MMP_DATABASE_URL", "mysql://h/n"),
        ("MMP_FEED_SECRET", "short"),
        ("MMP_TRUSTED_PROXIES", "localhost"),
    ),
)
@pytest.mark.parametrize("command", (f"feed url {EMAIL}", "db upgrade", "run --port 0", "clock"))
def test_a_bad_setting_is_one_line(
    mmp: Mmp, monkeypatch: pytest.MonkeyPatch, command: str, setting: str, value: str
) -> None:
    monkeypatch.setenv(setting, value)
    result = mmp(*command.split())
    assert result.exit_code == 2
    assert one_line(result.stderr)
    assert result.stderr.startswith(f"mmp: {setting}: ")


def test_a_locked_database_is_one_line(
    mmp: Mmp, mentor: None, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmp.adapters.database.BUSY_TIMEOUT_MS", 100)
    with closing(sqlite3.connect(instance / "mmp.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        result = mmp("feed", "url", EMAIL)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert one_line(result.stderr)
    assert "locked" in result.stderr


def test_a_destroyed_database_is_one_line(mmp: Mmp, instance: Path) -> None:
    (instance / "mmp.sqlite3").write_bytes(b"no database at all " * 1000)
    for command in (("db", "upgrade"), ("feed", "url", EMAIL), ("run", "--port", "0")):
        result = mmp(*command)
        assert result.exit_code == 1
        assert one_line(result.stderr)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no such limits here")
class TestFullDisk:
    """A process that may write no more than so many octets into a file."""

    def test_backup_leaves_nothing(self, mentor: None, instance: Path) -> None:
        target = instance.parent / "backup.tar.gz"
        for limit, status in ((100_000, 1), (10**7, 0)):
            done = typed("backup", target, instance=instance, limit=limit)
            assert done.returncode == status
            assert status == 0 or one_line(done.stderr)
            assert target.exists() == (status == 0)
        assert {path.name for path in instance.parent.iterdir()} == {target.name, instance.name}

    def test_upgrade_is_all_or_nothing(self, mmp: Mmp, instance: Path) -> None:
        done = typed("db", "upgrade", instance=instance, limit=100_000)
        assert done.returncode == 1
        assert one_line(done.stderr)
        # Nothing is half made, so the next try goes through.
        assert "has its tables now" in mmp("db", "upgrade").stdout

    def test_restore_changes_nothing(self, mmp: Mmp, mentor: None, instance: Path) -> None:
        target = instance.parent / "backup.tar.gz"
        mmp("backup", target)
        before = (instance / "mmp.sqlite3").read_bytes()
        done = typed("restore", target, "--force", instance=instance, limit=100_000)
        assert done.returncode == 1
        assert one_line(done.stderr)
        assert (instance / "mmp.sqlite3").read_bytes() == before
        assert not list(instance.glob(".restore-*"))

    @pytest.mark.parametrize("unbuffered", ("", "1"))
    def test_a_feed_is_not_cut_in_silence(
        self, mentor: None, instance: Path, unbuffered: str
    ) -> None:
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [MMP, "feed", "show", EMAIL],
                env={
                    **os.environ,
                    "MMP_INSTANCE": str(instance),
                    "PYTHONUNBUFFERED": unbuffered,
                },
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 1
        assert done.stderr == "mmp: No space left on device\n"


def test_a_reader_that_leaves_early_is_no_trouble(mentor: None, instance: Path) -> None:
    script = f"'{MMP}' feed show {EMAIL} | head -c1"
    done = subprocess.run(
        ["sh", "-c", script],
        env={**os.environ, "MMP_INSTANCE": str(instance)},
        capture_output=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b"B", b"")


@pytest.fixture
def unprivileged() -> tuple[str, ...]:
    """What to put before a command so that permissions hold for it, also for root."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def test_a_read_only_instance_is_one_line(
    mmp: Mmp, mentor: None, instance: Path, unprivileged: tuple[str, ...]
) -> None:
    mmp("doctor")  # makes the secrets
    (instance / "mmp.sqlite3").chmod(0o400)
    instance.chmod(0o500)
    try:
        url = typed("feed", "url", EMAIL, instance=instance, prefix=unprivileged)
        doctor = typed("doctor", instance=instance, prefix=unprivileged)
    finally:
        instance.chmod(0o700)
    assert url.returncode == 1
    assert url.stdout == ""
    assert one_line(url.stderr)
    assert doctor.returncode == 1
    assert "FAIL  instance: " in doctor.stdout
    assert doctor.stderr == ""


@pytest.mark.usefixtures("empty_database_url")
@pytest.mark.parametrize(
    "command",
    (
        ("programme", "import", EXAMPLE),
        ("programme", "export", "example-2026"),
        ("people", "import", EXAMPLE, "--programme", "example-2026"),
        ("feed", "url", "lina@example.org"),
        ("account", "reset", "lina@example.org"),
    ),
    ids=lambda command: " ".join(command[:2]),
)
def test_without_tables_it_is_said_how_to_make_them(mmp: Mmp, command: tuple[str, ...]) -> None:
    result = mmp(*command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "mmp: The database has no tables yet. Make them with: mmp db upgrade\n"
    )


@pytest.mark.usefixtures("empty_database_url")
def test_without_tables_the_rest_works(mmp: Mmp) -> None:
    assert mmp("programme", "example").exit_code == 0
    assert mmp("programme", "schema").exit_code == 0
    assert mmp("db", "upgrade").exit_code == 0
    assert mmp("programme", "import", EXAMPLE).exit_code == 0
