"""The demo: started as people do, and what it decides without a server."""

import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlalchemy.orm import Session

from mmp.adapters.clock import FileClock
from mmp.cli.demo import FILES
from mmp.core.errors import UserError
from mmp.models.enums import MembershipRole
from tests.cli.conftest import MMP, Mmp
from tests.support.factories import Factory
from tests.support.server import running

JUNE = datetime(2026, 6, 19, 8, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)


def fetch(url: str) -> bytes:
    with urlopen(url) as answer:
        body: bytes = answer.read()
        return body


def rows(instance: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(instance / "mmp.sqlite3")) as connection, connection:
        return connection.execute(question).fetchall()


@pytest.mark.slow
def test_it_starts_from_nothing_and_says_where_to_look(
    mmp: Mmp, instance: Path, tmp_path: Path
) -> None:
    command: list[str | Path] = [MMP, "demo", "--port", "0", "--instance", instance]
    # Its output goes into a pipe, and nothing but the program itself hurries it out.
    with running(command, cwd=tmp_path, environ={"PYTHONUNBUFFERED": ""}) as server:
        page = server.wait_for(r"http://127\.0\.0\.1:\d+/en/programmes/mmp26/$")
        feed = server.wait_for(r"http://\S+/feeds/\S+\.ics$")
        subscribe = server.wait_for(r"http://\S+/en/feeds/\S+/$")
        name = server.wait_for(r"The mentor is [^.]+").removeprefix("The mentor is ")
        assert f"MMP_INSTANCE={instance} " in server.wait_for(r"Move the time: .* clock \+3d")

        assert "19 June 2026" in fetch(page).decode()
        assert feed in fetch(subscribe).decode()
        with urlopen(feed) as answer:
            entries = answer.read()
            assert "Server" not in answer.headers
        assert entries.startswith(b"BEGIN:VCALENDAR\r\n")
        assert entries.count(b"BEGIN:VEVENT") > 3
        with pytest.raises(HTTPError, match="404"):
            urlopen(feed.replace(".ics", "x.ics"))

        # Other processes agree with the running one: on addresses, octets and the time.
        ((email,),) = rows(instance, f"SELECT email FROM person WHERE name = '{name}'")
        assert mmp("feed", "url", email).stdout == feed + "\n"
        assert mmp("feed", "show", email).stdout_bytes == entries
        assert mmp("clock", "2026-10-20T08:00").exit_code == 0
        assert "20 October 2026" in fetch(page).decode()
        assert mmp("doctor").exit_code == 0
        assert list((instance / "documents").iterdir())
        assert rows(instance, "SELECT count(*) FROM programme") == [(len(FILES),)]

        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
    assert "Traceback" not in "\n".join(server.lines)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Instead of serving, `mmp demo` notes the base URL here, says its lines and ends."""
    told: list[str] = []

    def serve(app: Any, sock: Any, *, ready: Any) -> None:
        told.append(app.extensions["mmp"].base_url)
        ready()

    monkeypatch.setattr("mmp.adapters.server.serve", serve)
    return told


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo of one mentor and one event: the real one takes a second to load."""

    def load(session: Session, *, file: str, **values: Any) -> None:
        if file != FILES[0]:
            return
        make = Factory(session)
        programme = make.programme(slug="mmp26")
        mentor = make.person(programme)
        make.person(programme, MembershipRole.COORDINATOR)
        make.participation(make.event(programme, key="amman"), mentor)

    monkeypatch.setattr("mmp.services.programme_files.import_programme", load)


@pytest.fixture
def clock(instance: Path) -> FileClock:
    return FileClock(instance / "clock.json")


def test_what_was_done_in_it_is_kept(
    mmp: Mmp, instance: Path, served: list[str], small: None, clock: FileClock
) -> None:
    first = mmp("demo", "--port", "0")
    assert first.exit_code == 0
    assert abs(clock.now() - JUNE) < A_MINUTE
    tables = ("programme", "person", "event", "feed", "history_entry")
    before = {table: rows(instance, f"SELECT * FROM {table} ORDER BY id") for table in tables}
    assert rows(instance, "SELECT slug FROM programme WHERE slug = 'mmp26'")

    rows(instance, "UPDATE event SET city = '{\"en\": \"Aqaba\"}' WHERE key LIKE 'amman%'")
    mmp("clock", "2026-10-20T08:00")
    second = mmp("demo", "--port", "0")
    assert second.exit_code == 0
    assert rows(instance, "SELECT 1 FROM event WHERE city LIKE '%Aqaba%'")
    assert clock.now() - datetime(2026, 10, 20, 8, tzinfo=UTC) < A_MINUTE
    for table in set(tables) - {"event"}:
        assert rows(instance, f"SELECT * FROM {table} ORDER BY id") == before[table]
    assert first.stdout.split("/feeds/")[1][:43] == second.stdout.split("/feeds/")[1][:43]

    assert mmp("demo", "--port", "0", "--as-of", "2026-11-25").exit_code == 0
    assert abs(clock.now() - datetime(2026, 11, 25, 8, tzinfo=UTC)) < A_MINUTE
    assert mmp("demo", "--port", "0", "--as-of", "now").exit_code == 0
    assert abs(clock.now() - datetime.now(UTC)) < A_MINUTE
    assert clock.shifted


