"""Draws the pictures of the documents: the demo, as a browser shows it, into docs/img/.

`python -m tests.support.screenshots` starts the demo in a folder of its own and drives the Chromium
that the browser's tests drive. Run it again when a page looks different.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import packages
from tests.support.server import running

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/img"
WIDE, PHONE = (1200, 1000), (390, 780)
_YEAR = "/programmes/mmp26/"


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: its address, that of a subscribe page, and those that sign in."""

    base_url: str
    subscribe: str
    mentor: str
    coordinator: str


def main() -> int:
    """Draw them all; tells each one's size."""
    if packages.chromium() is None:
        print(
            "The pictures need Chromium: apt-get install chromium-headless-shell", file=sys.stderr
        )
        return 1
    FOLDER.mkdir(exist_ok=True)
    with _demo() as demo, sync_playwright() as playwright:
        options: dict[str, Any] = {"executable_path": packages.chromium()}
        # As root, where Chromium's own sandbox refuses to run.
        browser = playwright.chromium.launch(args=["--no-sandbox", "--disable-gpu"], **options)
        for name, page in _pages(browser, demo):
            file = FOLDER / f"{name}.png"
            file.write_bytes(page.screenshot(animations="disabled"))
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1e3:.0f} KB")
            page.context.close()
        browser.close()
    return 0


def _pages(browser: Browser, demo: Demo) -> Iterator[tuple[str, Page]]:
    yield "year", _at(browser, f"{demo.base_url}/en{_YEAR}")
    yield "event-ar", _at(browser, f"{demo.base_url}/ar{_YEAR}events/amman/")
    yield "subscribe", _at(browser, demo.subscribe)
    mentor = _signed_in(browser, demo.mentor, PHONE)
    mentor.goto(f"{demo.base_url}/en/home/")
    yield "home-phone", mentor
    coordinator = _signed_in(browser, demo.coordinator, WIDE)
    coordinator.goto(f"{demo.base_url}/en{_YEAR}desk/")
    yield "desk", coordinator


def _at(browser: Browser, address: str, size: tuple[int, int] = WIDE) -> Page:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    return page


def _signed_in(browser: Browser, address: str, size: tuple[int, int]) -> Page:
    page = _at(browser, address, size)
    page.click("main button")
    page.wait_for_url("**/home/**")
    return page


@contextmanager
def _demo() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory() as folder:
        mmp = Path(sys.executable).with_name("mmp")
        with running([mmp, "demo", "--port", "0", "--instance", folder], cwd=ROOT) as server:
            server.wait_for("Stop: Ctrl-C")
            said = "\n".join(server.lines)
            subscribe = _address(said, "Subscribe page")
            yield Demo(
                base_url=re.sub(r"(?<=\d)/.*", "", subscribe),
                subscribe=subscribe,
                mentor=_address(said, "As a mentor"),
                coordinator=_address(said, "As coordinator"),
            )


def _address(said: str, label: str) -> str:
    found = re.search(rf"^{label} +(\S+)$", said, re.MULTILINE)
    assert found is not None, said
    return found[1]


if __name__ == "__main__":
    sys.exit(main())
