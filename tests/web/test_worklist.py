"""The worklist: what a coordinator sees of the mail that came in, and does about it."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import (
    Event,
    InboundMail,
    Membership,
    Participation,
    Person,
    Programme,
    SuppressedAddress,
)
from mmp.models.enums import (
    AnswerVia,
    AttendanceForm,
    Entry,
    EventForm,
    InboundKind,
    InboundState,
    MembershipRole,
    Partstat,
    Strength,
)
from mmp.services.inbound import receive
from tests.core.inbound.mails import answer, shape
from tests.support.door import NOW, sign_in
from tests.support.factories import Factory, timed
from tests.web.html import page
from tests.web.test_queries import MOST, _statements

PATH = "/en/worklist/"
FORGED = answer().replace(b"From: Lina <lina@", b"From: Lina <eve@")


class Scene:
    """A coordinator, Lina who was asked to an event, Omar who was not."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.make = make = Factory(session)
        self.here = make.programme(slug="here", languages=["ar", "en"])
        self.chief = make.person(self.here, MembershipRole.COORDINATOR, name="Cora Lind")
        self.lina = make.person(self.here, name="Lina Haddad", email="lina@example.org")
        self.omar = make.person(self.here, name="Omar Said", email="omar@example.org")
        self.event = self.add_event(self.here, "event-1@mmp")
        self.place = make.participation(self.event, self.lina, partstat=Partstat.NEEDS_ACTION)
        session.commit()

    def add_event(self, programme: Programme, uid: str) -> Event:
        when = timed(datetime(2026, 10, 15, 14))
        return self.make.event(programme, when, uid=uid, title={"en": "Second meeting"})

    def receive(self, octets: bytes) -> InboundMail:
        row = receive(self.session, now=NOW, octets=octets)
        self.session.commit()
        return row


@pytest.fixture
def scene(session: Session, app: Flask) -> Scene:
    app.config["WTF_CSRF_ENABLED"] = False
    return Scene(session)


@pytest.fixture
def chief(scene: Scene, client: FlaskClient, session: Session) -> FlaskClient:
    sign_in(client, session, scene.chief)
    return client


def _text(client: FlaskClient, path: str = PATH) -> str:
    return " ".join(page(client, path).text.split())


def _act(client: FlaskClient, row: InboundMail, act: str) -> str:
    answered = client.post(f"/en/worklist/{row.uuid}/{act}")
    assert (answered.status_code, answered.location) == (303, PATH)
    return _text(client)


def test_nothing_waits(chief: FlaskClient) -> None:
    text = _text(chief)
    assert "Nothing waits for you." in text
    assert "What else came in" not in text


@pytest.mark.parametrize(
    ("mail", "said"),
    (
        (
            FORGED,
            "“Yes” to Second meeting, for Lina Haddad. The answer is for somebody else than",
        ),
        (
            FORGED.replace(b"mailto:lina@", b"mailto:who@"),
            "“Yes” to Second meeting, for who@example.org. The answer is for somebody else",
        ),
        (
            shape("counter"),
            "Another time for Second meeting. 15 October 2026, 17:00, Amman time (UTC+3)",
        ),
        (shape("counter"), "Could we begin two hours later?"),
        (
            shape("delegation"),
            "Wants omar@example.org to come to Second meeting in their place. Only you can invite",
        ),
        (answer("UID:x"), "to an event that is not known here. It is about nothing in these"),
        (shape("letter"), "Re: Second meeting I would love to come, but is there a lift"),
        (shape("bounce_postfix"), "A mail came back. It is about a mail that was not sent"),
        (answer("SEQUENCE:many"), "An answer It is broken and cannot be read."),
        (b"", "Somebody A mail without a subject"),
        (b"From: Eve <eve@example.org>\r\n\r\n<script>", "Eve (eve@example.org)"),
        (answer("DTSTART:x", method="COUNTER"), "Another time for Second meeting. Only you"),
        (answer("DTSTART:20261015T120000", method="COUNTER"), "Another time for Second meeting."),
    ),
)
def test_every_kind_in_plain_words(
    scene: Scene, chief: FlaskClient, mail: bytes, said: str
) -> None:
    scene.receive(mail)
    assert said in _text(chief)
    for language in ("ar", "fr"):
        assert page(chief, f"/{language}/worklist/").text


def test_links_lead_to_where_it_is_mended(scene: Scene, chief: FlaskClient) -> None:
    scene.receive(shape("counter"))
    scene.receive(FORGED)
    place = f"/en/programmes/here/events/{scene.event.key}/"
    html = chief.get(PATH).text
    for words, link in (("Change the event", "edit/"), ("See the list", "people/")):
        assert re.findall(rf'href="([^"]+)">{words}', html) == [place + link]


