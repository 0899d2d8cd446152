"""Every date field says what it hits: while it is typed, in the preview and after saving."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.models import Programme
from mmp.models.enums import Strength
from tests.support.door import sign_in
from tests.support.factories import Factory, timed
from tests.web.desk import fill_in, sit_down
from tests.web.html import page
from tests.web.test_queries import MOST, _statements

HERE = "/en/programmes/here/"
TUNISIA = "15 October: public holiday in Tunisia (2 people): Evacuation Day"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def programme(make: Factory) -> Programme:
    programme = make.programme(slug="here")
    event = make.event(programme, timed(datetime(2026, 10, 14, 14)), key="talk")
    for country, zone in (("TN", "Africa/Tunis"), ("TN", "Africa/Tunis"), ("JO", "Asia/Amman")):
        make.participation(event, make.person(programme, country=country, zone=zone))
    return programme


def test_the_field_says_at_once_what_it_hits(
    client: FlaskClient, session: Session, programme: Programme
) -> None:
    sit_down(client, session, programme)
    found = page(client, f"{HERE}dates/?event=talk&first_day=2026-10-15&starts=14:00&ends=15:00")
    assert TUNISIA in found.text
    assert client.get(f"{HERE}dates/?event=talk&first_day=soon").text.strip() == ""
    assert client.get(f"{HERE}dates/?event=nothing&first_day=2026-10-15").status_code == 404
    late = page(client, f"{HERE}dates/?event=talk&first_day=2026-10-27&starts=14:00&ends=15:00")
    assert "For 1 person in Amman" in late.text
    assert "clock is +1:00 today, and +2:00 on that day" in late.text
    third = page(client, f"{HERE}dates/?event=talk&day3=2026-10-27&time3=14:00&minutes=60")
    assert "and +2:00 on that day" in third.text  # one of the times of a poll
    everybody = page(client, f"{HERE}dates/?first_day=2026-10-15")
    assert TUNISIA in everybody.text


def test_the_preview_and_the_form_say_it_too(
    client: FlaskClient, session: Session, programme: Programme
) -> None:
    sit_down(client, session, programme)
    path = f"{HERE}events/talk/edit/"
    known = page(client, path)
    typed = {
        "precision": "timed",
        "first_day": "2026-10-15",
        "starts": "14:00",
        "ends": "16:00",
        "zone": "Europe/Stockholm",
        "form": "online",
        "title-en": "Talk",
        "was": known.fields["was"],
    }
    _status, preview = fill_in(client, path, f"{path}preview", more=typed)
    assert TUNISIA in preview.text
    fill_in(client, path, more=typed | {"confirmed": "1"})
    assert TUNISIA in page(client, path).text


def test_a_pair_sees_what_its_days_hit(
    client: FlaskClient, session: Session, make: Factory, programme: Programme
) -> None:
    lina = make.person(programme, country="TN", zone="Africa/Tunis")
    pair = make.pair(programme, lina, make.person(programme))
    sign_in(client, session, lina, strength=Strength.LINK)
    path = f"/en/pairs/{pair.uuid}/dates/?day-0=2026-10-15&clock-0=14:00"
    assert "public holiday in Tunisia (1 person)" in page(client, path).text
    sign_in(client, session, make.person(programme), strength=Strength.LINK)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ("dates/?event=talk&first_day=2026-10-15", "events/talk/edit/"))
@pytest.mark.parametrize("count", (1, 50))
def test_the_statements_stay_as_few(
    client: FlaskClient,
    session: Session,
    make: Factory,
    programme: Programme,
    app: Flask,
    path: str,
    count: int,
) -> None:
    for _ in range(count):
        make.participation(programme.events[0], make.person(programme))
    sit_down(client, session, programme)
    client.get(HERE + path)
    with _statements(app) as statements:
        assert client.get(HERE + path).status_code == 200
    assert len(statements) <= MOST, len(statements)
