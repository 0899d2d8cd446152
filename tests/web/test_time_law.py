"""What a coordinator sees and decides when the law of time has moved an event."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Event, HistoryEntry, Mail, Programme
from mmp.models.enums import MembershipRole
from tests.support.factories import Factory, timed
from tests.web.desk import sit_down
from tests.web.html import page
from tests.web.test_queries import MOST, _statements

CLOCKS = "/en/programmes/here/clocks/"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme(slug="here")


def rabat(make: Factory, programme: Programme) -> Event:
    """14:00 in Rabat, worked out when that was an hour ahead of UTC."""
    when = timed(datetime(2026, 10, 15, 14), zone="Africa/Casablanca")
    event = make.event(programme, when, title={"en": "Rabat"})
    assert event.starts_at is not None
    event.starts_at -= timedelta(hours=1)
    event.ends_at -= timedelta(hours=1)
    event.tz_version = "2026b"
    make.participation(event, make.person(programme))
    make.session.commit()
    return event


def test_the_desk_says_so_and_the_page_settles_it_once(
    client: FlaskClient, session: Session, make: Factory, programme: Programme
) -> None:
    event = rabat(make, programme)
    sit_down(client, session, programme)
    assert "has moved 1 event" in page(client, "/en/programmes/here/desk/").text
    found = page(client, CLOCKS)
    for said in ("Rabat", "2026b", "15:00", "16:00"):
        assert said in found.text
    to = f"{CLOCKS}{event.uuid}/"
    typed = {"csrf_token": found.fields["csrf_token"]}
    assert client.post(to, data={**typed, "keep": "neither"}).status_code == 303
    assert "Choose what stays" in page(client, CLOCKS).text
    for _ in range(2):
        assert client.post(to, data={**typed, "keep": "wall"}).status_code == 303
    assert "Nothing to decide" in page(client, CLOCKS).text
    session.expire_all()
    assert event.sequence == 1
    assert len(session.scalars(select(Mail).where(Mail.kind == "event_moved")).all()) == 1
    assert len(session.scalars(select(HistoryEntry)).all()) == 1
    history = page(client, f"/en/programmes/here/events/{event.key}/history/").text
    assert "let this event follow a new law of time" in history


def test_the_desk_counts_talks_of_pairs_and_parts_of_agendas_too(
    client: FlaskClient, session: Session, make: Factory, programme: Programme
) -> None:
    event = rabat(make, programme)
    event.pair = make.pair(programme, make.person(programme), make.person(programme))
    session.commit()
    sit_down(client, session, programme)
    assert "has moved 1 event" in page(client, "/en/programmes/here/desk/").text


@pytest.mark.parametrize("count", (1, 3, 20))
def test_the_statements_stay_as_few(
    client: FlaskClient,
    session: Session,
    make: Factory,
    programme: Programme,
    app: Flask,
    count: int,
) -> None:
    for _ in range(count):
        rabat(make, programme)
    sit_down(client, session, programme)
    client.get(CLOCKS)
    with _statements(app) as statements:
        assert client.get(CLOCKS).status_code == 200
    assert len(statements) <= MOST


def test_assistants_do_not_decide(
    client: FlaskClient, session: Session, make: Factory, programme: Programme
) -> None:
    rabat(make, programme)
    sit_down(client, session, programme, MembershipRole.ASSISTANT)
    assert client.get(CLOCKS).status_code == 404
    assert "has moved" not in page(client, "/en/programmes/here/desk/").text
