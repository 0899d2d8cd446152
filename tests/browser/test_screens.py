"""Every page in three languages, light and dark: accessible, quiet, narrow enough, good on paper,
whole without scripts. None is forgotten."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.browser.screens import NO_SCREENS, SCREENS, Screen
from tests.support import looks

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, Page
    from sqlalchemy.orm import Session

    from mmp.config import Settings
    from tests.browser.scene import Names, Scene

LANGUAGES = ("en", "ar", "fr")
AT_ONCE = 12
"""Pages looked at in one test: enough to share a scene, few enough to spread over processors."""
SHARDS = [
    pytest.param(who, screens[at : at + AT_ONCE], id=f"{who}-{at // AT_ONCE + 1}")
    for who, screens in SCREENS.items()
    for at in range(0, len(screens), AT_ONCE)
]


@pytest.fixture
def scene(app: "Flask", session: "Session", settings: "Settings") -> "Scene":
    from tests.browser.scene import Scene

    return Scene(app, session, settings)


@pytest.fixture
def opened(
    browser: "Browser", scene: "Scene", live_url: str
) -> "Iterator[Callable[..., tuple[BrowserContext, Names]]]":
    """A window of a browser in which somebody is signed in, and the names in addresses."""
    contexts: list[BrowserContext] = []

    def window(who: str, **options: Any) -> "tuple[BrowserContext, Names]":
        names, cookie = scene.set(who)
        contexts.append(browser.new_context(viewport=looks.WIDE, **options))  # type: ignore[arg-type]  # a dict will do
        if cookie:
            contexts[-1].add_cookies([{"name": "session", "value": cookie, "url": live_url}])
        return contexts[-1], names

    yield window
    for context in contexts:
        context.close()


def _go(page: "Page", base: str, screen: Screen, names: "Names") -> None:
    """Open a page and do there what is done first; nobody is led elsewhere."""
    page.goto(base + screen.address.format(**names))
    if screen.act:
        screen.act(page)
    arrived = urlsplit(page.url).path
    assert arrived == urlsplit(base + screen.lands.format(**names)).path, f"led to {page.url}"


def test_no_page_is_forgotten(app: "Flask", scene: "Scene") -> None:
    """A page that is not in `tests/browser/screens.py` is looked at by nobody."""
    names, _ = scene.set("nobody")
    addresses = app.url_map.bind("")
    seen = set()
    for screen in (screen for screens in SCREENS.values() for screen in screens):
        address = f"/en/{screen.lands.format(**names)}"
        for method in addresses.allowed_methods(address):
            seen.add(addresses.match(address, method=method)[0])
    got = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert got - seen - set(NO_SCREENS) == set(), "put into SCREENS: " + " ".join(
        sorted(got - seen - set(NO_SCREENS))
    )
    assert set(NO_SCREENS) <= got - seen, "these are gone, or pages after all"


@pytest.mark.parametrize(("who", "screens"), SHARDS)
def test_everybody_can_use_it(
    opened: "Callable[..., tuple[BrowserContext, Names]]",
    live_url: str,
    who: str,
    screens: tuple[Screen, ...],
) -> None:
    said: list[str] = []
    found: list[str] = []
    context, names = opened(who)
    looks.prepare(context)
    page = context.new_page()
    heard = _heard(page)
    for number, screen in enumerate(screens):
        for turn in range(len(LANGUAGES)):
            language = LANGUAGES[(number + turn) % len(LANGUAGES)]
            _go(page, f"{live_url}/{language}/", screen, names)
            found += looks.faults(page, again=turn > 0)
        said += [line for line in heard if not screen.said or screen.said not in line]
        heard.clear()
    assert not found
    assert not said


def _heard(page: "Page") -> list[str]:
    """What the browser says, from now on."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    return heard


@pytest.mark.parametrize("who", SCREENS)
def test_nothing_needs_scripts(
    opened: "Callable[..., tuple[BrowserContext, Names]]", live_url: str, who: str
) -> None:
    context, names = opened(who, java_script_enabled=False)
    page = context.new_page()
    found: list[str] = []
    for number, screen in enumerate(SCREENS[who]):
        language = LANGUAGES[number % 2]
        _go(page, f"{live_url}/{language}/", screen, names)
        found += looks.wants_of_scripts(page)
    assert not found
