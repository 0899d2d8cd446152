import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Mmp


def test_upgrade_makes_the_tables_once(mmp: Mmp, empty_database_url: str) -> None:
    first = mmp("db", "upgrade")
    assert (first.exit_code, first.stderr) == (0, "")
    assert "has its tables now" in first.stdout
    assert "already" in mmp("db", "upgrade").stdout
    assert mmp("db", "check").exit_code == 0


@pytest.mark.both_databases
def test_up_down_up(mmp: Mmp, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMP_DATABASE_URL", empty_database_url)
    assert mmp("db", "upgrade").exit_code == 0
    assert mmp("db", "downgrade", "base", "--yes").stdout.endswith("to none.\n")
    result = mmp("db", "check")
    assert result.exit_code == 1
    assert "mmp db upgrade" in result.stderr
    assert mmp("db", "upgrade").exit_code == 0
    assert mmp("db", "check").exit_code == 0


def test_downgrade_wants_a_yes(mmp: Mmp, database_url: str) -> None:
    result = mmp("db", "downgrade")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert mmp("db", "check").exit_code == 0


def test_downgrade_to_nowhere_is_one_line(mmp: Mmp, database_url: str) -> None:
    result = mmp("db", "downgrade", "zzz", "--yes")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


def test_downgrade_by_one_step(mmp: Mmp, database_url: str) -> None:
    assert mmp("db", "downgrade", "-1", "--yes").exit_code == 0
    assert mmp("db", "check").exit_code == 1


def test_a_newer_programs_database_is_left_alone(
    mmp: Mmp, instance: Path, newer_database: Path
) -> None:
    before = newer_database.read_bytes()
    for command in ("upgrade", "check"):
        result = mmp("db", command)
        assert result.exit_code == 1
        assert "newer mmp" in result.stderr
        assert result.stderr.count("\n") == 1
    assert newer_database.read_bytes() == before


def test_someone_elses_tables_are_left_alone(
    mmp: Mmp, database_url: str, newer_database: Path
) -> None:
    with sqlite3.connect(newer_database) as connection:
        connection.execute("DROP TABLE alembic_version")
    connection.close()
    result = mmp("db", "check")
    assert result.exit_code == 1
    assert "no revision" in result.stderr
