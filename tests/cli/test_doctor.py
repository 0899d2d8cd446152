import re
import sqlite3
import zoneinfo
from pathlib import Path

import pytest

from mmp.adapters.clock import FileClock
from tests.cli.conftest import Mmp
from tests.support.factories import MADE_AT


def line(said: str, subject: str) -> str:
    """The doctor's one line on a subject."""
    found = [line for line in said.splitlines() if line[6:].startswith(f"{subject}:")]
    assert len(found) == 1, said
    return found[0]


def test_all_is_well(mmp: Mmp, database_url: str) -> None:
    result = mmp("doctor")
    assert result.exit_code == 0
    assert all(re.match(r"(ok  |warn)  \S", line) for line in result.stdout.splitlines())
    assert re.search(r"mmp \d.*Python 3.*SQLAlchemy 2.*icalendar 7", result.stdout)
    assert re.search(r"IANA 20\d\d[a-z], from tzdata 20", line(result.stdout, "time zones"))
    assert "no event to come has moved" in line(result.stdout, "law of time")
    assert re.search(r"at revision \d{4}", line(result.stdout, "migrations"))


@pytest.mark.both_databases
def test_it_names_the_database(
    mmp: Mmp, database_url: str, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MMP_DATABASE_URL", database_url)
    result = mmp("doctor")
    assert result.exit_code == 0
    assert backend in line(result.stdout, "database").lower()


def test_it_makes_no_database(mmp: Mmp, instance: Path) -> None:
    result = mmp("doctor")
    assert result.exit_code == 1
    assert line(result.stdout, "database").startswith("FAIL")
    assert "mmp db upgrade" in line(result.stdout, "database")
    assert not (instance / "mmp.sqlite3").exists()


def test_tables_of_another_version(mmp: Mmp, empty_database_url: str, instance: Path) -> None:
    sqlite3.connect(instance / "mmp.sqlite3").close()
    result = mmp("doctor")
    assert result.exit_code == 1
    assert "FAIL  migrations: The database has no tables yet" in result.stdout


def test_a_newer_database(mmp: Mmp, newer_database: Path) -> None:
    assert "newer mmp" in line(mmp("doctor").stdout, "migrations")


def test_a_damaged_database(mmp: Mmp, instance: Path) -> None:
    (instance / "mmp.sqlite3").write_bytes(b"no database at all " * 1000)
    result = mmp("doctor")
    assert result.exit_code == 1
    assert line(result.stdout, "database").startswith("FAIL  database: file is not a database")


def test_secrets_that_others_can_read(mmp: Mmp, database_url: str, instance: Path) -> None:
    mmp("doctor")
    (instance / "feed_secret").chmod(0o644)
    result = mmp("doctor")
    assert result.exit_code == 1
    assert f"chmod 600 {instance}/feed_secret" in result.stdout
    (instance / "feed_secret").chmod(0o600)
    assert mmp("doctor").exit_code == 0


def test_a_bad_setting_is_a_finding(mmp: Mmp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMP_BASE_URL", "example")
    result = mmp("doctor")
    assert result.exit_code == 1
    assert "FAIL  settings: MMP_BASE_URL" in result.stdout


@pytest.mark.parametrize(
    ("url", "level", "said"),
    (
        ("", "warn", "only kept in"),
        ("smtp://u:hunter2@mail.example.org", "warn", "without TLS"),
        ("smtp://127.0.0.1:1025", "ok", "by smtp"),
        ("smtps://u:hunter2@mail.example.org", "ok", "by smtps"),
        ("smtp+starttls://u:hunter2@mail.example.org", "ok", "by smtp+starttls"),
    ),
)
def test_mail_is_named_by_kind(
    mmp: Mmp, database_url: str, monkeypatch: pytest.MonkeyPatch, url: str, level: str, said: str
) -> None:
    monkeypatch.setenv("MMP_MAIL_URL", url)
    result = mmp("doctor")
    assert line(result.stdout, "mail").startswith(f"{level:<4}")
    assert said in line(result.stdout, "mail")
    assert "hunter2" not in result.output
    assert "example.org" not in result.output


@pytest.mark.parametrize(
    ("url", "level"),
    (
        ("https://mmp.example.org", "ok"),
        ("http://localhost:8000", "ok"),
        ("http://127.0.0.1", "ok"),
        ("http://[::1]:8000", "ok"),
        ("http://mmp.example.org", "warn"),
        ("http://192.168.1.7:8000", "warn"),
    ),
)
def test_the_address_is_private_or_https(
    mmp: Mmp, database_url: str, monkeypatch: pytest.MonkeyPatch, url: str, level: str
) -> None:
    monkeypatch.setenv("MMP_BASE_URL", url)
    assert line(mmp("doctor").stdout, "address").startswith(f"{level:<4}")


def test_a_demos_clock(mmp: Mmp, database_url: str, instance: Path) -> None:
    FileClock(instance / "clock.json").set(MADE_AT)
    assert line(mmp("doctor").stdout, "clock") == "ok    clock: 2026-01-05 09:00 UTC, in this demo"
    (instance / "clock.json").write_text("{")
    result = mmp("doctor")
    assert result.exit_code == 1
    assert "mmp clock now" in line(result.stdout, "clock")


def test_little_room(mmp: Mmp, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmp.adapters.checkup.LITTLE_ROOM", 10**18)
    assert line(mmp("doctor").stdout, "disk").startswith("warn")
    monkeypatch.setattr("mmp.adapters.checkup.NO_ROOM", 10**18)
    result = mmp("doctor")
    assert result.exit_code == 1
    assert line(result.stdout, "disk").startswith("FAIL")


def test_the_systems_own_time_zones(mmp: Mmp, database_url: str, tmp_path: Path) -> None:
    try:
        zoneinfo.reset_tzpath(to=[tmp_path])
        result = mmp("doctor")
    finally:
        zoneinfo.reset_tzpath(to=[])
    assert result.exit_code == 1
    assert line(result.stdout, "time zones").startswith("FAIL")


def test_old_time_zones(mmp: Mmp, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmp.adapters.checkup.TZDATA", (2999, 1))
    result = mmp("doctor")
    assert result.exit_code == 1
    assert "pip install -U tzdata" in line(result.stdout, "time zones")


@pytest.mark.parametrize(
    ("url", "level", "said"),
    (
        ("", "ok", "by mmp mail receive alone"),
        ("imap://u:hunter2@mail.example.org", "warn", "without TLS"),
        ("imap://u:hunter2@127.0.0.1", "ok", "by imap"),
        ("imaps://u:hunter2@mail.example.org", "ok", "by imaps"),
    ),
)
def test_the_mailbox_is_named_by_kind(
    mmp: Mmp,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    level: str,
    said: str,
) -> None:
    monkeypatch.setenv("MMP_IMAP_URL", url)
    result = mmp("doctor")
    assert "hunter2" not in result.output
    assert line(result.stdout, "answers").startswith(f"{level:<4}")
    assert said in line(result.stdout, "answers")