def test_what_somebody_wrote_is_no_markup(scene: Scene, chief: FlaskClient) -> None:
    evil = b"From: <x@example.org>\r\nSubject: <b>x</b>\r\n\r\n<script>alert(1)</script>"
    scene.receive(evil)
    html = chief.get(PATH).text
    assert "<script>alert" not in html
    assert "<b>x" not in html
    assert 'href="mailto:x@example.org"' in html


def test_an_answer_is_taken_on_the_coordinators_word(scene: Scene, chief: FlaskClient) -> None:
    row = scene.receive(FORGED)
    for _ in range(2):
        assert "The answer was taken." in _act(chief, row, "answer")
    scene.session.expire_all()
    place = scene.place
    assert (place.partstat, place.answered_via) == (Partstat.ACCEPTED, AnswerVia.COORDINATOR)
    assert place.form is AttendanceForm.ONLINE
    assert (row.state, row.handled_by, row.handled_at) == (InboundState.DONE, scene.chief, NOW)
    assert "Seen to by Cora Lind." in _text(chief)


def test_a_no_has_no_place_to_sit(scene: Scene, chief: FlaskClient) -> None:
    scene.event.form = EventForm.HYBRID
    row = scene.receive(FORGED.replace(b"ACCEPTED", b"DECLINED"))
    _act(chief, row, "answer")
    scene.session.expire_all()
    assert (scene.place.partstat, scene.place.form) == (Partstat.DECLINED, None)


def test_a_stranger_comes_onto_the_list(scene: Scene, chief: FlaskClient) -> None:
    comment = "COMMENT:" + "x" * 500
    row = scene.receive(answer(comment).replace(b"lina@", b"Nadia.Berg@"))
    assert "The invitation may have been forwarded." in _text(chief)
    for _ in range(2):
        assert "Lina is on the list now." in _act(chief, row, "place")  # as the mail names her
    person = scene.session.scalars(
        select(Person).where(Person.email == "nadia.berg@example.org")
    ).one()
    assert (person.key, person.zone, person.locale) == ("nadia-berg", "Europe/Stockholm", "ar")
    place = scene.session.scalars(select(Participation).where(Participation.person == person)).one()
    assert (place.entry, place.partstat) == (Entry.INVITED, Partstat.ACCEPTED)
    assert place.answer_note == "x" * 300
    part = scene.session.scalars(select(Membership).where(Membership.person == person)).one()
    assert (part.programme, part.role) == (scene.here, MembershipRole.GUEST)


def test_who_is_known_keeps_their_part(scene: Scene, chief: FlaskClient) -> None:
    row = scene.receive(answer().replace(b"lina@", b"omar@"))
    assert "Omar Said is on the list now." in _act(chief, row, "place")
    parts = scene.session.scalars(select(Membership).where(Membership.person == scene.omar)).all()
    assert [part.role for part in parts] == [MembershipRole.MENTOR]


@pytest.mark.parametrize(
    ("mail", "act", "said"),
    (
        (shape("letter"), "answer", "This cannot be taken as an answer."),
        (answer("UID:x"), "answer", "This cannot be taken as an answer."),
        (answer("RECURRENCE-ID:20261015T120000Z"), "answer", "This cannot be taken"),
        (shape("counter"), "place", "Nobody can be put on a list for this."),
        (FORGED, "place", "Nobody can be put on a list for this."),
        (FORGED.replace(b"mailto:lina@", b"mailto:omar@"), "place", "Nobody can be put"),
    ),
)
def test_what_cannot_be_done_is_said(
    scene: Scene, chief: FlaskClient, mail: bytes, act: str, said: str
) -> None:
    row = scene.receive(mail)
    assert said in _act(chief, row, act)
    scene.session.refresh(row)
    assert row.state is InboundState.OPEN


def test_done_is_off_the_list(scene: Scene, chief: FlaskClient) -> None:
    row = scene.receive(shape("letter"))
    for _ in range(2):
        assert "It is off the list." in _act(chief, row, "done")
    assert "Nothing waits for you." in _text(chief)


def test_what_was_taken_by_itself_is_told(scene: Scene, chief: FlaskClient) -> None:
    scene.receive(shape("google"))
    scene.receive(answer("DTSTAMP:20260101T000000Z"))
    scene.receive(shape("out_of_office"))
    text = _text(chief)
    assert "“Yes” to Second meeting. Taken by itself." in text
    assert "There is a newer answer." in text
    assert "An automatic reply" in text


def test_an_address_is_let_go_again(scene: Scene, chief: FlaskClient) -> None:
    row = SuppressedAddress(address="lina@example.org", since=NOW, code="5.1.1", text="No such")
    scene.session.add(row)
    scene.session.commit()
    text = _text(chief)
    assert "Addresses that get no mail" in text
    assert "Lina Haddad lina@example.org" in text
    path = f"/en/suppressed-addresses/{row.uuid}/lifting"
    assert chief.post(path).status_code == 303
    assert "Mail goes to Lina Haddad again." in _text(chief)
    assert scene.session.scalar(select(SuppressedAddress.id)) is None
    assert chief.post(path).status_code == 404


