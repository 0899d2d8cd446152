"""Messages: written as typed, seen before they go, sent once, read by those they are for."""

import io
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Document, Event, Mail, Message, Person, Programme
from mmp.models.enums import MembershipRole, MessageState, Partstat
from tests.support.door import sign_in
from tests.support.factories import Factory
from tests.web.desk import action, fill_in, press, sit_down
from tests.web.html import page
from tests.web.test_queries import MOST, _statements

PATH = "/en/programmes/here/messages/"
EVENT = "/en/programmes/here/events/june/messages/"
TYPED = {"subject-en": "Before we meet", "text-en": "Bring a photo, {{ name }}."}


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def june(make: Factory, here: Programme) -> Event:
    return make.event(here, key="june")


@pytest.fixture
def anna(make: Factory, here: Programme) -> Person:
    return make.person(here, name="Anna Lind")


def one(session: Session) -> Message:
    session.expire_all()
    return session.scalars(select(Message)).one()


def test_from_the_first_word_to_the_readers_page(
    client: FlaskClient, session: Session, here: Programme, anna: Person
) -> None:
    sit_down(client, session, here)
    assert PATH in page(client, "/en/programmes/here/desk/").links
    status, draft = fill_in(client, f"{PATH}new/", more=TYPED)
    assert status == 200
    assert "2 people" in draft.text
    assert "Arabic is missing; nobody who gets it reads that." in draft.text
    path = f"{PATH}{one(session).uuid}/"
    framed = client.get(f"{path}html?person={anna.uuid}")
    assert "Bring a photo, Anna Lind." in framed.text
    assert "frame-ancestors 'self'" in framed.headers["Content-Security-Policy"]
    for _ in range(2):  # pressed twice it goes once
        answer = client.post(f"{path}sending", data=draft.fields)
        assert answer.status_code == 303
    assert len(session.scalars(select(Mail)).all()) == 2
    sent = page(client, f"{path}?person={anna.uuid}")
    assert "It was written to 2 people." in sent.text
    assert "Bring a photo" in sent.text
    mail = session.scalars(select(Mail).where(Mail.person_id == anna.id)).one()
    assert f"/en/outbox/{mail.uuid}/" in sent.links
    assert client.get(f"{path}edit/").status_code == 303
    sign_in(client, session, anna)
    own = page(client, f"/en/home/messages/{one(session).uuid}/")
    assert "Bring a photo, Anna Lind." in own.text


def test_what_was_typed_stays(client: FlaskClient, session: Session, here: Programme) -> None:
    sit_down(client, session, here)
    more = {"subject-en": "Hello", "text-ar": "{{ nmae }}", "roles": "mentor"}
    status, found = fill_in(client, f"{PATH}new/", more=more)
    assert status == 422
    assert "did you mean {{ name }}?" in found.text
    assert found.fields["subject-en"] == "Hello"
    assert "{{ nmae }}" in found.text
    ticked = {values.get("value") for tag, values in found.tags if "checked" in values}
    assert "mentor" in ticked
    status, found = fill_in(
        client, f"{PATH}new/", more={"subject-en": "A", "text-en": "{{ when }}"}
    )
    assert (status, "needs an event" in found.text) == (422, True)
    assert session.scalars(select(Message)).all() == []


def test_a_stale_edit_shows_both(
    client: FlaskClient, session: Session, here: Programme, anna: Person
) -> None:
    sit_down(client, session, here)
    fill_in(client, f"{PATH}new/", more=TYPED)
    path = f"{PATH}{one(session).uuid}/edit/"
    old = page(client, path).fields["version"]
    status, _found = fill_in(client, path, more=TYPED | {"subject-en": "Theirs"})
    assert status == 200
    mine = TYPED | {"subject-en": "Mine", "version": old, "people": str(anna.uuid)}
    status, found = fill_in(client, path, more=mine)
    assert status == 409
    words = " ".join(found.text.split())
    assert "Subject (English) Theirs Mine" in words
    assert "Anna Lind" in words
    assert one(session).subject == {"en": "Theirs"}
    status, _found = fill_in(client, path, more=mine | {"version": found.fields["version"]})
    assert (status, one(session).subject) == (200, {"en": "Mine"})
    assert one(session).audience == {"people": [str(anna.uuid)]}


