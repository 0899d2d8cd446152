"""One's own account: passwords, codes, devices; and the first one of all."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.adapters.passwords import ArgonPasswords
from mmp.app import create_app
from mmp.config import Settings
from mmp.models import Account, Mail, Membership, Person, Programme, SignIn
from mmp.models.enums import MembershipRole, Strength
from mmp.services import accounts, sign_in as links
from tests.support.door import NOW, Authenticator, sign_in
from tests.support.factories import Factory
from tests.web.html import Page, page
from tests.web.test_sign_in import is_in, post

GOOD, BETTER = "seven green bicycles", "eleven blue umbrellas"
EMAIL = "sara@example.org"
SITE = "https://mmp.example.org"


class World:
    """The world's time, in which authenticators live."""

    at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def later(self) -> None:
        self.at += timedelta(minutes=1)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def app(app: Flask, world: World) -> Flask:
    return _in_world(app, world)


def _in_world(app: Flask, world: World) -> Flask:
    door = app.extensions["mmp.door"]
    passwords = ArgonPasswords(door.secret_key, world.now)
    app.extensions["mmp.door"] = replace(door, passwords=passwords)
    return app


@pytest.fixture
def strict(settings: Settings, clock: FixedClock, world: World) -> Iterator[FlaskClient]:
    """A browser on an installation that others can reach, where codes are asked for."""
    from mmp.adapters.database import db

    app = _in_world(create_app(replace(settings, base_url=SITE), clock=clock), world)
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    yield client
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def coordinator(session: Session) -> Person:
    make = Factory(session)
    person = make.person(
        make.programme(slug="here"), MembershipRole.COORDINATOR, name="Sara Lind", email=EMAIL
    )
    session.commit()
    return person


@pytest.fixture
def account(app: Flask, session: Session, coordinator: Person) -> Account:
    found = accounts.set_password(
        session,
        now=NOW,
        passwords=app.extensions["mmp.door"].passwords,
        person=coordinator,
        password=GOOD,
    )
    session.commit()
    return found


def enter(client: FlaskClient, password: str = GOOD) -> tuple[int, str, Page]:
    return post(client, "/en/sign-in/password/", email=EMAIL, password=password)


def key_in(shown: Page) -> str:
    """The key that stands beside the picture."""
    found = re.search(r'id="key"[^>]*>([A-Z2-7 ]{39})<', shown.source)
    assert found
    return found[1]


def set_up_codes(client: FlaskClient, world: World) -> tuple[Authenticator, list[str]]:
    """Enrol an authenticator; gives it with the recovery codes that were shown."""
    shown = page(client, "/en/account/codes/")
    phone = Authenticator(key_in(shown))
    status, _, found = post(client, "/en/account/codes/", code=phone.code(world.at))
    assert status == 200
    return phone, re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", found.source)


def test_a_password_signs_in_fully_where_codes_are_not_asked(
    client: FlaskClient, account: Account, session: Session
) -> None:
    assert enter(client)[:2] == (303, "/en/home/")
    row = session.scalars(select(SignIn)).one()
    assert row.strength is Strength.STRONG
    assert row.confirmed_at is not None


@pytest.mark.parametrize(
    ("email", "password"), ((EMAIL, BETTER), ("nobody@example.org", GOOD), (EMAIL, GOOD.upper()))
)
def test_what_is_wrong_is_not_told(
    client: FlaskClient, account: Account, email: str, password: str
) -> None:
    status, _, found = post(client, "/en/sign-in/password/", email=email, password=password)
    assert status == 422
    assert "Address and password do not belong together." in found.text
    assert found.fields["email"] == email
    assert found.fields["password"] == ""
    assert not is_in(client)


def test_guessing_ends(client: FlaskClient, account: Account) -> None:
    statuses = [enter(client, f"guess {number}")[0] for number in range(11)]
    assert statuses == [422] * 10 + [429]
    assert enter(client)[0] == 429


def test_with_codes_the_password_is_half(
    client: FlaskClient, app: Flask, account: Account, world: World
) -> None:
    enter(client)
    phone, recovery = set_up_codes(client, world)
    assert len(recovery) == accounts.RECOVERY_CODES
    other = app.test_client()
    assert enter(other)[:2] == (303, "/en/sign-in/code/")
    assert not is_in(other)
    status, _, found = post(other, "/en/sign-in/code/", code="000000")
    assert status == 422
    assert "This code is not right or was used already" in found.text
    assert post(other, "/en/sign-in/code/", code=phone.code(world.at))[0] == 422, "used to set up"
    world.later()
    assert post(other, "/en/sign-in/code/", code=phone.code(world.at))[:2] == (303, "/en/home/")
    assert is_in(other)
    third = app.test_client()
    enter(third)
    assert post(third, "/en/sign-in/code/", code=phone.code(world.at))[0] == 422, "replayed"
    assert post(third, "/en/sign-in/code/", code=recovery[0])[0] == 303


