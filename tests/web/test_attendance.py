"""Recording who was there, and pictures of balance, in the browser."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.models import Event
from mmp.models.enums import Gender
from tests.support.factories import Factory, timed
from tests.web.desk import fill_in, sit_down
from tests.web.html import page
from tests.web.test_queries import MOST, _statements

PATH = "/en/programmes/year/events/june"


@pytest.fixture
def event(session: Session) -> Event:
    make = Factory(session)
    programme = make.programme(slug="year")
    event = make.event(programme, timed(datetime(2026, 6, 18, 14)), key="june")
    for name, gender in (("Lina", Gender.WOMAN), ("Omar", Gender.NOT_STATED)):
        make.participation(event, make.person(programme, name=name, gender=gender))
    return event


def test_taps_without_and_with_script(client: FlaskClient, session: Session, event: Event) -> None:
    sit_down(client, session, event.programme)
    path = f"{PATH}/attendance/"
    found = page(client, path)
    assert "0 of 2 are recorded." in found.text
    assert "Who was there is not recorded yet" in page(client, "/en/programmes/year/desk/").text
    row = event.participations[0]
    one = f"{path}{row.uuid}/"
    sent = {"csrf_token": found.fields["csrf_token"], "day": "2026-06-18", "seen": "none"}
    answer = client.post(one, data=sent | {"mark": "online"})
    assert answer.status_code == 303
    assert answer.location.endswith(f"#line-{row.uuid}")
    assert "1 of 2 are recorded." in page(client, path).text
    json = {"Accept": "application/json"}
    stale = client.post(one, data=sent | {"mark": "absent"}, headers=json)
    assert stale.status_code == 409
    assert stale.json is not None
    assert stale.json["mark"] == "online"
    done = client.post(one, data=sent | {"mark": "absent", "seen": "online"}, headers=json)
    assert done.json == {"mark": "absent", "said": ""}
    assert client.post(one, data=sent | {"mark": "in_room"}, headers=json).status_code == 422


def test_everybody_at_once_and_back(client: FlaskClient, session: Session, event: Event) -> None:
    sit_down(client, session, event.programme)
    path = f"{PATH}/attendance/"
    status, found = fill_in(client, path, f"{path}everybody/", day="2026-06-18")
    assert status == 200
    assert "2 people were there." in found.text
    desk = page(client, "/en/programmes/year/desk/").text
    assert "2 of 2" in desk
    assert "is not recorded yet" not in desk
    undo = next(
        values["action"]
        for tag, values in found.tags
        if tag == "form" and values.get("action", "").endswith("/undoing")
    )
    client.post(undo, data={"csrf_token": found.fields["csrf_token"]})
    assert "0 of 2 are recorded." in page(client, path).text


def test_balance_stands_where_people_are_chosen(
    client: FlaskClient, session: Session, event: Event
) -> None:
    make = Factory(session)
    extra = make.person(event.programme, name="Rana", gender=Gender.WOMAN)
    item = make.item(event)
    sit_down(client, session, event.programme)
    people = page(client, f"{PATH}/people/").text
    assert "not stated" in people
    assert "50 %" in people
    status, found = fill_in(
        client, f"{PATH}/people/", more={"person": str(extra.uuid), "preview": "1"}
    )
    assert "67 % (50 % before)" in " ".join(found.text.split())
    status, found = fill_in(
        client,
        f"{PATH}/agenda/{item.uuid}/",
        more={"roles-0-who": f"person:{extra.uuid}", "roles-0-role": "speaker", "balance": "1"},
    )
    assert status == 200
    assert "Of the 1 person who is chosen above." in found.text
    assert item.roles == []


def test_statements_do_not_grow(app: Flask, client: FlaskClient, session: Session) -> None:
    make, counts = Factory(session), []
    programme = make.programme(slug="year")
    event = make.event(programme, timed(datetime(2026, 6, 18, 14)), key="june")
    sit_down(client, session, programme)
    for number in (1, 2, 47):
        for _person in range(number):
            make.participation(event, make.person(programme))
        session.commit()
        with _statements(app) as counted:
            assert client.get(f"{PATH}/attendance/").status_code == 200
        counts.append(len(counted))
    assert max(counts) <= MOST
    assert len(set(counts)) == 1
