"""The subscribe page on a phone and on paper, in a real browser."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PHONE = {"width": 360, "height": 640}


@pytest.fixture(params=(True, False), ids=("with scripts", "without"))
def phone(browser: "Browser", request: pytest.FixtureRequest) -> "Iterator[Page]":
    """A phone's browser, with scripts and without."""
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]  # a dict will do
        java_script_enabled=request.param,
    )
    yield context.new_page()
    context.close()


def _is_on_screen(page: "Page", selector: str) -> bool:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= PHONE["height"]


@pytest.mark.parametrize("language", ("en", "ar", "fr"))
def test_a_fault_is_seen_and_has_the_focus(
    phone: "Page", live_url: str, own_page: str, language: str
) -> None:
    phone.goto(live_url + own_page.replace("/en/", f"/{language}/"))
    phone.fill("#alarm_minutes", "abc")
    phone.press("#alarm_minutes", "Enter")
    phone.wait_for_selector("#alarm_minutes:focus")
    assert _is_on_screen(phone, "#alarm_minutes-fault")
    phone.locator("#to-mend").scroll_into_view_if_needed()
    phone.click("#to-mend + ul a")
    assert _is_on_screen(phone, "#alarm_minutes")


def test_what_is_said_of_a_new_address_is_seen(phone: "Page", live_url: str, own_page: str) -> None:
    phone.goto(live_url + own_page)
    name = "W" * 120
    phone.fill("#name", name)
    phone.click("form.add button")
    phone.wait_for_selector(".said")
    assert _is_on_screen(phone, ".said")
    assert name in phone.locator(".said").inner_text()
    for place in (phone.locator(".said"), phone.locator("table.addresses"), phone.locator("main")):
        box = place.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    shown = "el => el.scrollWidth <= window.innerWidth"
    assert phone.locator("html").evaluate(shown)
    phone.click(f'a:has-text("Revoke"):has-text("{name}")')
    assert phone.locator("html").evaluate(shown)


def test_what_is_touched_is_large_enough(phone: "Page", live_url: str, own_page: str) -> None:
    """WCAG 2.2, success criterion 2.5.8."""
    for path, selector in (
        (own_page, "table.addresses a"),
        ("/en/programmes/year-2026/events/june/", ".files a"),
    ):
        phone.goto(live_url + path)
        box = phone.locator(selector).first.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24, path


def test_on_paper_stands_what_can_be_used_there(
    browser: "Browser", live_url: str, own_page: str
) -> None:
    page = browser.new_page()
    page.goto(live_url + own_page)
    address = page.input_value("#address")
    for width in (720, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media="print")
        text = page.locator("main").inner_text()
        assert address in text
        assert "Your choices" not in text
        assert "Revoke" not in text
        assert page.locator("button:visible").count() == 0
        assert page.locator("svg.qr").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("language", ("en", "ar"))
@pytest.mark.parametrize("width", (360, 1280))
def test_headings_inside_an_item_are_smaller_than_its_own(
    browser: "Browser", live_url: str, demo: None, language: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{live_url}/{language}/programmes/mmp26/events/amman/")
    type_of = """el => {
      const style = getComputedStyle(el);
      return [parseFloat(style.fontSize), style.fontWeight, style.fontFamily];
    }"""
    around = page.locator(".item:has(.beside) > .item-body > .item-title")
    inside = page.locator(".beside .item-title").first
    outer, inner = around.evaluate(type_of), inside.evaluate(type_of)
    assert inner[0] < outer[0]
    assert inner[1:] == outer[1:]
    assert page.locator(".beside .question").first.evaluate(type_of)[2] != inner[2]
    room = page.locator(".beside .item-title + p").first.bounding_box()
    title = inside.bounding_box()
    assert room is not None
    assert title is not None
    assert room["y"] - (title["y"] + title["height"]) <= 12
    page.close()


def test_ones_own_time_is_written_as_the_pages_are(
    browser: "Browser", live_url: str, own_page: str
) -> None:
    context = browser.new_context(timezone_id="Asia/Amman")
    page = context.new_page()
    page.goto(f"{live_url}/fr/programmes/year-2026/events/december/")
    assert "16:00–17:00" in page.locator(".own-time").inner_text()
    assert "14:00–15:00" in page.locator(".facts").inner_text()
    context.close()
