"""The two users without a mouse: each step by Tab and Enter, and one always sees where one is."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.looks import WIDE, Keyboard

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser
    from sqlalchemy.orm import Session

    from mmp.config import Settings
    from mmp.models import Person
    from tests.support.factories import Factory

PASSWORD = "seven green bicycles"


@pytest.fixture
def make(session: "Session") -> "Factory":
    from tests.support.factories import Factory

    return Factory(session)


@pytest.fixture
def keyboard(browser: "Browser") -> Iterator[Keyboard]:
    """Of a browser that writes days as 12/31/2026 and hours as 02:00 PM."""
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]  # a dict will do
    yield Keyboard(context.new_page())
    context.close()


@pytest.fixture
def link(session: "Session", settings: "Settings", live_url: str) -> "Callable[[Person, str], str]":
    """The address in a mail that signs somebody in."""
    from mmp.services import sign_in
    from tests.support.door import NOW

    def of(person: "Person", language: str) -> str:
        address = sign_in.one_use_address(
            session,
            now=NOW,
            base_url=live_url,
            secret=settings.secret_key,
            person=person,
            lasts=timedelta(minutes=30),
            language=language,
        )
        session.commit()
        return address

    return of


def test_a_coordinator_plans(
    app: "Flask", session: "Session", live_url: str, make: "Factory", keyboard: Keyboard
) -> None:
    from mmp.models.enums import MembershipRole
    from mmp.services import accounts
    from tests.support.door import NOW

    planner = make.person(
        make.programme(slug="here"), MembershipRole.COORDINATOR, email="k@example.org"
    )
    passwords = app.extensions["mmp.door"].passwords
    accounts.set_password(session, now=NOW, passwords=passwords, person=planner, password=PASSWORD)
    session.commit()
    page = keyboard.page

    page.goto(f"{live_url}/en/programmes/here/desk/")
    keyboard.press("a[href*='/sign-in/password/']")
    keyboard.type("[name=email]", "k@example.org")
    keyboard.type("[name=password]", PASSWORD)
    keyboard.press("main button")

    keyboard.press("main a[href$='/events/new/']")
    keyboard.type("[name=title-en]", "Fifth meeting")
    keyboard.type("[name=first_day]", "11252026")
    keyboard.type("[name=starts]", "0200PM")
    keyboard.type("[name=ends]", "0400PM")
    keyboard.go("[name=form]")
    while not page.is_checked("[name=form][value=online]"):
        page.keyboard.press("ArrowUp")
    keyboard.press("main form button")
    for title in ("Opening", "Questions"):
        if not page.url.endswith("/agenda/"):
            keyboard.press(".around a[href$='/agenda/']")
        keyboard.press("main a[href$='/agenda/new/']")
        keyboard.type("[name=title-en]", title)
        keyboard.press("main form button")
    titles = page.locator(".edit-item b")
    assert titles.all_inner_texts() == ["Opening", "Questions"]
    keyboard.press("[data-item]:last-child button[value=up]")
    assert titles.all_inner_texts() == ["Questions", "Opening"]

    keyboard.press(".around a[href$='/edit/']")
    keyboard.press("form[action$='/publication/'] button")
    page.goto(f"{live_url}/en/programmes/here/")
    assert "Fifth meeting" in page.inner_text("main")
    assert "14:00–16:00" in page.inner_text("main")


def test_a_mentor_finds_the_next_meeting_and_offers_a_talk(
    live_url: str,
    make: "Factory",
    keyboard: Keyboard,
    link: "Callable[[Person, str], str]",
) -> None:
    from datetime import datetime

    from tests.support.factories import timed

    here = make.programme(slug="here")
    mentor = make.person(here, zone="Asia/Amman", country="JO", locale="ar_JO")
    make.pair(here, mentor, make.person(here, name="Erik Lund"))
    event = make.event(here, timed(datetime(2026, 11, 25, 14)), title={"ar": "اللقاء الخامس"})
    make.participation(event, mentor)
    page = keyboard.page

    page.goto(link(mentor, "ar"))
    keyboard.press("main form button")
    keyboard.press(".glance a")
    assert page.inner_text("h1") == "اللقاء الخامس"
    keyboard.press("a[href$='/home/']")
    keyboard.press("main a[href*='/pairs/']")
    keyboard.type("[name=day1]", "06262026")
    keyboard.type("[name=time1]", "0600PM")
    keyboard.press("form[action*='/offers/'] button")
    assert page.locator(".said").is_visible()
    assert "Erik Lund" in page.inner_text("main")