def test_the_code_page_waits_ten_minutes(
    client: FlaskClient, app: Flask, account: Account, world: World, clock: FixedClock
) -> None:
    enter(client)
    set_up_codes(client, world)
    other = app.test_client()
    assert other.get("/en/sign-in/code/").location == "/en/sign-in/password/"
    enter(other)
    clock.advance(timedelta(minutes=10))
    assert other.get("/en/sign-in/code/").location == "/en/sign-in/password/"


def test_where_others_can_reach_it_codes_are_asked(
    strict: FlaskClient, account: Account, session: Session, world: World
) -> None:
    assert enter(strict)[:2] == (303, "/en/account/codes/")
    assert session.scalars(select(SignIn.strength)).all() == [Strength.LINK]
    set_up_codes(strict, world)
    session.expire_all()
    assert session.scalars(select(SignIn.strength)).all() == [Strength.STRONG]


def test_the_picture_and_the_key_say_the_same(client: FlaskClient, account: Account) -> None:
    enter(client)
    found = page(client, "/en/account/codes/")
    assert "<svg" in found.source
    assert key_in(found) == key_in(page(client, "/en/account/codes/")), "until it is set up"


def test_a_link_goes_no_further_than_a_mentors(
    client: FlaskClient, account: Account, coordinator: Person, session: Session
) -> None:
    sign_in(client, session, coordinator, strength=Strength.LINK, confirmed=False)
    assert client.get("/en/account/password/").location.startswith("/en/account/proof/")
    status, _, found = post(client, "/en/account/proof/?next=/en/account/", password=BETTER)
    assert status == 422
    assert "This is not your password." in found.text
    status, where, _ = post(client, "/en/account/proof/?next=/en/account/", password=GOOD)
    assert (status, where) == (303, "/en/account/")
    session.expire_all()
    assert session.scalars(select(SignIn.strength)).one() is Strength.STRONG


def test_proof_after_a_link_takes_the_code_too(
    client: FlaskClient, account: Account, coordinator: Person, session: Session, world: World
) -> None:
    enter(client)
    phone, _ = set_up_codes(client, world)
    world.later()
    sign_in(client, session, coordinator, strength=Strength.LINK, confirmed=False)
    proof = "/en/account/proof/"
    assert post(client, proof, password=GOOD)[0] == 422
    assert post(client, proof, password=BETTER, code=phone.code(world.at))[0] == 422
    assert post(client, proof, password=GOOD, code=phone.code(world.at))[0] == 303


def test_the_token_is_renewed_by_proof(
    client: FlaskClient, account: Account, coordinator: Person, session: Session
) -> None:
    sign_in(client, session, coordinator, strength=Strength.LINK, confirmed=False)
    with client.session_transaction() as cookie:
        before = cookie["sign_in"]
    post(client, "/en/account/proof/", password=GOOD)
    assert is_in(client)
    with client.session_transaction() as cookie:
        assert cookie["sign_in"] != before
        cookie["sign_in"] = before
    assert not is_in(client)


def test_a_coordinator_chooses_the_first_password(
    client: FlaskClient, coordinator: Person, session: Session
) -> None:
    sign_in(client, session, coordinator, strength=Strength.LINK, confirmed=False)
    assert "Choose a password" in page(client, "/en/account/").text
    status, _, found = post(client, "/en/account/password/", password="short")
    assert status == 422
    assert "Give at least 12 characters" in found.text
    assert post(client, "/en/account/password/", password=GOOD)[0] == 303
    assert is_in(client)
    assert enter(client.application.test_client())[0] == 303


def test_another_password_signs_the_others_out(
    client: FlaskClient, app: Flask, account: Account
) -> None:
    other = app.test_client()
    enter(other)
    enter(client)
    assert post(client, "/en/account/password/", password=BETTER)[0] == 303
    assert is_in(client)
    assert not is_in(other)
    assert enter(other)[0] == 422
    assert enter(other, BETTER)[0] == 303