def test_a_bounce_names_whose_mail_came_back(scene: Scene, chief: FlaskClient) -> None:
    row = scene.receive(shape("bounce_postfix"))
    row.person = scene.lina
    scene.session.commit()
    assert "A mail to Lina Haddad came back." in _text(chief)


def test_a_pairs_talk_stays_theirs(scene: Scene, chief: FlaskClient) -> None:
    talk = scene.add_event(scene.here, "talk@mmp")
    talk.pair = scene.make.pair(scene.here, scene.lina, scene.omar)
    talk.title = {"en": "A private matter"}
    scene.make.participation(talk, scene.lina)
    row = scene.receive(answer("UID:talk@mmp", "COMMENT:Secret words").replace(b"Lina <l", b"E <e"))
    proposed = answer("UID:talk@mmp", "DTSTART:20261016T100000Z", method="COUNTER")
    scene.receive(proposed)
    scene.receive(answer("UID:talk@mmp"))
    text = _text(chief)
    assert "About a pair’s talk" in text
    for word in ("A private matter", "Secret words", "ina@example.org", "Lina", "16 October"):
        assert word not in text
    assert "This cannot be taken" in _act(chief, row, "answer")
    assert "Nobody can be put" in _act(chief, row, "place")


def test_each_coordinator_sees_their_own(
    scene: Scene, chief: FlaskClient, session: Session
) -> None:
    there = scene.make.programme(slug="there")
    scene.make.person(there, name="Far Away", email="far@example.org")
    scene.add_event(there, "far@mmp")
    theirs = scene.receive(answer("UID:far@mmp"))
    letter = scene.receive(shape("letter").replace(b"lina@", b"far@"))
    unknown = scene.receive(shape("letter").replace(b"lina@", b"who@"))
    nobodys = scene.make.person(email="no@example.org")
    homeless = scene.receive(shape("letter").replace(b"lina@", b"no@"))
    session.add(SuppressedAddress(address="far@example.org", since=NOW))
    session.commit()
    text = _text(chief)
    assert "far@" not in text
    assert "who@example.org" in text
    assert nobodys.name in text
    for row, status in ((theirs, 404), (letter, 404), (unknown, 303), (homeless, 303)):
        assert chief.post(f"/en/worklist/{row.uuid}/done").status_code == status
    hidden = session.scalars(select(SuppressedAddress)).one()
    assert chief.post(f"/en/suppressed-addresses/{hidden.uuid}/lifting").status_code == 404


@pytest.mark.parametrize(
    ("role", "strength"),
    (
        *((role, Strength.STRONG) for role in MembershipRole if role.value != "coordinator"),
        (MembershipRole.COORDINATOR, Strength.LINK),
    ),
)
def test_nobody_else_sees_anything(
    scene: Scene,
    client: FlaskClient,
    session: Session,
    role: MembershipRole,
    strength: Strength,
) -> None:
    row = scene.receive(FORGED)
    sign_in(client, session, scene.make.person(scene.here, role), strength=strength)
    assert client.get(PATH).status_code == 404
    for act in ("answer", "place", "done"):
        assert client.post(f"/en/worklist/{row.uuid}/{act}").status_code == 404
    session.refresh(row)
    assert row.state is InboundState.OPEN


@pytest.mark.parametrize("count", (1, 3, 50))
def test_as_many_statements_however_many_mails(
    app: Flask, scene: Scene, chief: FlaskClient, session: Session, count: int
) -> None:
    for number in range(count):
        person = scene.make.person(scene.here, email=f"p{number}@example.org")
        scene.make.participation(scene.event, person)
        session.add(SuppressedAddress(address=f"p{number}@example.org", since=NOW))
        scene.receive(FORGED.replace(b"mailto:lina@", b"mailto:p%d@" % number))
        scene.receive(answer(head=f"X: {number}"))
    with _statements(app) as statements:
        assert chief.get(PATH).status_code == 200
    assert len(statements) <= MOST


def test_the_desk_says_that_mail_waits(scene: Scene, chief: FlaskClient) -> None:
    desk = "/en/programmes/here/desk/"
    assert "that came in" not in _text(chief, desk)
    scene.receive(FORGED)
    assert "1 mail that came in waits for you" in _text(chief, desk)


def test_more_than_fits_is_counted(scene: Scene, chief: FlaskClient) -> None:
    for number in range(52):
        row = InboundMail(
            fingerprint=str(number),
            received_at=NOW + timedelta(minutes=number),
            kind=InboundKind.OTHER,
            state=InboundState.OPEN,
            reason="letter",
        )
        scene.session.add(row)
    scene.session.commit()
    assert "2 more appear when these are done." in _text(chief)
