"""What a program that watches the server is told."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models import Mail, SchedulerTick
from mmp.models.mail import MailState
from mmp.services import outbox
from mmp.services.readiness import OVERDUE, SILENT, tick
from tests.support.door import NOW
from tests.support.factories import Factory
from tests.web.test_queries import _statements

pytestmark = pytest.mark.both_databases


def _put(session: Session) -> Mail:
    mail = outbox.enqueue(
        session,
        now=NOW,
        kind="test",
        person=Factory(session).person(email="lina@example.org"),
        template="test",
        parameters={"asked_at": NOW},
        dedupe_key="one",
    )
    session.commit()
    return mail


def test_alive_without_a_database(app: Flask, client: FlaskClient) -> None:
    with _statements(app) as counted:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"alive": True})
    assert not counted
    assert "Set-Cookie" not in answer.headers


def test_ready_while_a_scheduler_ticks(app: Flask, client: FlaskClient, session: Session) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["scheduler"]["says"] == "No scheduler has ever run."
    tick(session, owner="here-1-a")
    tick(session, owner="here-1-a")
    session.commit()
    with _statements(app) as counted:
        answer = client.get("/readyz", headers={"Cookie": "session=nonsense"})
    assert len(counted) == 1
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    found = answer.json
    assert found is not None
    assert found["ready"]
    assert found["mail"] == {"ok": True, "seconds": None, "says": "No mail is overdue."}
    assert found["scheduler"]["seconds"] < 30


def test_a_silent_scheduler(client: FlaskClient, session: Session) -> None:
    tick(session, owner="here-1-a")
    row = session.query(SchedulerTick).one()
    row.at -= SILENT + timedelta(seconds=5)
    session.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert not answer.json["scheduler"]["ok"]
    assert answer.json["scheduler"]["says"].startswith("A scheduler said 2 min 5 s ago")
    tick(session, owner="here-2-b")
    session.commit()
    assert client.get("/readyz").status_code == 200


def test_mail_that_does_not_leave(client: FlaskClient, session: Session, clock: FixedClock) -> None:
    tick(session, owner="here-1-a")
    mail = _put(session)
    for state in (MailState.DUE, MailState.LEASED):
        session.execute(
            update(Mail).values(state=state, lease_owner="w" if state is MailState.LEASED else None)
        )
        session.commit()
        clock.set(NOW + OVERDUE)
        assert client.get("/readyz").status_code == 200
        clock.advance(timedelta(seconds=1))
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["mail"] == {
            "ok": False,
            "seconds": 601,
            "says": "The oldest mail that is due has waited for 10 min 1 s.",
        }
        assert "lina" not in answer.text
        assert str(mail.uuid) not in answer.text
    session.execute(update(Mail).values(state=MailState.HELD, lease_owner=None))
    session.commit()
    assert client.get("/readyz").status_code == 200


def test_a_broken_database_is_said(client: FlaskClient, session: Session) -> None:
    session.execute(text("DROP TABLE scheduler_tick"))
    session.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["ready"] is False
    assert client.get("/healthz").status_code == 200
