"""A person's own new address: nothing changes before the new mailbox has said yes."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.config import Settings
from mmp.core.mail import token
from mmp.models import HistoryEntry, Mail, Person, SignInLink
from mmp.models.enums import LinkPurpose, Strength
from mmp.models.mail import MailState
from mmp.services import feeds, outbox, sign_in as links
from mmp.services.new_address import KIND, STOPPING
from tests.support.door import NOW, sign_in
from tests.support.factories import Factory
from tests.web.html import page

ASK = "/en/home/address/"
OLD, NEW = "lina@old.example", "lina@new.example"


@pytest.fixture
def lina(session: Session, client: FlaskClient) -> Person:
    make = Factory(session)
    here = make.programme(slug="here")
    person = make.person(here, name="Lina Haddad", email=OLD)
    make.person(here, name="Erik Lund", email="erik@example.org")
    sign_in(client, session, person, strength=Strength.LINK)
    return person


def send(client: FlaskClient, path: str, status: int = 303, **typed: str) -> str:
    typed["csrf_token"] = page(client, ASK if "email" in typed else path).fields["csrf_token"]
    answer = client.post(path, data=typed)
    assert answer.status_code == status, answer.text
    return answer.text


def newest(session: Session) -> SignInLink:
    session.expire_all()
    return session.scalars(
        select(SignInLink)
        .where(SignInLink.purpose == LinkPurpose.NEW_ADDRESS)
        .order_by(SignInLink.id.desc())
    ).first()  # type: ignore[return-value]  # each test asks first


def confirming(session: Session, settings: Settings) -> str:
    secret = links.token_of(settings.secret_key, newest(session).uuid, LinkPurpose.NEW_ADDRESS)
    return f"/en/address/{secret}/"


def stopping(session: Session, settings: Settings) -> str:
    uuid = newest(session).uuid
    return f"/en/address/{uuid}/stop/{token(settings.secret_key, STOPPING, uuid)}/"


def mails(session: Session) -> dict[str, str | None]:
    """What is said to whom, of the mails that may still go."""
    rows = session.scalars(select(Mail).where(Mail.kind == KIND, Mail.state == MailState.DUE))
    return {row.parameters["what"]: outbox.address_of(row) for row in rows}


def test_an_address_changes_by_the_button_of_its_own_mail(
    client: FlaskClient, app: Flask, session: Session, settings: Settings, lina: Person
) -> None:
    feed = feeds.default_feed(session, now=NOW, secret=settings.feed_secret, person=lina)
    calendar = feeds.feed_address("", settings.feed_secret, feed)
    links.ask_for_link(session, now=NOW, secret=settings.secret_key, email=OLD)
    session.commit()
    send(client, ASK, email=f" {NEW.upper()} ")
    assert mails(session) == {"confirm": NEW, "notice": OLD}
    path, mailbox = confirming(session, settings), app.test_client()
    for _ in range(2):  # scanners of mail open links
        assert NEW in page(mailbox, path).text
    session.refresh(lina)
    assert lina.email == OLD
    send(mailbox, path)
    session.refresh(lina)
    assert lina.email == NEW
    assert mailbox.get(path).status_code == 410, "once"
    assert mailbox.get("/en/home/").status_code == 302, "it signs nobody in"
    waiting = session.scalars(select(SignInLink).where(SignInLink.purpose == LinkPurpose.MAIL))
    assert [one.revoked_at is not None for one in waiting] == [True], "what went to the old one"
    assert client.get(calendar).status_code == 200
    kept = session.scalars(select(HistoryEntry).where(HistoryEntry.subject_kind == "person")).all()
    assert [(one.action, one.changes) for one in kept] == [("address_changed", {})]
    gone = mailbox.get(stopping(session, settings))
    assert (gone.status_code, "changed already" in gone.text) == (410, True)
    assert mails(session)["notice"] == OLD, "also if it leaves only now"


def test_the_old_mailbox_stops_it_and_signs_out(
    client: FlaskClient, app: Flask, session: Session, settings: Settings, lina: Person
) -> None:
    send(client, ASK, email=NEW)
    confirm, stop = confirming(session, settings), stopping(session, settings)
    mailbox = app.test_client()
    page(mailbox, stop)
    assert client.get("/en/home/").status_code == 200, "looking stops nothing"
    send(mailbox, stop)
    assert client.get("/en/home/").status_code == 302
    assert mails(session) == {"notice": OLD}
    assert mailbox.get(confirm).status_code == 410
    assert mailbox.get(stop).status_code == 410
    assert mailbox.get(stop[:-5] + "aaaa/").status_code == 404
    session.refresh(lina)
    assert lina.email == OLD


def test_whose_an_address_is_shows_in_no_page(
    client: FlaskClient, session: Session, settings: Settings, lina: Person
) -> None:
    free, taken = (
        client.post(ASK, data=_typed(client, email)) for email in (NEW, "ERIK@example.org")
    )
    assert (free.status_code, free.location) == (taken.status_code, taken.location)
    assert "A link is on its way" in page(client, ASK).text
    assert mails(session) == {"taken": "erik@example.org", "notice": OLD}, "the newest alone counts"
    assert client.get(confirming(session, settings)).status_code == 410
    assert "your address already" in send(client, ASK, 422, email=OLD)
    for _ in range(2):
        send(client, ASK, email=NEW)
    assert client.post(ASK, data=_typed(client, NEW)).status_code == 429


def test_it_takes_a_fresh_sign_in_and_ends_after_half_an_hour(
    client: FlaskClient, session: Session, settings: Settings, clock: FixedClock, lina: Person
) -> None:
    send(client, ASK, email=NEW)
    path = confirming(session, settings)
    clock.advance(timedelta(minutes=31))
    assert client.get(path).status_code == 410
    assert client.get(stopping(session, settings)).status_code == 410
    found = page(client, ASK)
    assert "sign in once more" in found.text
    again = next(one for one in found.links if one.startswith("/en/sign-in/"))
    assert page(client, again).fields["email"] == OLD, "it does not lead in a circle"
    assert client.post(again, data=_typed(client, OLD, again)).location == "/en/sign-in/sent/"
    client.post(ASK, data=_typed(client, "other@new.example", "/en/home/privacy/"))
    assert confirming(session, settings) == path, "nothing was asked"


def _typed(client: FlaskClient, email: str, at: str = ASK) -> dict[str, str]:
    return {"csrf_token": page(client, at).fields["csrf_token"], "email": email}
