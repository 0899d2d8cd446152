"""What coordinators do for somebody who asked: a consent, discreet mode, being erased."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models import Consent, Membership, Participation, Person, Programme
from mmp.models.enums import Entry, MembershipRole, MembershipStatus
from tests.support.door import NOW, sign_in
from tests.support.factories import Factory, timed
from tests.web.desk import sit_down
from tests.web.html import Page, page

PEOPLE = "/en/programmes/here/people/"
BUTTON = "Erase them for good"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def lina(make: Factory, here: Programme) -> Person:
    return make.person(here, name="Lina Haddad", email="lina@example.org")


def post(client: FlaskClient, lina: Person, to: str, **typed: str) -> Page:
    path = f"{PEOPLE}{lina.uuid}/"
    token = page(client, f"{path}privacy/").fields["csrf_token"]
    answer = client.post(path + to, data={"csrf_token": token, **typed})
    return page(client, answer.location) if answer.status_code == 303 else Page(answer.text)


def test_what_one_was_told_is_dated_and_says_who_wrote_it_down(
    client: FlaskClient, session: Session, here: Programme, lina: Person
) -> None:
    sit_down(client, session, here)
    found = page(client, PEOPLE)
    for given in ("yes", "yes", "no"):
        found = post(client, lina, "privacy/consents/alumni-contact/", given=given)
    assert "written down by Kerstin Berg" in " ".join(found.text.split())
    rows = session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [row.given for row in rows] == [True, False]
    assert {row.noted_by.name for row in rows if row.noted_by} == {"Kerstin Berg"}
    assert "written down by Kerstin Berg" in page(client, f"{PEOPLE}{lina.uuid}/").text
    post(client, lina, "privacy/consents/nonsense/", given="yes")
    post(client, lina, "privacy/consents/photo/", given="perhaps")
    assert len(session.scalars(select(Consent)).all()) == 2


def test_discreet_mode_goes_on_and_off(
    client: FlaskClient, session: Session, here: Programme, lina: Person
) -> None:
    sit_down(client, session, here)
    assert "Discreet mode is on." in post(client, lina, "privacy/discreet/", discreet="yes").text
    session.refresh(lina)
    assert lina.discreet
    post(client, lina, "privacy/discreet/", discreet="nonsense")
    assert "Discreet mode is off." in post(client, lina, "privacy/discreet/", discreet="no").text
    session.refresh(lina)
    assert not lina.discreet


def test_who_asks_is_erased_once_and_who_waited_has_the_seat(
    client: FlaskClient, session: Session, make: Factory, here: Programme, lina: Person
) -> None:
    ahead = (NOW + timedelta(days=30)).replace(tzinfo=None)
    event = make.event(here, timed(ahead), capacity=1)
    make.participation(event, lina)
    erik = make.person(here, name="Erik Lund")
    make.participation(event, erik, entry=Entry.WAITING, waiting_since=NOW)
    sit_down(client, session, here)
    path = f"{PEOPLE}{lina.uuid}/erasure/"
    asked = page(client, path)
    assert "Their place in 1 event to come" in asked.text
    assert "What stays" in asked.text
    for _time in range(2):
        answer = client.post(path, data={"csrf_token": asked.fields["csrf_token"]})
        assert (answer.status_code, answer.location) == (303, PEOPLE)
    session.expire_all()
    assert (lina.erased_at, lina.email) == (NOW, None)
    (row,) = session.scalars(select(Participation)).all()
    assert (row.person.name, row.entry) == ("Erik Lund", Entry.INVITED)
    assert client.get(path).status_code == 404
    assert "Lina Haddad" not in page(client, f"{PEOPLE}?standing=everybody").text


def test_erasing_takes_a_password_of_just_now(
    client: FlaskClient, session: Session, here: Programme, lina: Person, clock: FixedClock
) -> None:
    sit_down(client, session, here)
    clock.advance(timedelta(hours=1))
    found = page(client, f"{PEOPLE}{lina.uuid}/erasure/")
    assert BUTTON not in found.text
    assert any("/account/proof/" in link for link in found.links)
    post(client, lina, "erasure/")
    session.refresh(lina)
    assert lina.erased_at is None


def test_who_cannot_be_erased_here(
    client: FlaskClient, session: Session, make: Factory, here: Programme, lina: Person
) -> None:
    there = make.programme(slug="there")
    session.add(Membership(programme=there, person=lina, role=MembershipRole.MENTOR))
    chief = sit_down(client, session, here)
    for person, why in ((lina, "a programme that is not yours"), (chief, "your own page")):
        found = page(client, f"{PEOPLE}{person.uuid}/erasure/")
        assert why in found.text
        assert BUTTON not in found.text
        assert why in post(client, person, "erasure/").text
        session.refresh(person)
        assert person.erased_at is None


def test_others_find_no_such_page(
    client: FlaskClient, session: Session, make: Factory, here: Programme, lina: Person
) -> None:
    path = f"{PEOPLE}{lina.uuid}/"
    sit_down(client, session, here, MembershipRole.ASSISTANT)
    assert [client.get(path + one).status_code for one in ("privacy/", "erasure/")] == [404, 404]
    assert "privacy/" not in page(client, path).source
    there = make.programme(slug="there")
    sign_in(client, session, make.person(there, MembershipRole.COORDINATOR))
    token = page(client, "/en/home/privacy/").fields["csrf_token"]
    for slug in ("here", "there"):
        base = f"/en/programmes/{slug}/people/{lina.uuid}/"
        assert client.get(f"{base}privacy/").status_code == 404
        for to in ("privacy/consents/photo/", "privacy/discreet/", "erasure/"):
            typed = {"csrf_token": token, "given": "yes", "discreet": "yes"}
            assert client.post(base + to, data=typed).status_code == 404
    assert session.scalars(select(Consent)).all() == []


@pytest.mark.parametrize(("agreed", "reached"), (("", False), ("no", False), ("yes", True)))
def test_the_file_has_addresses_of_alumni_who_agreed(
    client: FlaskClient,
    session: Session,
    here: Programme,
    lina: Person,
    agreed: str,
    reached: bool,
) -> None:
    sit_down(client, session, here)
    for part in lina.memberships:
        part.status = MembershipStatus.ALUMNI
    session.commit()
    if agreed:
        post(client, lina, "privacy/consents/alumni-contact/", given=agreed)
    text = client.get(f"{PEOPLE[:-1]}.csv?standing=alumni").text
    assert "Lina Haddad" in text
    assert ("lina@example.org" in text) is reached
