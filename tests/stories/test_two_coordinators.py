"""Two coordinators, one in English and one in Arabic, edit the same event at the same time: both
see what the other did, and nothing is lost."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Event, Person
from mmp.models.enums import MembershipRole
from tests.browser.conftest import browser
from tests.support.door import sign_in
from tests.support.factories import Factory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["browser"]

pytestmark = [pytest.mark.needs("chromium-headless-shell", "fonts-noto-core"), pytest.mark.slow]

HERS, THEIRS = "Fifth meeting", "The fifth meeting of pairs"


@pytest.fixture
def desk_of(
    browser: "Browser", app: Flask, session: Session, live_url: str
) -> "Iterator[Callable[[Person], Page]]":
    """A window of somebody's own browser, in which they are signed in."""
    contexts: list[BrowserContext] = []

    def window(person: Person) -> "Page":
        client = app.test_client()
        sign_in(client, session, person)
        cookie = client.get_cookie("session")
        assert cookie is not None
        contexts.append(browser.new_context())
        contexts[-1].add_cookies([{"name": "session", "value": cookie.value, "url": live_url}])
        return contexts[-1].new_page()

    yield window
    for context in contexts:
        context.close()


def _save(page: "Page") -> None:
    page.click("main form[action$='/edit/'] button:not(.second)")
    page.wait_for_selector(".said")


def test_both_edit_the_same_event(
    desk_of: "Callable[[Person], Page]", session: Session, live_url: str
) -> None:
    make = Factory(session)
    here = make.programme(slug="here", name={"en": "Year of Mentors", "ar": "عام الموجّهين"})
    make.event(here, key="meeting", title={"en": "Meeting", "ar": "لقاء"})
    kerstin, salma = (
        make.person(here, MembershipRole.COORDINATOR, name=name)
        for name in ("Kerstin Berg", "Salma Nasser")
    )
    first, second = desk_of(kerstin), desk_of(salma)
    events = "programmes/here/events/meeting"
    first.goto(f"{live_url}/en/{events}/edit/")
    second.goto(f"{live_url}/ar/{events}/edit/")

    first.fill("[name=title-en]", THEIRS)
    first.fill("[name=capacity]", "40")
    _save(first)

    second.fill("[name=title-en]", HERS)
    second.fill("[name=description-ar]", "نلتقي عبر الإنترنت")
    _save(second)
    said = second.inner_text(".said")
    for words in ("Kerstin Berg", HERS, THEIRS, "40"):
        assert words in said
    assert session.scalars(select(Event.title)).one()["en"] == THEIRS
    assert second.input_value("[name=title-en]") == HERS
    assert second.input_value("[name=capacity]") == "40"
    assert second.input_value("[name=description-ar]") == "نلتقي عبر الإنترنت"
    _save(second)

    session.rollback()
    event = session.scalars(select(Event)).one()
    assert (event.title["en"], event.capacity) == (HERS, 40)
    assert event.description is not None
    assert event.description["ar"] == "نلتقي عبر الإنترنت"
    for page, language in ((first, "en"), (second, "ar")):
        page.goto(f"{live_url}/{language}/{events}/history/")
        history = page.inner_text("main")
        for words in ("Kerstin Berg", "Salma Nasser", HERS, THEIRS):
            assert words in history
