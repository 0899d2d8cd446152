"""The pages behind the door, each in three languages, light and dark: accessible, quiet, narrow
enough, whole without scripts."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.web.conftest import year

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, Page
    from sqlalchemy.orm import Session

    from mmp.config import Settings
    from mmp.models import Person, Programme

__all__ = ["year"]

NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1200, "height": 900}
COLOURS = "color-contrast"
"""The one rule that can find something anew where nothing but the colours changed."""
OFFER = UUID("00000000-0000-4000-8000-0000000000f1")
EVENTS = "programmes/year-2026/events"

SPENT, EMPTY = f"sign-in/links/{'x' * 43}/", f"{EVENTS}/new/ saved empty"
SPOKEN_OF = {SPENT: "410", EMPTY: "422"}
"""Where the browser itself says something, of an answer's status."""

AT_THE_DOOR = (
    "sign-in/",
    "sign-in/sent/",
    "sign-in/password/",
    "sign-in/links/{link}/",
    SPENT,
)
OF_A_MENTOR = (
    "home/",
    "agenda/",
    "month/2026-07/",
    "my/events/{june}/",
    "my/events/{december}/",
    "pairs/{pair}/",
    "pairs/{pair}/log/",
    "pairs/talks/{talk}/time/",
    "account/",
)
OF_A_COORDINATOR = (
    "account/password/",
    "programmes/year-2026/desk/",
    "programmes/year-2026/desk/month/2026-06/",
    f"{EVENTS}/new/",
    EMPTY,
    f"{EVENTS}/june/edit/",
    f"{EVENTS}/december/edit/ saved with another day",
    f"{EVENTS}/december/cancellation/",
    f"{EVENTS}/december/history/",
    f"{EVENTS}/december/copy/",
    f"{EVENTS}/draft/deletion/",
    f"{EVENTS}/june/agenda/",
    f"{EVENTS}/june/agenda/new/",
    f"{EVENTS}/june/people/",
    f"{EVENTS}/june/people/{{listed}}/",
    f"{EVENTS}/june/documents/",
    f"{EVENTS}/june/documents/{{document}}/",
)
PAGES = [
    *(("", path) for path in AT_THE_DOOR),
    *(("mentor", path) for path in OF_A_MENTOR),
    *(("coordinator", path) for path in OF_A_COORDINATOR),
]


@pytest.fixture
def names(session: "Session", settings: "Settings", year: "Programme") -> dict[str, object]:
    """What stands in addresses, once the year's mentor is asked this and that."""
    from sqlalchemy import select

    from mmp.models import Document, Pair
    from mmp.services import history, pair_talks, sign_in
    from tests.support.door import NOW
    from tests.support.factories import Factory
    from tests.web import rows

    events = {event.key: event for event in year.events}
    mentor, pair = rows.mentor(session), session.scalars(select(Pair)).one()
    partner = next(member.person for member in pair.members if member.person is not mentor)
    make = Factory(session)
    for key in ("june", "december"):
        make.participation(events[key], mentor)
        make.participation(events[key], partner)
    wish = pair_talks.Wish([datetime(2026, 7, 20, 17), datetime(2026, 7, 21, 23)], 60)
    pair_talks.offer_times(session, now=NOW, actor=partner, pair=pair, uuid=OFFER, wish=wish)
    history.record(
        session,
        now=NOW,
        actor=partner,
        programme=year,
        kind="event",
        uuid=events["december"].uuid,
        action="changed",
        changes={"venue": [{}, {"en": "A hall with a rather long name"}], "capacity": [None, 40]},
    )
    address = sign_in.one_use_address(
        session,
        now=NOW,
        base_url="",
        secret=settings.secret_key,
        person=mentor,
        lasts=sign_in.LASTS,
    )
    session.commit()
    return {key: event.uuid for key, event in events.items()} | {
        "pair": pair.uuid,
        "link": address.split("/")[-2],
        "listed": events["june"].participations[0].uuid,
        "document": session.scalars(select(Document.uuid).limit(1)).one(),
    }