def test_a_forgotten_password_takes_a_new_link_and_a_code(
    client: FlaskClient,
    account: Account,
    coordinator: Person,
    session: Session,
    world: World,
    clock: FixedClock,
) -> None:
    enter(client)
    phone, _ = set_up_codes(client, world)
    world.later()
    sign_in(client, session, coordinator, strength=Strength.LINK, confirmed=False)
    path = "/en/account/password/forgotten/"
    assert post(client, path, password=BETTER)[0] == 422
    assert post(client, path, password=BETTER, code="123456")[0] == 422
    assert post(client, path, password="short", code=phone.code(world.at))[0] == 422
    assert post(client, path, password=BETTER, code=phone.code(world.at))[0] == 303
    assert enter(client.application.test_client(), BETTER)[0] == 303
    clock.advance(timedelta(minutes=31))
    found = page(client, path)
    assert "password" not in found.fields
    assert "Sign out, sign in by a link" in found.text


def test_devices_are_listed_and_signed_out(
    client: FlaskClient, app: Flask, coordinator: Person, session: Session
) -> None:
    phone, tablet = app.test_client(), app.test_client()
    sign_in(phone, session, coordinator)
    sign_in(tablet, session, coordinator)
    rows = session.scalars(select(SignIn).order_by(SignIn.id)).all()
    rows[0].browser, rows[0].system = "Firefox", "Android"
    session.commit()
    sign_in(client, session, coordinator)
    found = page(client, "/en/account/")
    assert "Firefox on Android" in found.text
    assert found.text.count("this device") == 1
    post_to(client, f"/en/account/sign-ins/{rows[0].uuid}/ending")
    assert not is_in(phone)
    assert is_in(tablet)
    post_to(client, "/en/account/sign-ins/ending")
    assert not is_in(tablet)
    assert is_in(client)


def post_to(client: FlaskClient, path: str) -> None:
    token = page(client, "/en/account/").fields["csrf_token"]
    assert client.post(path, data={"csrf_token": token}).status_code == 303


@pytest.mark.parametrize(
    ("agent", "words"),
    (
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (Android 15; Mobile) Gecko Firefox/142", "Firefox on Android"),
        ("curl/8", "A device"),
        ("<script>", "A device"),
        ("", "A device"),
    ),
)
def test_a_device_in_words(client: FlaskClient, account: Account, agent: str, words: str) -> None:
    client.environ_base["HTTP_USER_AGENT"] = agent
    enter(client)
    assert words in page(client, "/en/account/").text


def test_new_recovery_codes_end_the_old(
    client: FlaskClient, app: Flask, account: Account, world: World
) -> None:
    enter(client)
    _, old = set_up_codes(client, world)
    token = page(client, "/en/account/").fields["csrf_token"]
    answer = client.post("/en/account/recovery-codes/", data={"csrf_token": token})
    assert answer.headers["Cache-Control"] == "no-store"
    new = re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", answer.text)
    assert len(new) == len(old)
    other = app.test_client()
    enter(other)
    assert post(other, "/en/sign-in/code/", code=old[0])[0] == 422
    assert post(other, "/en/sign-in/code/", code=new[0])[0] == 303


def test_home_leads_to_ones_calendar(
    client: FlaskClient, coordinator: Person, session: Session
) -> None:
    sign_in(client, session, coordinator)
    found = page(client, "/en/home/")
    assert "/en/programmes/here/" in found.links
    token = found.fields["csrf_token"]
    wheres = {
        client.post("/en/home/calendar/", data={"csrf_token": token}).location for _ in range(2)
    }
    assert len(wheres) == 1
    assert "Your calendar" in page(client, wheres.pop()).text


@pytest.fixture
def first(session: Session, settings: Settings) -> str:
    """The path that `mmp run` prints on an empty installation."""
    path = links.first_run_address(
        session, now=NOW, base_url="", secret=settings.secret_key, language="en"
    )
    session.commit()
    assert path is not None
    return path


START = {"name": " Sara  Lind ", "email": "Sara@Example.org", "zone": "Africa/Tunis"}


