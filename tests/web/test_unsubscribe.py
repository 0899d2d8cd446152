"""The way out of reminders and messages: by the mail's own address, by a mail program, on the
account's page."""

from email import message_from_bytes
from email.message import Message
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.core.mail import Reason, Site, fill_in, unsubscribe_path, unsubscribe_token
from mmp.models import HistoryEntry, Mail, OptOut, Person, Programme
from mmp.models.mail import MailState
from mmp.services import outbox
from mmp.services.outbox.contents import WAY_OUT
from tests.support.door import NOW, sign_in
from tests.support.factories import Factory
from tests.web.html import page

SECRET = "a secret key for the tests alone"


class Scene:
    """A mentor with a reminder, an invitation and a sign-in mail that wait."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.make = Factory(session)
        self.here = self.make.programme(slug="here", name={"en": "Bridges", "ar": "جسور"})
        self.mentor = self.make.person(self.here, name="Lina Haddad", email="lina@example.org")
        self.other = self.make.person(self.here)
        self.message = self.put(optional=True)
        self.invitation = self.put()
        self.of_another = self.put(person=self.other, optional=True)

    def put(self, **values: Any) -> Mail:
        given: dict[str, Any] = {
            "kind": "test",
            "template": "test",
            "parameters": {"asked_at": NOW},
            "person": self.mentor,
            "programme": self.here,
        }
        mail = outbox.enqueue(self.session, now=NOW, dedupe_key=str(uuid4()), **given | values)
        self.session.commit()
        return mail

    def path(
        self, person: Person | None = None, programme: Programme | None = None, lang: str = "en"
    ) -> str:
        person, programme = person or self.mentor, programme or self.here
        token = unsubscribe_token(SECRET, person=person.uuid, programme=programme.uuid)
        return unsubscribe_path(lang, person=person.uuid, slug=programme.slug, token=token)

    def states(self) -> list[MailState]:
        self.session.expire_all()
        return [mail.state for mail in (self.message, self.invitation, self.of_another)]


ALL_WAIT = [MailState.DUE, MailState.DUE, MailState.DUE]
ONE_OFF = [MailState.CANCELLED, MailState.DUE, MailState.DUE]


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.mark.both_databases
def test_looking_changes_nothing_the_button_does_and_can_be_undone(
    scene: Scene, client: FlaskClient, session: Session, clock: FixedClock
) -> None:
    answer = client.get(scene.path())
    assert answer.status_code == 200
    assert client.head(scene.path()).status_code == 200
    assert scene.states() == ALL_WAIT
    assert "Do you want no more of them?" in answer.text
    assert "Bridges" in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    answer = client.post(scene.path(), data={"wish": "stop"})
    assert answer.status_code == 303
    assert scene.states() == ONE_OFF
    assert client.post(scene.path(), data={"wish": "stop"}).status_code == 303  # as once
    assert scene.message.reason == Reason.OPTED_OUT
    found = client.get(answer.location).text
    assert "No more reminders and messages come to you." in found
    assert len(session.scalars(select(OptOut)).all()) == 1
    answer = client.post(scene.path(), data={"wish": "again"})
    assert "They come again, as before." in client.get(answer.location).text
    assert scene.states() == ALL_WAIT
    assert not session.scalars(select(OptOut)).all()
    did = [entry.action for entry in session.scalars(select(HistoryEntry))]
    assert did.count("opted_out") == 1
    assert did.count("opted_in") == 1


@pytest.mark.parametrize("multipart", (True, False))
def test_a_mail_program_does_it_with_one_click(
    scene: Scene, client: FlaskClient, multipart: bool
) -> None:
    """RFC 8058, section 3.1: both encodings, no cookies; no redirection comes back."""
    answer = client.post(
        scene.path(),
        data={"List-Unsubscribe": "One-Click"},
        content_type="multipart/form-data" if multipart else "application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    assert "No more reminders and messages come to you." in answer.text
    assert "Set-Cookie" not in answer.headers
    assert scene.states() == ONE_OFF


def test_what_the_mail_offers_leads_there(
    scene: Scene, client: FlaskClient, session: Session
) -> None:
    """The header of the mail, as it leaves; of one that has to come there is none."""
    site = Site("http://127.0.0.1:8000", secret=SECRET)

    def sent(mail: Mail) -> Message:
        contents = outbox.compose(session, mail, site=site, now=NOW)
        return message_from_bytes(fill_in(contents.octets, outbox.secrets_in(mail, site=site)))

    header = sent(scene.message)["List-Unsubscribe"]
    assert header == f"<{site.base_url}{scene.path()}>"
    assert sent(scene.invitation)["List-Unsubscribe"] is None
    client.post(header.strip("<>"), data={"List-Unsubscribe": "One-Click"})
    assert scene.states() == ONE_OFF


def test_a_mail_that_names_no_programme_has_a_way_out_too(
    scene: Scene, client: FlaskClient, session: Session
) -> None:
    """Not even in its address."""
    site = Site("http://127.0.0.1:8000", secret=SECRET)
    parameters = {"asked_at": NOW, WAY_OUT: str(scene.here.uuid)}
    mail = scene.put(programme=None, optional=True, parameters=parameters)
    mail.person.discreet = True
    session.commit()
    contents = outbox.compose(session, mail, site=site, now=NOW)
    sent = message_from_bytes(fill_in(contents.octets, outbox.secrets_in(mail, site=site)))
    path = sent["List-Unsubscribe"].strip("<>")
    page = client.get(path).text
    assert "here" not in path
    assert "/here/" not in page
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert session.scalars(select(OptOut)).one().programme_id == scene.here.id


def test_csrf_is_asked_for_everywhere_else(app: Flask) -> None:
    assert app.extensions["csrf"]._exempt_views == {"mmp.web.unsubscribe.unsubscribe"}
    assert not app.extensions["csrf"]._exempt_blueprints


def test_other_addresses_lead_nowhere(scene: Scene, client: FlaskClient, session: Session) -> None:
    there = scene.make.programme(slug="there")
    session.commit()
    right = scene.path()
    for wrong in (
        right.replace(str(scene.mentor.uuid), str(scene.other.uuid)),
        right.replace(str(scene.mentor.uuid), str(uuid4())),
        right.replace("/here/", "/there/"),
        right.replace("/here/", "/nowhere/"),
        right[:-2] + ("A" if right[-2] != "A" else "B") + "/",
    ):
        for answer in (client.get(wrong), client.post(wrong, data={"wish": "stop"})):
            assert answer.status_code == 404
    assert scene.states() == ALL_WAIT
    assert client.get(scene.path(programme=there)).status_code == 200


@pytest.mark.parametrize("language", ("ar", "fr"))
def test_in_other_languages(scene: Scene, client: FlaskClient, language: str) -> None:
    scene.mentor.name_native = "لينا حداد" if language == "ar" else None
    scene.session.commit()
    for wish in ("stop", "again"):
        found = page(client, scene.path(lang=language))
        if language == "ar":
            assert not found.latin_runs()
        answer = client.post(scene.path(lang=language), data={"wish": wish})
        assert answer.location.startswith(f"/{language}/")


def test_a_discreet_readers_page_names_nothing(scene: Scene, client: FlaskClient) -> None:
    scene.mentor.discreet = True
    scene.session.commit()
    text = client.get(scene.path()).text
    assert "Bridges" not in text
    assert "Lina" not in text


def test_the_same_choice_on_the_accounts_page(
    scene: Scene, client: FlaskClient, session: Session, app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    path = "/en/account/messages/here"
    assert client.post(path, data={"wish": "stop"}).location.startswith("/en/sign-in/")
    sign_in(client, session, scene.mentor)
    assert "they come" in client.get("/en/account/").text
    answer = client.post(path, data={"wish": "stop"})
    assert answer.location == "/en/account/#messages"
    assert scene.states() == ONE_OFF
    assert "they do not come" in client.get("/en/account/").text
    client.post(path, data={"wish": "again"})
    assert scene.states() == ALL_WAIT
    scene.make.programme(slug="there")
    session.commit()
    assert client.post("/en/account/messages/there", data={"wish": "stop"}).status_code == 404