@pytest.fixture
def cookies(
    app: "Flask", session: "Session", live_url: str, year: "Programme"
) -> Callable[[str], Any]:
    """The cookies of who is signed in: `mentor`, `coordinator`, or nobody."""
    from mmp.models.enums import MembershipRole
    from tests.support.door import sign_in
    from tests.support.factories import Factory
    from tests.web import rows

    def of(who: str) -> list[dict[str, str]]:
        if not who:
            return []
        client = app.test_client()
        person: Person = (
            rows.mentor(session)
            if who == "mentor"
            else Factory(session).person(year, MembershipRole.COORDINATOR, name="Kerstin Berg")
        )
        sign_in(client, session, person)
        cookie = client.get_cookie("session")
        assert cookie is not None
        return [{"name": "session", "value": cookie.value, "url": live_url}]

    return of


@pytest.fixture
def opened(
    browser: "Browser", cookies: Callable[[str], Any]
) -> "Iterator[Callable[..., BrowserContext]]":
    """Windows of a browser in which somebody is signed in."""
    contexts: list[BrowserContext] = []

    def window(who: str, **options: Any) -> "BrowserContext":
        contexts.append(browser.new_context(**options))
        contexts[-1].add_cookies(cookies(who))
        return contexts[-1]

    yield window
    for context in contexts:
        context.close()


def _go(page: "Page", address: str) -> None:
    """Open a page; or what comes when its form is saved, empty or with another day."""
    address, _, saved = address.partition(" ")
    page.goto(address)
    if saved:
        page.fill("[name=first_day]", "" if "empty" in saved else "2026-12-03")
        page.press("[name=first_day]", "Enter")
        page.wait_for_selector("button[name=confirmed], [aria-invalid=true]")


def _findings(page: "Page") -> list[str]:
    """What axe finds: all of it in the light, the colours in the dark as well, which are the same
    in French."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(Axe().axe_script)
    found: list[dict[str, Any]] = []
    looks: list[tuple[Any, dict[str, Any]]] = [("light", {}), ("dark", {"runOnly": [COLOURS]})]
    for scheme, rules in looks[:1] if "/fr/" in page.url else looks:
        page.emulate_media(color_scheme=scheme)
        run = "options => axe.run({resultTypes: ['violations'], ...options})"
        found += page.evaluate(run, rules)["violations"]
    return [
        f"{page.url}: {finding['id']}: {finding['nodes'][0]['html'][:200]}" for finding in found
    ]


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_everybody_can_use_it(
    opened: "Callable[..., BrowserContext]",
    live_url: str,
    names: dict[str, object],
    who: str,
    path: str,
) -> None:
    said: list[str] = []
    found: list[str] = []
    page = opened(who, viewport=WIDE).new_page()
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    for language in ("en", "ar", "fr"):
        _go(page, f"{live_url}/{language}/{path.format(**names)}")
        assert page.locator("h1").count() == 1
        found += _findings(page)
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)  # type: ignore[arg-type]  # a dict will do
            wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wider > 0:
                found.append(f"{page.url} is {wider} px too wide at {size['width']}")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a dict will do
    assert not found
    spoken_of = SPOKEN_OF.get(path, "nothing")
    assert [line for line in said if spoken_of not in line] == []


@pytest.mark.parametrize("who", ("", "mentor", "coordinator"))
def test_nothing_needs_scripts(
    opened: "Callable[..., BrowserContext]", live_url: str, names: dict[str, object], who: str
) -> None:
    page = opened(who, java_script_enabled=False).new_page()
    for path in (path for reader, path in PAGES if reader == who):
        _go(page, f"{live_url}/en/{path.format(**names)}")
        assert page.locator("h1").count() == 1, path
        assert page.locator("button[type=button]:visible").count() == 0, path
        for form in page.locator("main form").all():
            assert form.locator("button:visible, [type=submit]:visible").count() > 0, path
