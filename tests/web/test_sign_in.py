"""The door: links from the mail, passwords, codes; and what it does not tell."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.adapters.limits import Limits
from mmp.app import create_app
from mmp.config import Settings
from mmp.models import Mail, Person, SignIn, SignInLink
from mmp.models.enums import Strength
from mmp.services import sign_in as service
from tests.support.door import sign_in
from tests.support.factories import Factory
from tests.web.html import Page, page

ASK = "/en/sign-in/"


@pytest.fixture
def mentor(session: Session) -> Person:
    make = Factory(session)
    person = make.person(make.programme(), name="Lina Haddad", email="lina@example.org")
    session.commit()
    return person


def post(client: FlaskClient, path: str, **typed: str) -> tuple[int, str, Page]:
    """Fill in a page's form and send it; gives status, where it leads, and the page."""
    fields = page(client, path).fields
    answer = client.post(path, data={"csrf_token": fields["csrf_token"], **typed})
    return answer.status_code, answer.headers.get("Location", ""), Page(answer.text)


def link_path(session: Session, settings: Settings, language: str = "en") -> str:
    """The path in the newest mail."""
    uuid = session.scalars(
        select(SignInLink.uuid)
        .where(SignInLink.person_id.is_not(None))
        .order_by(SignInLink.id.desc())
    ).first()
    assert uuid is not None
    return service.link_address("", settings.secret_key, uuid, language)


def ask(client: FlaskClient, session: Session, settings: Settings) -> str:
    """Ask for a link and give its path."""
    assert post(client, ASK, email="lina@example.org")[0] == 303
    session.expire_all()
    return link_path(session, settings)


def is_in(client: FlaskClient) -> bool:
    return client.get("/en/home/").status_code == 200


def test_the_answer_is_the_same_for_everybody(
    client: FlaskClient, mentor: Person, session: Session
) -> None:
    answers = [
        post(client, ASK, email=email)[:2]
        for email in ("lina@example.org", " LINA@Example.org ", "nobody@example.org")
    ]
    assert answers == [(303, "/en/sign-in/sent/")] * 3
    text = page(client, "/en/sign-in/sent/").text
    assert "If this address takes part in a programme here" in text
    assert session.scalars(select(Mail.person_id)).all() == [mentor.id] * 2


def test_whether_there_is_somebody_costs_the_same(
    app: Flask, client: FlaskClient, mentor: Person
) -> None:
    from tests.web.test_queries import _statements

    counts = []
    for email in ("lina@example.org", "nobody@example.org"):
        token = page(client, ASK).fields["csrf_token"]
        with _statements(app) as counted:
            client.post(ASK, data={"csrf_token": token, "email": email})
        counts.append([statement.split()[0] for statement in counted])
    known, unknown = counts
    assert len(known) - len(unknown) <= 1, "only the mail itself may be more"
    assert unknown.count("INSERT") == 1


def test_the_mail_holds_the_row_and_never_the_token(
    client: FlaskClient, mentor: Person, session: Session, settings: Settings
) -> None:
    path = ask(client, session, settings)
    token = path.split("/")[-2]
    assert len(token) >= 43
    mail = session.scalars(select(Mail)).one()
    link = session.scalars(select(SignInLink)).one()
    assert str(link.uuid) in str(mail.parameters)
    assert mail.expires_at == link.expires_at
    assert mail.urgent
    assert token not in str(mail.parameters)
    assert token not in (link.token_hash, str(link.uuid))


def test_a_link_signs_in_by_its_button_alone(
    client: FlaskClient, app: Flask, mentor: Person, session: Session, settings: Settings
) -> None:
    path = ask(client, session, settings)
    scanner = app.test_client()
    for _ in range(3):  # programs that look for harm open links, some more than once
        assert "Lina Haddad" in page(scanner, path).text
        assert scanner.head(path).status_code == 200
    assert not is_in(scanner)
    phone = app.test_client()  # another browser than the one that asked
    status, where, _ = post(phone, path)
    assert (status, where) == (303, "/en/home/")
    assert is_in(phone)
    assert not is_in(client)
    assert "Lina Haddad" in page(phone, "/en/home/").text


