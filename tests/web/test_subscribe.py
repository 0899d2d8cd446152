"""Subscribing: a programme's public feed, and a person's own page."""

import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.app import create_app
from mmp.config import Settings
from mmp.models import Feed, Programme
from mmp.models.enums import CalendarDelivery, DeclinedEvents
from mmp.services import feeds
from tests.web import rows
from tests.web.html import Page, page

BASE = "http://127.0.0.1:8000"


def test_the_public_page_leads_into_every_program(client: FlaskClient, year: Programme) -> None:
    found = page(client, "/fr/programmes/year-2026/subscribe/")
    webcal = "webcal://127.0.0.1:8000/feeds/year-2026.fr.ics"
    assert webcal in found.links
    assert f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}" in found.links
    assert "https://calendar.google.com/calendar/r/settings/addbyurl" in found.links
    for host in ("outlook.live.com", "outlook.office.com"):
        assert [link for link in found.links if link.startswith(f"https://{host}/")]
    (field,) = [values for tag, values in found.tags if values.get("id") == "address"]
    assert field["value"] == f"{BASE}/feeds/year-2026.fr.ics"
    assert "readonly" in field
    assert client.get("/feeds/year-2026.fr.ics").status_code == 200


def test_the_code_has_a_name_and_a_light_ground(client: FlaskClient, year: Programme) -> None:
    source = page(client, "/en/programmes/year-2026/subscribe/").source
    assert re.search(r"<svg[^>]*class=\"qr\"[^>]*>\s*<title>QR code of the address</title>", source)
    assert 'fill="#fff"' in source


def test_the_own_page_shows_ones_address(
    client: FlaskClient, own_page: str, own_feed: Feed, settings: Settings
) -> None:
    found = page(client, own_page)
    address = feeds.feed_address(BASE, settings.feed_secret, own_feed)
    assert f'value="{address}"' in found.source
    assert rows.MENTOR in found.text
    text = " ".join(found.text.split())
    assert "your calendar shows every event twice" in text
    assert "Google may take a day to show a change" in text
    assert "My phone this one 10 January 2026 never yet Revoke" in text


def _post(client: FlaskClient, own_page: str, action: str, **typed: str) -> tuple[int, Page]:
    token = page(client, own_page).fields["csrf_token"]
    answer = client.post(own_page + action, data={"csrf_token": token, **typed})
    if answer.status_code == 303:
        answer = client.get(answer.location)
        return 303, Page(answer.text)
    return answer.status_code, Page(answer.text)


def test_choosing_how_meetings_arrive(client: FlaskClient, own_page: str, session: Session) -> None:
    status, found = _post(
        client, own_page, "calendar", delivery="both", declined_events="hide", alarm_minutes="٣٠"
    )
    assert status == 303
    assert "Your choice is saved." in found.text
    assert found.fields["alarm_minutes"] == "30"
    assert found.fields["delivery"] == "both"
    person = rows.mentor(session)
    assert person.calendar_delivery is CalendarDelivery.BOTH
    assert person.declined_events is DeclinedEvents.HIDE
    assert person.alarm_minutes == 30


@pytest.mark.parametrize(
    ("typed", "words"),
    (
        ({"alarm_minutes": "-1"}, "Choose between the start itself and four weeks before it."),
        ({"alarm_minutes": "soon"}, "Write a number of minutes, like 15."),
        ({"delivery": "pigeon"}, "Choose one of the three."),
        ({"delivery": ""}, "Choose one of the three."),
    ),
)
def test_faults_stand_beside_their_field(
    client: FlaskClient, own_page: str, typed: dict[str, str], words: str
) -> None:
    right = {"delivery": "mails", "declined_events": "hide", "alarm_minutes": "15"}
    status, found = _post(client, own_page, "calendar", **right | typed)
    assert status == 422
    assert words in found.text
    (field,) = typed
    assert f'id="{field}-fault"' in found.source
    assert 'aria-invalid="true"' in found.source
    assert found.fields["declined_events"] == "hide"
    assert found.fields["alarm_minutes"] == typed.get("alarm_minutes", "15")


