"""What changes on an account is told by mail, and codes can be moved, renewed and turned off."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.mail import Site
from mmp.models import Account, HistoryEntry, Mail, Person
from mmp.models.enums import MembershipRole
from mmp.services import accounts
from mmp.services.account_mails import What, tell_account_changed
from mmp.services.outbox.contents import rendered_mail
from tests.support.door import NOW, Authenticator, sign_in
from tests.support.factories import Factory
from tests.web.html import page
from tests.web.test_account import (
    BETTER,
    EMAIL,
    GOOD,
    World,
    account,
    app,
    coordinator,
    enter,
    key_in,
    post_to,
    set_up_codes,
    strict,
    world,
)
from tests.web.test_sign_in import is_in, post

__all__ = ["account", "app", "coordinator", "strict", "world"]
SITE = Site("https://mmp.example.org", secret="s")
OFF = "/en/account/codes/ending/"


@pytest.fixture
def mentor(app: Flask, session: Session) -> Person:
    """Somebody with a password whose role asks for no codes."""
    make = Factory(session)
    person = make.person(make.programme(slug="here"), MembershipRole.MENTOR, email=EMAIL)
    passwords = app.extensions["mmp.door"].passwords
    accounts.set_password(session, now=NOW, passwords=passwords, person=person, password=GOOD)
    session.commit()
    return person


def told(session: Session) -> list[str]:
    """What mails told of the account, in order."""
    session.expire_all()
    mails = session.scalars(select(Mail).where(Mail.kind == "account_changed").order_by(Mail.id))
    return [mail.parameters["what"] for mail in mails]


def test_another_password_is_told_with_what_to_do(
    client: FlaskClient, account: Account, session: Session
) -> None:
    assert told(session) == [], "not the first one of all"
    enter(client)
    assert post(client, "/en/account/password/", password="short")[0] == 422
    assert told(session) == []
    assert post(client, "/en/account/password/", password=BETTER)[0] == 303
    assert told(session) == ["password"]
    mail = session.scalars(select(Mail).where(Mail.kind == "account_changed")).one()
    assert mail.person.email == EMAIL
    assert mail.programme is None, "whose name would stand in it"
    text = rendered_mail(session, mail, site=SITE).text
    assert "If that was not you" in text
    assert "Stockholm time" in text
    assert "https://mmp.example.org/en/account/" in text
    assert BETTER not in str(mail.parameters)


def test_a_first_password_chosen_on_a_device_is_told(
    client: FlaskClient, coordinator: Person, session: Session
) -> None:
    sign_in(client, session, coordinator, confirmed=False)
    assert post(client, "/en/account/password/", password=GOOD)[0] == 303
    assert told(session) == ["password"]


def test_codes_are_told_when_set_up_renewed_and_moved(
    client: FlaskClient, account: Account, session: Session, world: World, app: Flask
) -> None:
    enter(client)
    old_phone, old_codes = set_up_codes(client, world)
    found = page(client, "/en/account/")
    assert "8 recovery codes are left." in found.text
    post_new = client.post(
        "/en/account/recovery-codes/", data={"csrf_token": found.fields["csrf_token"]}
    )
    assert post_new.status_code == 200
    world.later()
    shown = page(client, "/en/account/codes/")
    assert "Move to a new phone" in shown.text
    assert "Until then the old one keeps working." in shown.text
    new_phone = Authenticator(key_in(shown))
    status, _, made = post(client, "/en/account/codes/", code=new_phone.code(world.at))
    assert status == 200
    new_codes = re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", made.source)
    assert told(session) == ["codes_on", "recovery_codes", "codes_moved"]
    world.later()
    other = app.test_client()
    enter(other)
    for spent in (old_phone.code(world.at), old_codes[0]):
        assert post(other, "/en/sign-in/code/", code=spent)[0] == 422
    assert post(other, "/en/sign-in/code/", code=new_codes[0])[0] == 303
    assert "7 recovery codes are left." in page(client, "/en/account/").text


def test_who_plans_keeps_codes(client: FlaskClient, account: Account, world: World) -> None:
    enter(client)
    set_up_codes(client, world)
    found = page(client, "/en/account/")
    assert OFF not in found.links
    assert "Who plans a programme signs in with codes, so they cannot be turned off." in found.text
    assert client.get(OFF).status_code == 404
    token = found.fields["csrf_token"]
    assert client.post(OFF, data={"csrf_token": token}).status_code == 404


def test_others_turn_codes_off(
    client: FlaskClient, app: Flask, mentor: Person, session: Session, world: World
) -> None:
    enter(client)
    phone, _ = set_up_codes(client, world)
    world.later()
    other = app.test_client()
    enter(other)
    post(other, "/en/sign-in/code/", code=phone.code(world.at))
    assert is_in(other)
    assert OFF in page(client, "/en/account/").links
    assert post(client, OFF)[:2] == (303, "/en/account/")
    assert "Set up an authenticator" in page(client, "/en/account/").text
    assert is_in(client)
    assert not is_in(other)
    assert told(session) == ["codes_on", "codes_off"]
    assert enter(app.test_client())[:2] == (303, "/en/home/"), "the password alone"
    actions = session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.id)).all()
    assert actions[-1] == "codes_stopped"
    assert client.get(OFF).location == "/en/account/", "there is nothing to turn off"


def test_where_codes_are_asked_who_plans_nothing_is_let_be(
    strict: FlaskClient, mentor: Person
) -> None:
    assert enter(strict)[:2] == (303, "/en/home/")


def test_ending_all_other_sign_ins_is_told_where_there_were_any(
    client: FlaskClient, app: Flask, coordinator: Person, session: Session
) -> None:
    sign_in(client, session, coordinator)
    post_to(client, "/en/account/sign-ins/ending")
    assert told(session) == []
    other = app.test_client()
    sign_in(other, session, coordinator)
    post_to(client, "/en/account/sign-ins/ending")
    assert told(session) == ["signed_out"]
    assert not is_in(other)


def test_a_reset_is_told(session: Session, account: Account) -> None:
    accounts.reset(session, now=NOW, account=account)
    session.commit()
    assert told(session) == ["reset"]


@pytest.mark.parametrize("what", list(What))
@pytest.mark.parametrize("locale", ("en", "ar", "fr"))
def test_each_has_its_words(session: Session, coordinator: Person, what: What, locale: str) -> None:
    coordinator.locale = locale
    tell_account_changed(session, now=NOW, person=coordinator, what=what)
    mail = session.scalars(select(Mail).where(Mail.kind == "account_changed")).one()
    rendered = rendered_mail(session, mail, site=SITE)
    assert rendered.subject.strip()
    if locale == "ar":
        words = re.sub(r"https?://\S+|UTC\+\d|[\w.]+@[\w.]+|Sara Lind", "", rendered.text)
        assert not re.search("[A-Za-z]{3}", words)
