"""The outbox in the browser: what coordinators see of the mail, and nobody else."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.core.mail import Link, Reason, Result, Site, Stage, token
from mmp.jobs.housekeeping import keep_house
from mmp.models import Mail, MailAttempt, Membership, Person
from mmp.models.enums import MembershipRole, Strength
from mmp.models.mail import MailState
from mmp.services import outbox
from mmp.services.inbound import receive
from mmp.services.sign_in import PURPOSE
from tests.core.inbound.mails import shape
from tests.support.door import NOW, sign_in
from tests.support.factories import Factory
from tests.web.html import Page, page
from tests.web.test_queries import MOST, _statements

SECRET = "a secret key for the tests alone"
LIST = "/en/outbox/"


class Scene:
    """A coordinator, a mentor she writes to, and a stranger's programme."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.make = make = Factory(session)
        self.here = make.programme(slug="here", name={"en": "Bridges", "ar": "جسور"})
        self.there = make.programme(slug="there")
        self.chief = make.person(self.here, MembershipRole.COORDINATOR, name="Cora Lind")
        self.mentor = make.person(self.here, name="Lina Haddad", email="lina@example.org")
        self.stranger = make.person(self.there, name="Someone Else")
        session.commit()

    def put(self, person: Person | None = None, **values: Any) -> Mail:
        given: dict[str, Any] = {
            "kind": "test",
            "template": "test",
            "parameters": {"asked_at": NOW},
            "programme": self.here,
        }
        mail = outbox.enqueue(
            self.session,
            now=NOW,
            person=person or self.mentor,
            dedupe_key=str(uuid4()),
            **given | values,
        )
        self.session.commit()
        return mail


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.fixture
def chief(scene: Scene, client: FlaskClient, session: Session) -> FlaskClient:
    sign_in(client, session, scene.chief)
    return client


def _text(found: Page) -> str:
    return " ".join(found.text.split())


def _path(mail: Mail, language: str = "en") -> str:
    return f"/{language}/outbox/{mail.uuid}/"


def test_every_mail_of_the_programme_newest_first(scene: Scene, chief: FlaskClient) -> None:
    assert "No mail has been written yet." in _text(page(chief, LIST))
    first = scene.put()
    second = scene.put(
        kind="event_moved", due_at=NOW + timedelta(hours=3), event=scene.make.event(scene.here)
    )
    foreign = scene.put(scene.stranger, programme=scene.there)
    found = page(chief, LIST)
    text = _text(found)
    assert "Mail is kept in this installation, none is sent." in text
    assert "Lina Haddad" in text
    assert "lina@example.org" not in found.source
    assert "An event has moved" in text
    assert "19 June 2026, 13:00, Stockholm time (UTC+2)" in text
    assert found.links.index(_path(second)) < found.links.index(_path(first))
    assert _path(foreign) not in found.links


def test_what_became_of_it_stands_in_words(
    scene: Scene, chief: FlaskClient, session: Session
) -> None:
    refused, held = scene.put(), scene.put()
    refused.state, refused.reason, refused.ended_at = (
        MailState.FAILED,
        Reason.ADDRESS_REFUSED,
        NOW,
    )
    outbox.hold(session, mail=held, reason="restored from a backup")
    session.add(
        MailAttempt(
            mail_id=refused.id,
            at=NOW,
            worker="w",
            result=Result.STOPPED,
            stage=Stage.AUTH,
            code=535,
            text="5.7.8 No.",
        )
    )
    session.commit()
    text = _text(page(chief, LIST))
    assert "Failed The mail server refused the address." in text
    assert "Held back It may have left since the backup was made." in text
    assert "No mail leaves at the moment. Mail cannot be handed over until" in text
    assert "It said: 5.7.8 No." in text
    assert "It said: 5.7.8 No." in _text(page(chief, _path(refused)))


def test_a_mail_that_came_back_says_so(scene: Scene, chief: FlaskClient, session: Session) -> None:
    """Days after it was handed over, and with nobody's address refused."""
    mail = scene.put()
    mail.message_id = "<6f9619ff-8b86-4d01-b42d-00cf4fc964ff@example.org>"
    receive(session, now=NOW, octets=shape("bounce_postfix").replace(b"5.1.1", b"4.4.7"))
    session.commit()
    assert "A mail came back. It did not arrive: the mailbox is full" in _text(
        page(chief, _path(mail))
    )