def test_faults_are_told_in_ones_language(client: FlaskClient, own_page: str) -> None:
    status, found = _post(
        client,
        own_page.replace("/en/", "/ar/"),
        "calendar",
        delivery="pigeon",
        declined_events="",
        alarm_minutes="soon",
    )
    assert status == 422
    assert not found.latin_runs()


@pytest.mark.parametrize(
    ("action", "typed", "first"),
    (
        ("calendar", {"delivery": "mails", "alarm_minutes": "abc"}, "declined_events-0"),
        ("calendar", {"delivery": "both", "declined_events": "hide"}, ""),
        ("calendar", {"delivery": "?", "alarm_minutes": "abc"}, "delivery-0"),
        (
            "calendar",
            {"delivery": "both", "declined_events": "hide", "alarm_minutes": "abc"},
            "alarm_minutes",
        ),
        ("addresses", {"name": ""}, "name"),
    ),
)
def test_the_first_fault_leads_and_takes_the_focus(
    client: FlaskClient, own_page: str, action: str, typed: dict[str, str], first: str
) -> None:
    """With an anchor in the form's action a browser would not move the focus, and would show what
    is said after saving below the edge of the screen."""
    before = page(client, own_page)
    assert not any(link.startswith("#") for link in before.links if link != "#main")
    assert all("#" not in values["action"] for tag, values in before.tags if tag == "form")
    _status, found = _post(client, own_page, action, **typed)
    focused = [values["id"] for _tag, values in found.tags if "autofocus" in values]
    links = [link for link in found.links if link.startswith("#") and link != "#main"]
    assert focused == ([first] if first else [])
    assert links[:1] == ([f"#{first}"] if first else [])


@pytest.mark.parametrize("action", ("calendar", "addresses"))
def test_a_reload_of_what_is_posted_leads_back(
    client: FlaskClient, own_page: str, action: str
) -> None:
    answer = client.get(own_page + action)
    assert (answer.status_code, answer.location) == (302, own_page)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("base_url", "only_here"),
    (
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("https://mmp.example.org", False),
        ("https://localhost.example.org", False),
    ),
)
def test_a_site_on_this_computer_says_who_cannot_reach_it(
    settings: Settings, year: Programme, base_url: str, only_here: bool
) -> None:
    client = create_app(replace(settings, base_url=base_url)).test_client()
    found = client.get("/en/programmes/year-2026/subscribe/", base_url=base_url)
    before_links, *_ = found.text.partition("https://calendar.google.com")
    assert ("Google and Microsoft cannot reach it" in before_links) is only_here


@pytest.mark.parametrize(
    ("language", "name", "words"),
    (
        ("en", "Calendar", "The meetings of Lina Haddad. The address is yours alone"),
        ("ar", "التقويم", "اجتماعات Lina Haddad."),
        ("fr", "Agenda", "Les réunions de Lina Haddad."),
    ),
)
def test_a_first_address_is_named_in_ones_language(
    client: FlaskClient,
    session: Session,
    year: Programme,
    settings: Settings,
    language: str,
    name: str,
    words: str,
) -> None:
    feed = feeds.default_feed(
        session, now=rows.MADE, secret=settings.feed_secret, person=rows.mentor(session)
    )
    session.commit()
    found = page(client, feeds.page_address("", settings.feed_secret, feed, language))
    text = " ".join(found.text.split())
    assert words in text
    (row,) = re.findall(r"<th scope=\"row\">([^<]*?)\s*<", found.source)
    assert row == name
    assert "Calendar" not in text or language == "en"


