"""What coordinators say of days, and people of their own hours."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.models import Person, Programme
from mmp.models.enums import MembershipRole, Strength
from tests.support.door import sign_in
from tests.support.factories import Factory, timed
from tests.web.desk import action, fill_in, sit_down
from tests.web.html import page
from tests.web.test_queries import MOST, _statements

DAYS, OWN = "/en/programmes/here/working-days/", "/en/home/hours/"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def programme(make: Factory) -> Programme:
    programme = make.programme(slug="here")
    make.person(programme, country="TN", zone="Africa/Tunis")
    return programme


def test_a_day_is_added_taken_away_and_put_back(
    client: FlaskClient, session: Session, programme: Programme
) -> None:
    sit_down(client, session, programme)
    year = page(client, DAYS).text
    assert "15 October Evacuation Day" in " ".join(year.split())
    assert "(estimated)" in year
    assert "18 February – 19 March Ramadan, shorter hours" in " ".join(year.split())
    typed = {"country": "TN", "day": "2026-10-16", "off": "off", "name": "Bridge", "source": "Gov"}
    status, missing = fill_in(client, DAYS, **{**typed, "name": ""})
    assert (status, "Say what day it is" in missing.text) == (422, True)
    status, found = fill_in(client, DAYS, **typed)
    assert (status, "Bridge" in found.text, "Kerstin Berg" in found.text) == (200, True, True)
    status, twice = fill_in(client, DAYS, **typed)
    assert (status, "in the list already" in twice.text) == (422, True)
    found = page(client, DAYS)
    token = {"csrf_token": found.fields["csrf_token"]}
    gone = page(client, client.post(action(found, "/removal/"), data=token).location)
    assert "Taken away" in gone.text
    back = page(client, client.post(action(gone, "/restoration/"), data=token).location)
    assert "Bridge" in back.text


def test_assistants_do_not_change_days(
    client: FlaskClient, session: Session, programme: Programme
) -> None:
    sit_down(client, session, programme, MembershipRole.ASSISTANT)
    assert client.get(DAYS).status_code == 404


@pytest.mark.parametrize("path", (DAYS, OWN))
def test_a_handful_of_statements(
    client: FlaskClient, session: Session, programme: Programme, app: Flask, path: str
) -> None:
    sit_down(client, session, programme)
    client.get(path)
    with _statements(app) as statements:
        assert client.get(path).status_code == 200
    assert len(statements) <= MOST


def test_own_hours_are_painted_and_given_back(
    client: FlaskClient, session: Session, make: Factory, programme: Programme
) -> None:
    lina = make.person(programme, country="JO", zone="Asia/Amman")
    sign_in(client, session, lina, strength=Strength.LINK)

    def ticked() -> list[str]:
        found = page(client, OWN)
        boxes = [values for tag, values in found.tags if tag == "input" and "checked" in values]
        return [values["value"] for values in boxes]

    assert "6-18" in ticked()
    assert "4-18" not in ticked()
    status, said = fill_in(client, OWN, more={"on": ["0-20", "0-21", "9-9", "0-2"]})
    assert (status, "Saved" in said.text) == (200, True)
    assert ticked() == ["0-20", "0-21", "0-2"]  # the night's stand behind the day's
    status, said = fill_in(client, OWN)
    assert (status, "at least one half hour" in said.text) == (422, True)
    _status, said = fill_in(client, OWN, more={"on": ["1-20"], "version": "9"})
    assert "on another device" in said.text
    fill_in(client, OWN, as_country="1")
    assert "6-18" in ticked()


def test_days_off_are_added_and_taken_away(
    client: FlaskClient, session: Session, make: Factory, programme: Programme
) -> None:
    sign_in(client, session, make.person(programme), strength=Strength.LINK)
    to = "/en/home/absences/"
    _status, wrong = fill_in(
        client, OWN, to, first_day="2026-10-16", last_day="2026-10-14", zone=""
    )
    assert "must not come before the first" in wrong.text
    _status, nowhere = fill_in(client, OWN, to, first_day="2026-10-16", zone="Nowhere")
    assert "is not an IANA time zone" in nowhere.text
    fill_in(client, OWN, to, first_day="2026-10-14", last_day="2026-10-16", zone="Asia/Amman")
    found = page(client, OWN)
    assert "14–16 October 2026" in found.text
    assert "Amman time" in found.text
    token = {"csrf_token": found.fields["csrf_token"]}
    client.post(action(found, "/removal/"), data=token)
    gone = page(client, OWN)
    assert "Taken away: 14–16 October 2026" in gone.text
    assert "14–16 October 2026" not in page(client, OWN).text
    again = {name: gone.fields[name] for name in ("csrf_token", "uuid", "zone")}
    days = {"first_day": "2026-10-14", "last_day": "2026-10-16"}
    assert client.post(to, data=again | days).status_code == 303
    assert "14–16 October 2026" in page(client, OWN).text


def test_coordinators_see_when_somebody_is_free_and_never_why_not(
    client: FlaskClient, session: Session, make: Factory, programme: Programme, app: Flask
) -> None:
    lina = make.person(programme, country="JO", zone="Asia/Amman")
    when = timed(datetime(2026, 6, 22, 9), 60)
    make.participation(make.event(programme, when, title={"en": "Secret plans"}), lina)
    session.commit()
    assert "can look at your free and busy hours" in _own(client, session, lina)
    sit_down(client, session, programme)
    hours = f"/en/programmes/here/people/{lina.uuid}/hours/"
    assert hours in page(client, hours.removesuffix("hours/")).links
    with _statements(app) as statements:
        found = page(client, f"{hours}?from=2026-06-22")
    assert len(statements) <= MOST
    assert "10:00–11:00" in found.text  # by her own clock
    assert "09:00–17:00" in found.text
    assert "Secret" not in found.source
    assert page(client, f"{hours}?from=nonsense").text
    sit_down(client, session, programme, MembershipRole.ASSISTANT)
    assert client.get(hours).status_code == 404


def _own(client: FlaskClient, session: Session, person: Person) -> str:
    sign_in(client, session, person, strength=Strength.LINK)
    return page(client, OWN).text