def test_a_mail_with_its_words_and_its_looks(scene: Scene, chief: FlaskClient) -> None:
    scene.mentor.locale = "ar_JO"
    mail = scene.put()
    answer = chief.get(_path(mail))
    found = Page(answer.text)
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    (frame,) = [attributes for tag, attributes in found.tags if tag == "iframe"]
    assert frame["src"] == f"{_path(mail)}html"
    assert frame["sandbox"] == ""
    assert ("ar", "rtl") in {(a.get("lang"), a.get("dir")) for tag, a in found.tags if tag == "div"}
    framed = chief.get(frame["src"])
    policy = framed.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "style-src 'unsafe-inline'", "sandbox"} < set(policy)
    assert "frame-ancestors 'self'" in policy
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert framed.headers["Cache-Control"] == "no-store"
    assert '<html lang="ar" dir="rtl">' in framed.text
    assert "frame-src" not in chief.get(LIST).headers["Content-Security-Policy"]


def test_no_token_is_shown(scene: Scene, chief: FlaskClient, clock: FixedClock) -> None:
    of = uuid4()
    link = Link("/{language}/sign-in/links/{token}/", (PURPOSE, of))
    mail = scene.put(
        kind="sign_in",
        template="sign_in",
        programme=None,
        parameters={"link": link},
    )
    secret = token(SECRET, PURPOSE, of)
    for path in (LIST, _path(mail), f"{_path(mail)}html"):
        assert secret not in chief.get(path).text
    contents = outbox.compose(
        scene.session, mail, site=Site("http://127.0.0.1:8000", secret=SECRET), now=clock.now()
    )
    mail.octets, mail.frozen_at, mail.subject = contents.octets, NOW, contents.subject
    scene.session.commit()
    for path in (LIST, _path(mail), f"{_path(mail)}html"):
        text = chief.get(path).text
        assert secret not in text
        if path != LIST:
            assert "/en/sign-in/links/…/" in text


def test_a_pairs_mail_tells_only_that_it_went(
    scene: Scene, chief: FlaskClient, session: Session
) -> None:
    pair = scene.make.pair(scene.here, scene.mentor, scene.make.person(scene.here))
    talk = scene.make.event(scene.here, pair=pair, title={"en": "Between us"})
    mail = scene.put(kind="event_moved", event=talk)
    mail.subject = "Between us moves"
    session.commit()
    for path in (LIST, _path(mail)):
        found = page(chief, path)
        assert "About a pair’s talk" in found.text
        assert "Between us" not in found.source
        assert "moved" not in found.source
        assert not [tag for tag, _ in found.tags if tag == "iframe"]
    assert chief.get(f"{_path(mail)}html").status_code == 404


def test_a_mail_that_cannot_be_written_says_so(
    scene: Scene, chief: FlaskClient, session: Session
) -> None:
    waiting = [
        scene.put(template="gone"),
        scene.put(kind="event_moved", template="event_moved", parameters={"old": None}),
        scene.put(parameters={"asked_at": "no moment"}),
    ]
    for mail in waiting:
        assert "It cannot be written as things are" in _text(page(chief, _path(mail)))
        assert chief.get(f"{_path(mail)}html").status_code == 404
    outbox.cancel(session, now=NOW, mail=waiting[0], reason=Reason.SUPERSEDED)
    session.commit()
    found = page(chief, _path(waiting[0]))
    assert "It never went, and what it would have said cannot be shown any more" in _text(found)
    assert not [tag for tag, _ in found.tags if tag == "iframe"]


