"""`mmp mail receive` at the end of a mail server's pipe."""

import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.cli import main
from mmp.core.inbound import MOST_OCTETS
from mmp.models import InboundMail
from mmp.models.enums import InboundState, Partstat
from tests.cli.conftest import MMP
from tests.core.inbound.mails import answer, shape
from tests.support.factories import Factory, timed


def receive(octets: bytes) -> Result:
    return CliRunner().invoke(main, ["mail", "receive"], input=octets)


def test_an_answer_is_taken_and_nothing_said(session: Session) -> None:
    make = Factory(session)
    programme = make.programme()
    event = make.event(programme, timed(datetime(2100, 1, 1)), uid="event-1@mmp")
    lina = make.person(programme, email="lina@example.org")
    place = make.participation(event, lina, partstat=Partstat.NEEDS_ACTION)
    session.commit()
    for _ in range(2):
        result = receive(shape("google"))
        assert (result.exit_code, result.output) == (0, "")
    session.refresh(place)
    assert place.partstat is Partstat.ACCEPTED
    assert len(session.scalars(select(InboundMail)).all()) == 1


def test_what_is_refused_for_good_is_not_brought_again(session: Session) -> None:
    for octets in (b"", b"\0\xff" * 1000, answer(attendees=2)):
        assert receive(octets).exit_code == 0
    states = session.scalars(select(InboundMail.state)).all()
    assert set(states) == {InboundState.OPEN}


def test_a_mail_of_any_size_is_read_to_its_end(session: Session, instance: Path) -> None:
    mail = b"From: lina@example.org\r\n\r\n" + b"x" * (2 * MOST_OCTETS)
    done = subprocess.run([MMP, "mail", "receive"], input=mail, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert session.scalars(select(InboundMail)).one().reason == "too_large"


def test_trusted_servers_are_named_in_the_settings(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Factory(session)
    make.event(make.programme(), uid="event-1@mmp")
    session.commit()
    monkeypatch.setenv("MMP_MAIL_AUTHSERV_ID", "mx.example.org")
    assert receive(answer()).exit_code == 0
    assert session.scalars(select(InboundMail)).one().reason == "not_authenticated"


def test_a_database_that_is_away(database_url: str, instance: Path) -> None:
    with closing(sqlite3.connect(instance / "mmp.sqlite3")) as connection, connection:
        connection.execute("DROP TABLE inbound_mail")
    result = receive(shape("google"))
    assert result.exit_code == 75
    assert "to be brought again" in result.output
    assert "@" not in result.output


@pytest.mark.parametrize("octets", (b"", b"From: x"))
def test_wrong_settings_lose_no_mail(
    database_url: str, monkeypatch: pytest.MonkeyPatch, octets: bytes
) -> None:
    monkeypatch.setenv("MMP_BASE_URL", "nonsense")
    assert receive(octets).exit_code == 75


def test_tables_of_another_version_lose_no_mail(newer_database: Path) -> None:
    assert receive(shape("google")).exit_code == 75
