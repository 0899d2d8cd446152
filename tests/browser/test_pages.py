"""Every page in three languages, light and dark: accessible, quiet, narrow enough, whole without
scripts."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from mmp.models import Programme

LOOKS = [(language, scheme) for language in ("en", "ar", "fr") for scheme in ("light", "dark")]
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1200, "height": 900}
PATHS = (
    "",
    "programmes/year-2026/",
    "programmes/year-2026/events/june/",
    "programmes/year-2026/events/called-off/",
    "programmes/year-2026/subscribe/",
    "feeds/revoked/",
    "nothing/",
)


def _paths(own_page: str) -> list[str]:
    own = own_page.removeprefix("/en/")
    return [*PATHS, own]


def _open(context: "BrowserContext", address: str, said: list[str]) -> "Page":
    page = context.new_page()
    page.on("console", lambda message: said.append(f"{address}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{address}: {error}"))
    page.goto(address)
    return page


def _findings(page: "Page") -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {finding['id']}: {finding['nodes'][0]['html'][:200]}" for finding in found
    ]


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_axe_finds_nothing(
    browser: "Browser",
    live_url: str,
    year: "Programme",
    own_page: str,
    language: str,
    scheme: Any,
) -> None:
    said: list[str] = []
    findings: list[str] = []
    for size in (WIDE, NARROW):
        context = browser.new_context(color_scheme=scheme, viewport=size)  # type: ignore[arg-type]  # a dict will do
        for path in _paths(own_page):
            page = _open(context, f"{live_url}/{language}/{path}", said)
            if size is WIDE:
                findings += _findings(page)
            wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wider <= 0, f"{path} is {wider} px too wide at {size['width']}"
            page.close()
        context.close()
    assert not findings
    # The missing page is one: the browser itself says so.
    assert [line for line in said if "404" not in line] == []


@pytest.mark.parametrize("language", ("en", "ar"))
def test_nothing_is_missing_without_scripts(
    browser: "Browser", live_url: str, own_page: str, language: str
) -> None:
    context = browser.new_context(java_script_enabled=False, timezone_id="Asia/Amman")
    said: list[str] = []
    for path in _paths(own_page):
        page = _open(context, f"{live_url}/{language}/{path}", said)
        assert page.locator("h1").count() == 1
        assert page.locator("button[data-copies]:visible").count() == 0
        page.close()
    page = _open(context, f"{live_url}/{language}/{own_page.removeprefix('/en/')}", said)
    page.fill("#name", "Tablet")
    page.click("form.add button")
    assert page.locator(".said").is_visible()
    assert page.locator("table.addresses tbody tr").count() == 2
    context.close()


@pytest.mark.parametrize(
    ("zone", "words"),
    (
        ("Asia/Amman", ["Your time: 16:00–17:00"]),
        ("Pacific/Auckland", ["Your time: ", "3 December", "02:00", "03:00"]),
        ("Europe/Stockholm", []),
        ("Europe/Paris", []),
    ),
)
def test_ones_own_time_is_added_where_it_differs(
    browser: "Browser", live_url: str, year: "Programme", zone: str, words: list[str]
) -> None:
    context = browser.new_context(timezone_id=zone)
    page = context.new_page()
    page.goto(f"{live_url}/en/programmes/year-2026/events/december/")
    own = page.locator(".own-time")
    assert own.count() == bool(words)
    for word in words:
        assert word in own.inner_text()
    context.close()


def test_the_address_is_copied(browser: "Browser", live_url: str, year: "Programme") -> None:
    context = browser.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_url)
    page = context.new_page()
    page.goto(f"{live_url}/en/programmes/year-2026/subscribe/")
    page.click("button[data-copies]")
    page.wait_for_function("document.querySelector('[role=status]').textContent === 'Copied.'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.input_value("#address")
    context.close()


def test_the_keyboard_reaches_everything(
    browser: "Browser", live_url: str, year: "Programme"
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{live_url}/en/programmes/year-2026/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]  # it is visible
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('href')"))
    assert "/en/programmes/year-2026/events/october/" in reached
    context.close()


def test_a_demo_page_is_right_to_left_and_fits(
    browser: "Browser", live_url: str, demo: None
) -> None:
    context = browser.new_context(viewport=NARROW)  # type: ignore[arg-type]  # a dict will do
    said: list[str] = []
    for path in ("mmp26/", "mmp26/events/amman/", "cairo-dialogue-2023/events/dialogue/"):
        page = _open(context, f"{live_url}/ar/programmes/{path}", said)
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        assert not _findings(page)
        page.close()
    assert not said
    context.close()
