"""A coordinator finds a time for an event and takes it."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.models import Event, Programme
from mmp.models.enums import MembershipRole
from mmp.services.slot_finding import guest_handle
from tests.support.factories import Factory, timed
from tests.web.desk import sit_down
from tests.web.html import Page, page
from tests.web.test_queries import MOST, _statements

EVENT = "/en/programmes/here/events/autumn/"
TIMES = f"{EVENT}times/"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def autumn(make: Factory, here: Programme) -> Event:
    return make.event(here, timed(datetime(2026, 9, 16, 23), 90), key="autumn")


def put_on_the_list(make: Factory, event: Event, count: int = 2) -> list[str]:
    homes = (("SE", "Europe/Stockholm"), ("JO", "Asia/Amman"), ("MA", "Africa/Casablanca"))
    people = [
        make.person(event.programme, name=f"Guest {number}", country=country, zone=zone)
        for number in range(count)
        for country, zone in (homes[number % 3],)
    ]
    for person in people:
        make.participation(event, person)
    make.session.commit()
    return [guest_handle(person) for person in people]


def test_a_time_that_is_taken_stands_in_the_form_of_the_event(
    client: FlaskClient, session: Session, make: Factory, here: Programme, autumn: Event
) -> None:
    put_on_the_list(make, autumn)
    sit_down(client, session, here)
    assert TIMES in page(client, f"{EVENT}edit/").links
    found = page(client, TIMES)
    assert "Everybody can come, good hours for all" in found.text
    assert "Amman time (UTC+3)" in found.text
    take = next(link for link in found.links if "starts=" in link)
    form = page(client, take)
    assert "Nothing is saved yet" in form.text
    assert form.fields["starts"] < "17:00"
    kept = {name: value for name, value in form.fields.items() if name != "back"}
    shown = client.post(f"{EVENT}edit/", data=kept)
    assert "confirmed" in Page(shown.text).source
    session.expire_all()
    assert autumn.starts_local == datetime(2026, 9, 16, 23)


def test_the_second_of_two_times_goes_into_a_copy(
    client: FlaskClient, session: Session, here: Programme, autumn: Event
) -> None:
    sit_down(client, session, here)
    path = f"{EVENT}copy/?starts=2026-10-20T14:00&minutes=90"
    form = page(client, path)
    assert form.fields["first_day"] == "2026-10-20"
    kept = {name: form.fields[name] for name in ("csrf_token", "uuid", "first_day")}
    answer = client.post(path, data=kept)
    assert answer.status_code == 303
    copy = page(client, answer.location).fields
    assert (copy["first_day"], copy["starts"], copy["ends"]) == ("2026-10-20", "14:00", "15:30")


@pytest.mark.parametrize("query", ("starts=x&minutes=90", "starts=2026-09-16T10:00&minutes=x", ""))
def test_nonsense_in_the_address_leaves_the_form_as_it_is(
    client: FlaskClient, session: Session, here: Programme, autumn: Event, query: str
) -> None:
    sit_down(client, session, here)
    assert page(client, f"{EVENT}edit/?{query}").fields["starts"] == "23:00"


def test_a_day_that_suits_nobody_shows_the_least_bad_and_what_would_help(
    client: FlaskClient, session: Session, make: Factory, here: Programme, autumn: Event
) -> None:
    needed = put_on_the_list(make, autumn)
    sit_down(client, session, here)
    asked = f"?minutes=90&first_day=2026-09-19&last_day=2026-09-19&needed={'&needed='.join(needed)}"
    found = page(client, TIMES + asked)
    assert "No time suits everybody who is required" in found.text
    assert "Search up to 26 September 2026: then everybody can come" in found.text
    helps = next(link for link in found.links if "last_day=2026-09-26" in link)
    assert "Everybody can come" in page(client, helps).text


@pytest.mark.parametrize(
    ("asked", "said"),
    (
        ("minutes=0&first_day=2026-09-19&last_day=2026-09-20", "Write a number from 5 to 1440"),
        ("minutes=&first_day=2026-09-19&last_day=2026-09-20", "Give the duration in minutes"),
        ("minutes=90&first_day=2026-09-19&last_day=2026-09-01&needed=x", "must not come before"),
        ("minutes=90&first_day=2026-09-19&last_day=2026-09-31&needed=x", "There is no day 31"),
        ("minutes=90&first_day=2026-01-01&last_day=2026-01-09&needed=x", "These days are over"),
        ("minutes=90&first_day=2026-09-19&last_day=2026-09-20", "Say who is required"),
    ),
)
def test_what_cannot_be_is_said_beside_the_field(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    asked: str,
    said: str,
) -> None:
    put_on_the_list(make, autumn)
    sit_down(client, session, here)
    found = page(client, f"{TIMES}?{asked}", status=422)
    assert said in found.text
    assert "aria-invalid" in found.source or "fault" in found.source


def test_nobody_to_find_a_time_for(
    client: FlaskClient, session: Session, make: Factory, here: Programme, autumn: Event
) -> None:
    sit_down(client, session, here)
    found = page(client, TIMES)  # she herself is in the programme
    assert "Kerstin Berg" in found.text


def test_assistants_learn_neither_name_nor_country_of_the_discreet(
    client: FlaskClient, session: Session, make: Factory, here: Programme, autumn: Event
) -> None:
    person = make.person(here, name="Hidden", country="SY", zone="Asia/Damascus", discreet=True)
    make.participation(autumn, person)
    put_on_the_list(make, autumn)
    sit_down(client, session, here, MembershipRole.ASSISTANT)
    day = "first_day=2026-09-18&last_day=2026-09-18"
    for asked in ("", f"?minutes=60&{day}&needed={guest_handle(person)}"):
        found = page(client, TIMES + asked)
        assert "A participant" in found.text
        for word in ("Hidden", "Syria", "Damascus"):
            assert word not in found.source


@pytest.mark.parametrize("language", ("ar", "fr"))
def test_it_speaks_the_languages(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    language: str,
) -> None:
    put_on_the_list(make, autumn, 9)
    sit_down(client, session, here)
    found = page(client, TIMES.replace("/en/", f"/{language}/"))
    assert "Take this time" not in found.text


@pytest.mark.parametrize("count", (1, 3, 50))
def test_the_statements_stay_as_few(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    app: Flask,
    count: int,
) -> None:
    put_on_the_list(make, autumn, count)
    sit_down(client, session, here)
    client.get(TIMES)
    with _statements(app) as statements:
        assert client.get(TIMES).status_code == 200
    assert len(statements) <= MOST