def test_used_twice_is_kind(
    client: FlaskClient, app: Flask, mentor: Person, session: Session, settings: Settings
) -> None:
    path = ask(client, session, settings)
    token = page(client, path).fields["csrf_token"]
    client.post(path, data={"csrf_token": token})
    again = client.get(path)
    assert (again.status_code, again.location) == (303, "/en/home/")
    other = app.test_client()
    found = page(other, path, 410)
    assert "This link has done its work" in found.text
    assert found.fields["email"] == ""
    status, _, found = post_gone(other, path)
    assert status == 410
    assert not is_in(other)
    assert post_from(other, path, ASK, email="lina@example.org")[:2] == (303, "/en/sign-in/sent/")


def post_gone(client: FlaskClient, path: str) -> tuple[int, str, Page]:
    answer = client.post(path, data={"csrf_token": page(client, path, 410).fields["csrf_token"]})
    return answer.status_code, answer.headers.get("Location", ""), Page(answer.text)


def post_from(client: FlaskClient, start: str, path: str, **typed: str) -> tuple[int, str, Page]:
    token = page(client, start, 410).fields["csrf_token"]
    answer = client.post(path, data={"csrf_token": token, **typed})
    return answer.status_code, answer.headers.get("Location", ""), Page(answer.text)


def test_links_that_lead_nowhere_look_alike(
    client: FlaskClient,
    mentor: Person,
    session: Session,
    settings: Settings,
    clock: FixedClock,
) -> None:
    old = ask(client, session, settings)
    clock.advance(timedelta(minutes=29))
    page(client, old)
    clock.advance(timedelta(minutes=2))
    revoked = ask(client, session, settings)
    newer = ask(client, session, settings)
    assert post(client, newer)[0] == 303
    client = client.application.test_client()
    # What a form is signed with holds the second.
    texts = {
        re.sub(r"(?<=value=\")[\w.-]{60,}", "", page(client, path, 410).source)
        for path in (old, revoked, newer, "/en/sign-in/links/nonsense/", newer[:-8] + "/")
    }
    assert len({re.sub(r"/sign-in/links/[^/]+/", "", text) for text in texts}) == 1


def test_a_newer_link_leaves_the_older_alone_until_one_is_used(
    client: FlaskClient, mentor: Person, session: Session, settings: Settings
) -> None:
    first = ask(client, session, settings)
    second = ask(client, session, settings)
    page(client, first)
    assert post(client, first)[0] == 303
    page(client.application.test_client(), second, 410)


def test_a_closed_account_gets_nothing(
    client: FlaskClient, mentor: Person, session: Session, settings: Settings
) -> None:
    from mmp.models import Account

    path = ask(client, session, settings)
    session.add(
        Account(person_id=mentor.id, fs_uniquifier="x", active=False, created_at=mentor.created_at)
    )
    session.commit()
    page(client, path, 410)
    post(client, ASK, email="lina@example.org")
    assert session.scalar(select(func.count()).select_from(Mail)) == 1


def test_the_wanted_page_comes_after(
    client: FlaskClient, mentor: Person, session: Session, settings: Settings
) -> None:
    answer = client.get("/en/account/")
    assert (answer.status_code, answer.location) == (302, "/en/sign-in/?next=/en/account/")
    status, _, _ = post(client, answer.location, email="lina@example.org")
    assert status == 303
    assert post(client, link_path(session, settings))[1] == "/en/account/"


@pytest.mark.parametrize(
    "wanted",
    ("//evil.example", "https://evil.example/en/", "/\\evil.example", "/en/\\..", "/xx/", "/en//e"),
)
def test_nobody_is_led_elsewhere(
    client: FlaskClient, mentor: Person, session: Session, settings: Settings, wanted: str
) -> None:
    from urllib.parse import quote

    post(client, f"{ASK}?next={quote(wanted)}", email="lina@example.org")
    assert post(client, link_path(session, settings))[1] == "/en/home/"
    answer = client.get(f"{ASK}?next={quote(wanted)}")
    assert answer.location == "/en/home/"


def test_the_session_is_new_after_signing_in(
    client: FlaskClient, mentor: Person, session: Session, settings: Settings
) -> None:
    path = ask(client, session, settings)
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    post(client, path)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        token = cookie["sign_in"]
    row = session.scalars(select(SignIn)).one()
    assert token != row.token_hash
    assert row.strength is Strength.LINK


