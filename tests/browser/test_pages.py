"""Public pages in a real browser: with clocks elsewhere, a clipboard, a keyboard."""

from typing import TYPE_CHECKING

import pytest

from tests.support.looks import WIDE, Keyboard, faults, prepare

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from mmp.models import Programme


def test_an_address_is_added_without_scripts(
    browser: "Browser", live_url: str, own_page: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_url + own_page)
    page.fill("#name", "Tablet")
    page.click("form.add button")
    assert page.locator(".said").is_visible()
    assert page.locator("table.addresses tbody tr").count() == 2
    context.close()


@pytest.mark.parametrize(
    ("zone", "words"),
    (
        ("Asia/Amman", ["Your time: 16:00–17:00 (UTC+3)"]),
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
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]  # a dict will do
    page = context.new_page()
    page.goto(f"{live_url}/en/programmes/year-2026/")
    keyboard = Keyboard(page)
    keyboard.go(".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    keyboard.press("a[href$='/events/october/']")
    assert page.url.endswith("/events/october/")
    context.close()


def test_a_demo_page_is_right_to_left_and_whole(
    browser: "Browser", live_url: str, demo: None
) -> None:
    page = browser.new_page()
    prepare(page.context)
    for path in ("mmp26/", "mmp26/events/amman/", "cairo-dialogue-2023/events/dialogue/"):
        page.goto(f"{live_url}/ar/programmes/{path}")
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        assert not faults(page)
    page.context.close()
