"""A coordinator sends a poll out, people answer by the link of their mail, one time is picked."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.mail import token
from mmp.models import Event, Mail, Person, Poll, PollGuest, Programme, Response
from mmp.models.enums import MembershipRole
from tests.support.door import sign_in
from tests.support.factories import Factory, timed
from tests.web.desk import action, press, sit_down
from tests.web.html import Page, page
from tests.web.test_queries import MOST, _statements

SECRET = "a secret key for the tests alone"
EVENT = "/en/programmes/here/events/autumn/"
TIMES, NEW = f"{EVENT}times/", f"{EVENT}polls/new/"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def autumn(make: Factory, here: Programme) -> Event:
    when = timed(datetime(2026, 9, 16, 23), 90)
    return make.event(here, when, key="autumn", title={"en": "Autumn meeting"})


@pytest.fixture
def people(make: Factory, here: Programme, autumn: Event) -> list[Person]:
    homes = (("SE", "Europe/Stockholm"), ("JO", "Asia/Amman"), ("US", "America/New_York"))
    found = [
        make.person(here, name=f"Guest {number}", country=country, zone=zone)
        for number, (country, zone) in enumerate(homes)
    ]
    for person in found:
        make.participation(autumn, person)
    make.session.commit()
    return found


def send(client: FlaskClient, **typed: str) -> Page:
    """From the search to the poll's page, as a browser would."""
    found = page(client, TIMES)
    slots = [
        values["value"]
        for tag, values in found.tags
        if tag == "input" and values.get("name") == "slot" and "checked" in values
    ]
    assert len(slots) == 3
    form = page(client, f"{NEW}?minutes=90&slot=" + "&slot=".join(slots))
    boxes = {
        name: [
            values["value"]
            for tag, values in form.tags
            if tag == "input" and values.get("name") == name and "checked" in values
        ]
        for name in ("people", "needed")
    }
    kept = {name: value for name, value in form.fields.items() if name not in boxes}
    answer = client.post(NEW, data=kept | boxes | typed)
    if answer.status_code == 303:
        return page(client, answer.location)
    assert answer.status_code == 422
    return Page(answer.text)


def link(guest: PollGuest) -> str:
    return f"/en/polls/{guest.uuid}/{token(SECRET, 'poll', guest.uuid)}/"


def guest_of(session: Session, person: Person) -> PollGuest:
    return session.scalars(select(PollGuest).where(PollGuest.person == person)).one()


def votes(found: Page, *values: str) -> dict[str, str]:
    """The hidden fields of a page of answers, with these votes."""
    kept = {name: value for name, value in found.fields.items() if name.startswith("seen-")}
    given = {
        f"vote-{name.removeprefix('seen-')}": value
        for name, value in zip(kept, values, strict=False)
    }
    return kept | given | {"csrf_token": found.fields["csrf_token"]}


def test_from_the_search_to_the_day(
    client: FlaskClient, session: Session, here: Programme, autumn: Event, people: list[Person]
) -> None:
    people[2].email = None
    sit_down(client, session, here)
    shown = send(client, words="Please be quick")
    assert "2 people are asked." in shown.text
    assert "1 person has no mail address: ask them yourself." in shown.text
    assert "0 of 3 people have answered." in shown.text
    guest = guest_of(session, people[1])
    client.delete_cookie("session")
    asked = page(client, link(guest))
    assert "Amman time (UTC+3)" in asked.text
    assert "Please be quick" in asked.text
    assert session.scalar(select(Response)) is None  # looking answers nothing
    missing = client.post(link(guest), data=votes(asked, "yes"))
    assert missing.status_code == 422
    assert "Say yes, if need be, or no." in missing.text
    answer = client.post(
        link(guest), data=votes(asked, "yes", "if_need_be", "no") | {"note": "Late is fine"}
    )
    assert answer.status_code == 303
    assert "Your answer is kept" in page(client, answer.location).text
    sit_down_again(client, session, here)
    poll = session.scalars(select(Poll)).one()
    assert "A poll is open" in page(client, "/en/programmes/here/desk/").text
    result = page(client, f"{EVENT}polls/{poll.uuid}/")
    assert "1 of 3 people have answered" in result.text
    assert "Kerstin Berg: sent" in result.text
    assert "Late is fine" in result.text
    pick = next(path for path in result.links if "/slots/" in path)
    form = page(client, pick)
    done = client.post(pick, data=form.fields | {"inviting": "coming"})
    assert done.status_code == 303, done.text
    after = page(client, done.location)
    assert "The day is fixed, and the poll is closed." in after.text
    session.expire_all()
    assert autumn.starts_local is not None
    assert autumn.starts_local != datetime(2026, 9, 16, 23)
    assert "The time is found" in page(client, link(guest)).text