def test_the_first_account_and_an_empty_programme(
    client: FlaskClient, session: Session, first: str, settings: Settings
) -> None:
    status, _, found = post(client, first, **START, password="sara lind")
    assert status == 422
    assert found.fields["email"] == "Sara@Example.org"
    nowhere = START | {"email": "sara@example", "password": GOOD}
    assert 'id="email-fault"' in post(client, first, **nowhere)[2].source
    assert session.scalars(select(Person)).all() == []
    assert post(client, first, **START, password=GOOD)[:2] == (303, "/en/first-run/programme/")
    person = session.scalars(select(Person)).one()
    assert (person.name, person.email, person.zone) == ("Sara Lind", EMAIL, "Africa/Tunis")
    assert session.scalars(select(Mail.template)).all() == ["test"]
    begin = "/en/first-run/programme/"
    assert begin in page(client, "/en/").links  # for whoever left it and comes back
    assert "none is sent" in page(client, begin).text
    typed: dict[str, Any] = {"way": "empty", "name": "Mentors", "zone": "Africa/Tunis"}
    typed["languages"] = ["en", "ar"]
    status, _, found = post(client, "/en/first-run/programme/", **typed, slug="Has space")
    assert status == 422
    assert 'id="slug-fault"' in found.source
    status, where, _ = post(client, "/en/first-run/programme/", **typed, slug="mentors-26")
    assert (status, where) == (303, "/en/programmes/mentors-26/desk/")
    assert session.scalars(select(Programme.languages)).one() == ["en", "ar"]
    role = session.scalars(select(Membership.role)).all()
    assert role == [MembershipRole.COORDINATOR]
    page(client, "/en/first-run/programme/", 404)
    page(client.application.test_client(), first, 410)
    assert (
        links.first_run_address(session, now=NOW, base_url="", secret=settings.secret_key) is None
    )


def _file(text: str) -> dict[str, object]:
    return {"way": "file", "file": (io.BytesIO(text.encode()), "ours.yaml")}


def test_the_first_programme_from_a_file(client: FlaskClient, session: Session, first: str) -> None:
    post(client, first, **START, password=GOOD)
    path = "/en/first-run/programme/"

    def send(text: str) -> tuple[int, Page]:
        token = page(client, path).fields["csrf_token"]
        answer = client.post(path, data={"csrf_token": token, **_file(text)})
        return answer.status_code, Page(answer.text)

    status, found = send("mmp: 1\nprogramme: {slug: ours, name: Ours, zone: Nowhere/Town}\n")
    assert status == 422
    assert "ours.yaml:2" in found.text
    assert session.scalars(select(Programme)).all() == []
    assert send("mmp: 1\nprogramme: {slug: ours, name: Ours, zone: Asia/Amman}\n")[0] == 303
    assert session.scalars(select(Programme.slug)).one() == "ours"
    token = page(client, "/en/home/")
    assert "Coordinator" in token.text


def test_the_first_programme_may_be_the_demos(
    client: FlaskClient, session: Session, first: str
) -> None:
    post(client, first, **START, password=GOOD)
    status, where, _ = post(client, "/en/first-run/programme/", way="demo")
    assert (status, where) == (303, "/en/programmes/mmp26/desk/")
    assert "Coordinator" in page(client, "/en/home/").text


@pytest.mark.parametrize("way", ("file", "pigeon", ""))
def test_a_way_that_leads_nowhere(client: FlaskClient, first: str, way: str) -> None:
    post(client, first, **START, password=GOOD)
    status, _, found = post(client, "/en/first-run/programme/", way=way)
    assert status == 422
    assert 'id="way-fault"' in found.source


def test_a_first_address_ends_with_the_next_and_with_the_day(
    client: FlaskClient, session: Session, settings: Settings, first: str, clock: FixedClock
) -> None:
    page(client, first)
    second = links.first_run_address(session, now=NOW, base_url="", secret=settings.secret_key)
    session.commit()
    assert second is not None
    page(client, first, 410)
    page(client, second)
    clock.advance(timedelta(days=1))
    page(client, second, 410)


def test_somebody_known_from_a_file_stays_who_they_are(
    client: FlaskClient, coordinator: Person, session: Session, first: str
) -> None:
    assert post(client, first, **START, password=GOOD)[0] == 303
    session.expire_all()
    assert session.scalars(select(Person)).one().zone == "Europe/Stockholm"
    assert len(session.scalars(select(Membership)).all()) == 1


@pytest.mark.parametrize("language", ("en", "ar", "fr"))
def test_pages_of_the_door_are_whole(
    client: FlaskClient, account: Account, coordinator: Person, session: Session, language: str
) -> None:
    sign_in(client, session, coordinator)
    texts: dict[str, Callable[[], Page]] = {}
    for path in ("home/", "account/", "account/password/", "account/codes/", "account/proof/"):
        texts[path] = lambda path=path: page(client, f"/{language}/{path}")  # type: ignore[misc]  # one each
    for path, show in texts.items():
        found = show()
        if language == "ar":
            assert not found.latin_runs(), path