def test_changes_come_by_mail_whatever_is_chosen(client: FlaskClient, own_page: str) -> None:
    text = " ".join(page(client, own_page).text.split())
    assert "A feed is a calendar that keeps itself up to date" in text
    assert "Changes and reminders still come by mail." in text
    assert "Google Calendar takes a subscription only in the browser" in text


def test_one_more_address(client: FlaskClient, own_page: str, session: Session) -> None:
    status, found = _post(client, own_page, "addresses", name="  Lap\ttop <b> ")
    assert status == 303
    assert "“Lap top <b>” has its own address now. Subscribe with it here." in found.text
    assert "Lap top &lt;b&gt;" in found.source
    names = session.scalars(select(Feed.name).order_by(Feed.id)).all()
    assert names == ["My phone", "Lap top <b>"]


@pytest.mark.parametrize(
    ("name", "words"),
    (
        ("my PHONE", "There is one of that name already; give another."),
        ("", "Give a name of at most 120 characters"),
        ("x" * 121, "Give a name of at most 120 characters"),
    ),
)
def test_a_name_that_cannot_be_taken(
    client: FlaskClient, own_page: str, session: Session, name: str, words: str
) -> None:
    status, found = _post(client, own_page, "addresses", name=name)
    assert status == 422
    assert words in found.text
    assert found.fields["name"] == name
    assert session.scalars(select(Feed.name)).all() == ["My phone"]


def test_revoking_asks_once_and_names_what_goes(
    client: FlaskClient, own_page: str, own_feed: Feed, settings: Settings
) -> None:
    _post(client, own_page, "addresses", name="Laptop")
    address = feeds.feed_address("", settings.feed_secret, own_feed)
    asked = page(client, f"{own_page}addresses/{own_feed.uuid}/revocation")
    assert "Revoke “My phone”?" in asked.text
    assert "your last one" not in asked.text
    assert client.get(address).status_code == 200
    status, left = _post(client, own_page, f"addresses/{own_feed.uuid}/revocation")
    assert status == 303
    assert "“My phone” leads nowhere from now on." in left.text
    assert "Laptop this one" in " ".join(left.text.split())
    assert client.get(address).status_code == 404
    page(client, own_page, 404)


def test_revoking_the_last_one_ends_kindly(
    client: FlaskClient, own_page: str, own_feed: Feed
) -> None:
    path = f"addresses/{own_feed.uuid}/revocation"
    assert "It is your last one" in page(client, own_page + path).text
    status, found = _post(client, own_page, path)
    assert status == 303
    assert "Your last address is revoked" in found.text


def test_other_peoples_addresses_cannot_be_revoked(
    client: FlaskClient, own_page: str, session: Session, settings: Settings
) -> None:
    other = rows.person("other", "Other")
    session.add(other)
    theirs = rows.own_feed(session, other, settings.feed_secret)
    status, _ = _post(client, own_page, f"addresses/{theirs.uuid}/revocation")
    assert status == 404
    session.refresh(theirs)
    assert theirs.revoked_at is None


@pytest.mark.parametrize("action", ("calendar", "addresses"))
def test_without_its_token_nothing_is_taken(
    client: FlaskClient, own_page: str, session: Session, action: str
) -> None:
    page(client, own_page)
    answer = client.post(own_page + action, data={"name": "Thief", "delivery": "both"})
    assert answer.status_code == 400
    assert session.scalars(select(Feed.name)).all() == ["My phone"]


def test_forms_work_over_https_without_a_referrer(
    settings: Settings, own_page: str, app: Flask
) -> None:
    client = create_app(replace(settings, base_url="https://mmp.example.org")).test_client()
    answer = client.get(own_page, base_url="https://mmp.example.org")
    assert "Secure" in answer.headers["Set-Cookie"]
    typed = {"csrf_token": Page(answer.text).fields["csrf_token"], "name": "Tablet"}
    answer = client.post(own_page + "addresses", data=typed, base_url="https://mmp.example.org")
    assert answer.status_code == 303