def test_it_starts_when_it_is_told_to(
    mmp: Mmp, instance: Path, served: list[str], small: None, clock: FileClock
) -> None:
    assert mmp("demo", "--port", "0", "--as-of", "2026-09-27T08:00+03:00").exit_code == 0
    assert abs(clock.now() - datetime(2026, 9, 27, 5, tzinfo=UTC)) < A_MINUTE


@pytest.mark.parametrize("date", ("tomorrow", "+3d", "2026-09-31", "", "1999-01-01"))
def test_a_time_that_is_none_is_refused(
    mmp: Mmp, instance: Path, served: list[str], date: str
) -> None:
    result = mmp("demo", "--port", "0", "--as-of", date)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert not served
    assert not (instance / "clock.json").exists()


def test_real_data_is_left_alone(
    mmp: Mmp, instance: Path, served: list[str], session: Session
) -> None:
    Factory(session).programme()
    session.commit()
    # Not even where someone put a clock beside it.
    for _ in range(2):
        result = mmp("demo", "--port", "0")
        assert result.exit_code == 2
        assert "--instance DIR" in result.stderr
        assert result.stderr.count("\n") == 1
        assert not served
        FileClock(instance / "clock.json").set(JUNE)
    assert rows(instance, "SELECT count(*) FROM programme") == [(1,)]


def test_a_real_mmp26_is_left_alone(
    mmp: Mmp, instance: Path, served: list[str], session: Session
) -> None:
    Factory(session).programme(slug="mmp26")
    session.commit()
    assert mmp("demo", "--port", "0").exit_code == 2
    assert not (instance / "clock.json").exists()


def test_an_interrupted_first_start_is_made_up_for(
    mmp: Mmp, instance: Path, served: list[str], small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **values: Any) -> None:
        raise UserError("Interrupted.")

    with monkeypatch.context() as broken:
        broken.setattr("mmp.services.programme_files.import_programme", fail)
        assert mmp("demo", "--port", "0").exit_code == 2
    assert rows(instance, "SELECT count(*) FROM programme") == [(0,)]
    assert mmp("demo", "--port", "0").exit_code == 0
    assert rows(instance, "SELECT count(*) FROM programme") == [(1,)]


@pytest.mark.both_databases
def test_links_lead_where_they_are_told_to(
    mmp: Mmp,
    empty_database_url: str,
    instance: Path,
    served: list[str],
    small: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MMP_DATABASE_URL", empty_database_url)
    for options, told, addresses in (
        ((), "http://127.0.0.1:", 5),
        (("--host", "localhost"), "http://localhost:", 5),
        (("--host", "0.0.0.0"), "http://127.0.0.1:", 3),  # where others might be quicker
    ):
        said = mmp("demo", "--port", "0", *options)
        assert said.exit_code == 0
        assert served[-1].startswith(told)
        assert said.stdout.count(f"{served[-1]}/") == addresses
        assert ("/sign-in/links/" in said.stdout) == (addresses == 5)
    monkeypatch.setenv("MMP_BASE_URL", "https://demo.example.org")
    said = mmp("demo", "--port", "0")
    assert served[-1] == "https://demo.example.org"
    assert said.stdout.count("https://demo.example.org/") == 5


def test_it_holds_two_past_meetings_with_groups(
    instance: Path, mmp: Mmp, served: list[str]
) -> None:
    assert mmp("demo", "--port", "0").exit_code == 0
    seats = rows(
        instance,
        "SELECT event.key, count(*), count(DISTINCT group_id) FROM breakout_seat"
        " JOIN breakout ON breakout.id = breakout_id"
        " JOIN agenda_item ON agenda_item.id = agenda_item_id"
        " JOIN event ON event.id = event_id GROUP BY event.key ORDER BY event.key",
    )
    assert [(key, groups) for key, _people, groups in seats] == [
        ("june-meeting", 6),
        ("stockholm", 7),
    ]
    assert all(people > 30 for _key, people, _groups in seats)
    assert rows(instance, "SELECT count(*) FROM breakout_group WHERE points <> ''") == [(3,)]