def test_forgotten_words_are_said_to_be(
    scene: Scene, chief: FlaskClient, session: Session, clock: FixedClock
) -> None:
    mail = scene.put()
    mail.state, mail.reason, mail.ended_at = MailState.SENT, Reason.ACCEPTED, NOW
    mail.frozen_at, mail.octets, mail.subject = NOW, b"Subject: x\r\n\r\nx", "Test of long ago"
    session.commit()

    def days_later(number: int) -> str:
        clock.set(NOW + timedelta(days=number))
        keep_house(session, clock)
        sign_in(chief, session, scene.chief, now=clock.now())
        return _text(page(chief, _path(mail)))

    forgotten = "the words of a mail are forgotten 90 days after it ended"
    assert forgotten not in days_later(89)
    text = days_later(91)
    assert forgotten in text
    assert "Test of long ago" in text
    assert "what it would say now" not in text
    assert chief.get(f"{_path(mail)}html").status_code == 404


def test_a_cancelled_mail_is_not_said_to_be_on_its_way(
    scene: Scene, chief: FlaskClient, session: Session
) -> None:
    mail = scene.put()
    assert "It has not gone yet" in _text(page(chief, _path(mail)))
    outbox.cancel(session, now=NOW, mail=mail, reason=Reason.SUPERSEDED)
    session.commit()
    assert "It never went: this is what it would say now." in _text(page(chief, _path(mail)))


@pytest.mark.parametrize("role", (*MembershipRole, None))
def test_nobody_else_finds_it(
    scene: Scene, client: FlaskClient, session: Session, role: MembershipRole | None
) -> None:
    mail = scene.put()
    if role in (MembershipRole.COORDINATOR, None):  # by a link from the mail; elsewhere
        who = scene.chief if role else scene.make.person(scene.there, MembershipRole.COORDINATOR)
        strength = Strength.LINK if role else Strength.STRONG
    else:
        who, strength = scene.make.person(scene.here, role), Strength.STRONG
    sign_in(client, session, who, strength=strength)
    for path in (_path(mail), f"{_path(mail)}html"):
        assert client.get(path).status_code == 404
    if role is None:
        assert _path(mail) not in page(client, LIST).links
    else:
        assert client.get(LIST).status_code == 404


def test_who_coordinates_here_and_assists_there_sees_here_alone(
    scene: Scene, chief: FlaskClient, session: Session
) -> None:
    session.add(
        Membership(programme=scene.there, person=scene.chief, role=MembershipRole.ASSISTANT)
    )
    session.commit()
    foreign = scene.put(scene.stranger, programme=scene.there)
    assert _path(foreign) not in page(chief, LIST).links
    assert chief.get(_path(foreign)).status_code == 404


def test_older_mail_is_a_page_further(scene: Scene, chief: FlaskClient) -> None:
    mails = [scene.put() for _ in range(51)]
    newest = page(chief, LIST)
    assert _path(mails[0]) not in newest.links
    (older,) = [link for link in newest.links if "before=" in link]
    found = page(chief, older)
    assert _path(mails[0]) in found.links
    assert _path(mails[1]) not in found.links
    for nonsense in ("0", "-1", "x", "9" * 30):
        assert _path(mails[50]) in page(chief, f"{LIST}?before={nonsense}").links


@pytest.mark.both_databases
def test_statements_do_not_grow(
    app: Flask, scene: Scene, chief: FlaskClient, session: Session
) -> None:
    counts = []
    for number in (1, 2, 47):
        mails = [
            scene.put(scene.make.person(scene.here), event=scene.make.event(scene.here))
            for _ in range(number)
        ]
        with _statements(app) as counted:
            assert chief.get(LIST).status_code == 200
            listed = len(counted)
            assert chief.get(_path(mails[0])).status_code == 200
        counts.append((listed, len(counted) - listed))
    assert len(set(counts)) == 1
    assert max(counts[0]) <= MOST


def test_in_arabic_and_by_its_short_address(scene: Scene, chief: FlaskClient) -> None:
    mail = scene.put()
    for path in ("/ar/outbox/", _path(mail, "ar")):
        assert not page(chief, path).latin_runs(), path
    answer = chief.get("/outbox/", headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.location) == (302, "/fr/outbox/")


def test_the_desk_leads_to_it(scene: Scene, chief: FlaskClient, session: Session) -> None:
    for path in ("/en/programmes/here/desk/", "/en/programmes/here/"):
        assert LIST in page(chief, path).links
    sign_in(chief, session, scene.make.person(scene.here, MembershipRole.ASSISTANT))
    assert LIST not in page(chief, "/en/programmes/here/desk/").links