def test_signing_out_ends_it(client: FlaskClient, mentor: Person, session: Session) -> None:
    sign_in(client, session, mentor)
    with client.session_transaction() as cookie:
        stolen = cookie["sign_in"]
    status = post_sign_out(client)
    assert status == 303
    assert not is_in(client)
    with client.session_transaction() as cookie:
        cookie["sign_in"] = stolen
    assert not is_in(client)


def post_sign_out(client: FlaskClient) -> int:
    token = page(client, "/en/home/").fields["csrf_token"]
    return client.post("/en/sign-out/", data={"csrf_token": token}).status_code


@pytest.mark.parametrize(
    "path", ("/en/sign-in/", "/en/sign-in/password/", "/en/sign-in/links/x/", "/en/sign-out/")
)
def test_without_its_token_nothing_is_taken(
    client: FlaskClient, mentor: Person, session: Session, path: str
) -> None:
    sign_in(client, session, mentor)
    answer = client.post(path, data={"email": "lina@example.org", "password": "x"})
    assert answer.status_code == 400
    assert is_in(client)


def test_too_many_are_told_to_wait(client: FlaskClient, mentor: Person) -> None:
    codes = [post(client, ASK, email="lina@example.org")[0] for _ in range(6)]
    assert codes == [303] * 5 + [429]
    nobody = [post(client, ASK, email="nobody@example.org")[0] for _ in range(6)]
    assert nobody == codes
    for language, words in (("en", "Too many"), ("ar", "طلبات"), ("fr", "Trop")):
        path = f"/{language}/sign-in/"
        token = page(client, path).fields["csrf_token"]
        answer = client.post(path, data={"csrf_token": token, "email": "lina@example.org"})
        assert answer.status_code == 429
        assert words in answer.text
        assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60


def test_one_address_cannot_ask_for_everybody(client: FlaskClient) -> None:
    codes = [post(client, ASK, email=f"{n}@example.org")[0] for n in range(21)]
    assert codes == [303] * 20 + [429]


def test_limits_count_each_key_by_itself() -> None:
    from mmp.web.door import LINKS_BY_ACCOUNT

    limits = Limits()
    assert [limits.take(LINKS_BY_ACCOUNT, "a") for _ in range(5)] == [None] * 5
    assert limits.take(LINKS_BY_ACCOUNT, "a")
    assert limits.take(LINKS_BY_ACCOUNT, "b") is None


@pytest.mark.parametrize("typed", ("", "lina", "a b@c", "@", "x@" + "y" * 400))
def test_what_is_no_address_stands_beside_the_field(client: FlaskClient, typed: str) -> None:
    status, _, found = post(client, ASK, email=typed)
    assert status == 422
    assert "Give an address like name@example.org." in found.text
    assert found.fields["email"] == typed


def test_cookies_behind_https(settings: Settings, mentor: Person) -> None:
    app = create_app(replace(settings, base_url="https://mmp.example.org"))
    answer = app.test_client().get(ASK, base_url="https://mmp.example.org")
    cookie = answer.headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_last_use_is_noted_every_five_minutes(
    client: FlaskClient, mentor: Person, session: Session, clock: FixedClock
) -> None:
    sign_in(client, session, mentor)
    seen = []
    for _ in range(3):
        clock.advance(timedelta(minutes=3))
        is_in(client)
        session.expire_all()
        seen.append(session.scalars(select(SignIn.seen_at)).one())
    assert [(at - seen[0]) // timedelta(minutes=3) for at in seen] == [0, 2, 2] or len(
        set(seen)
    ) == 2


def test_door_pages_are_kept_nowhere(
    client: FlaskClient, mentor: Person, session: Session, settings: Settings
) -> None:
    path = ask(client, session, settings)
    for door in (ASK, "/en/sign-in/password/", "/en/sign-in/sent/", path):
        headers = client.get(door).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
    sign_in(client, session, mentor)
    for own in ("/en/home/", "/en/account/"):
        assert client.get(own).headers["Cache-Control"] == "no-store"