def sit_down_again(client: FlaskClient, session: Session, here: Programme) -> None:
    person = session.scalars(select(Person).where(Person.name == "Kerstin Berg")).one()
    sign_in(client, session, person)


def test_what_is_wrong_keeps_what_was_typed(
    client: FlaskClient, session: Session, here: Programme, people: list[Person]
) -> None:
    sit_down(client, session, here)
    found = send(client, day3="", time3="", words="Please be quick")
    assert "A poll needs 3 times at least" in found.text
    assert "Please be quick" in found.source
    assert session.scalar(select(Poll)) is None
    assert "Give both a day and a time" in send(client, time3="").text


def test_own_page_and_home_lead_to_it(
    client: FlaskClient, session: Session, here: Programme, people: list[Person]
) -> None:
    sit_down(client, session, here)
    send(client)
    guest = guest_of(session, people[0])
    sign_in(client, session, people[0])
    own = f"/en/my/polls/{guest.uuid}/"
    assert own in page(client, "/en/home/").links
    found = page(client, own)
    assert client.post(own, data=votes(found, "yes", "yes", "yes")).status_code == 303
    other = guest_of(session, people[1])
    assert client.get(f"/en/my/polls/{other.uuid}/").status_code == 404


def test_a_wrong_link_is_none_and_a_deleted_poll_says_so(
    client: FlaskClient, session: Session, here: Programme, people: list[Person]
) -> None:
    sit_down(client, session, here)
    send(client)
    guest = guest_of(session, people[0])
    assert client.get(f"/en/polls/{guest.uuid}/{'x' * 43}/").status_code == 404
    poll = session.scalars(select(Poll)).one()
    here_it_is = f"{EVENT}polls/{poll.uuid}/"
    after = press(client, here_it_is, f"{here_it_is}deletion")
    assert "is deleted" in after.text
    gone = client.get(link(guest))
    assert gone.status_code == 410
    assert "not open any more" in gone.text
    back = press(client, TIMES, action(after, "/restoration"))
    assert "there again" in back.text
    closed = press(client, here_it_is, f"{here_it_is}closing")
    assert "The poll is closed." in closed.text
    assert "This poll is closed" in page(client, link(guest)).text


def test_assistants_learn_no_discreet_name_and_such_readers_no_event(
    client: FlaskClient, session: Session, here: Programme, people: list[Person]
) -> None:
    people[1].discreet, people[1].name = True, "Hidden"
    session.commit()
    sit_down(client, session, here, MembershipRole.ASSISTANT)
    shown = send(client)
    assert "A participant" in shown.text
    for word in ("Hidden", "Amman", "Jordan"):
        assert word not in shown.source
    asked = page(client, link(guest_of(session, people[1])))
    for word in ("Autumn", "Programme", "Hidden"):
        assert word not in asked.text


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
    for number in range(count):
        make.participation(autumn, make.person(here, name=f"Guest {number}"))
    session.commit()
    sit_down(client, session, here)
    send(client)
    poll = session.scalars(select(Poll)).one()
    shown = f"{EVENT}polls/{poll.uuid}/"
    client.get(shown)
    pick = next(path for path in page(client, shown).links if "/slots/" in path)
    for path in (shown, NEW, TIMES, link(poll.guests[0]), pick):
        with _statements(app) as statements:
            assert client.get(path).status_code == 200
        assert len(statements) <= MOST, "\n".join([path, *statements])
    assert session.scalars(select(Mail).where(Mail.kind == "poll")).first() is not None