def test_the_same_form_twice_makes_one(
    client: FlaskClient, session: Session, here: Programme
) -> None:
    sit_down(client, session, here)
    uuid = "5a4a4e5e-6a51-4a3d-8a3f-0a6f3a1f2b3c"
    for _ in range(2):
        status, _found = fill_in(client, f"{PATH}new/", more=TYPED, uuid=uuid)
        assert status == 200
    assert one(session).uuid == UUID(uuid)


def test_to_the_list_of_an_event(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    june: Event,
    anna: Person,
) -> None:
    make.participation(june, anna)
    make.participation(june, make.person(here, name="Bo Berg"), partstat=Partstat.DECLINED)
    make.person(here, name="Not Listed")
    sit_down(client, session, here)
    assert EVENT in page(client, "/en/programmes/here/events/june/people/").links
    fill_in(
        client,
        "/en/programmes/here/events/june/documents/",
        more={"title-en": "Pack", "language": "en", "file": (io.BytesIO(b"%PDF-1"), "pack.pdf")},
    )
    pack = session.scalars(select(Document)).one()
    more = TYPED | {"text-en": "{{ event }}", "attachments": str(pack.uuid)}
    status, draft = fill_in(client, f"{EVENT}new/", more=more)
    assert status == 200
    assert "pack.pdf" in draft.text
    assert "Bo Berg Said no." in " ".join(draft.text.split())
    assert "Not Listed" not in draft.text
    gone = press(client, f"{PATH}{one(session).uuid}/", f"{PATH}{one(session).uuid}/deletion")
    assert "thrown away" in gone.text
    assert session.scalars(select(Message)).all() == []
    back = action(gone, "putting-back")
    for _twice in range(2):
        client.post(back, data={"csrf_token": gone.fields["csrf_token"]})
    again = one(session)
    assert (again.text, again.event_id) == ({"en": "{{ event }}"}, june.id)
    assert [document.uuid for document in again.attachments] == [pack.uuid]
    text = page(client, f"{PATH}{again.uuid}/").text
    assert "pack.pdf" in text
    assert "Bo Berg Said no." in " ".join(text.split())


def test_assistants_and_others_write_none(
    client: FlaskClient, session: Session, make: Factory, here: Programme, june: Event
) -> None:
    sit_down(client, session, here, MembershipRole.ASSISTANT)
    people = page(client, "/en/programmes/here/events/june/people/")
    assert not [link for link in people.links if "/messages/" in link]
    for path in (PATH, f"{PATH}new/", EVENT):
        assert client.get(path).status_code == 404


@pytest.mark.both_databases
def test_statements_do_not_grow(
    app: Flask, client: FlaskClient, session: Session, make: Factory
) -> None:
    counts: dict[str, list[int]] = {}
    for number in (1, 3, 50):
        programme = make.programme(slug=f"many-{number}")
        june = make.event(programme, key="june")
        with make.at_once():
            for _ in range(number):
                person = make.person(programme)
                make.participation(june, person)
                make.pair(programme, person, make.person(programme))
        sit_down_in(client, session, make, programme)
        root = f"/en/programmes/many-{number}"
        fill_in(client, f"{root}/events/june/messages/new/", more=TYPED)
        newest = session.scalars(select(Message.uuid).order_by(Message.id.desc())).first()
        path = f"{root}/messages/{newest}/"
        draft = page(client, path)
        places = [f"{root}/messages/", f"{root}/events/june/messages/new/", f"{path}edit/", path]
        for place in places:
            count(app, client, counts, place, root, path)
        client.post(f"{path}sending", data=draft.fields)
        count(app, client, counts, f"{path}?", root, path)
        session.rollback()
    assert {place: numbers for place, numbers in counts.items() if max(numbers) > MOST} == {}
    assert {place: numbers for place, numbers in counts.items() if numbers[1] != numbers[2]} == {}
    assert session.scalars(select(Message.state)).all() == [MessageState.SENT] * 3


def count(
    app: Flask,
    client: FlaskClient,
    counts: dict[str, list[int]],
    place: str,
    root: str,
    path: str,
) -> None:
    with _statements(app) as counted:
        assert client.get(place).status_code == 200, place
    name = place.replace(path, "message/").replace(root, "")
    counts.setdefault(name, []).append(len(counted))


def sit_down_in(client: FlaskClient, session: Session, make: Factory, programme: Programme) -> None:
    sign_in(client, session, make.person(programme, MembershipRole.COORDINATOR))
