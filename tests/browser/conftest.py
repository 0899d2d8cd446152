"""A real browser: Debian's Chromium, driven but never downloaded."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import packages
from tests.web.conftest import demo, own_feed, own_page, year

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["demo", "own_feed", "own_page", "year"]


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Everything here needs the browser, and letters to draw Arabic with."""
    if Path(__file__).parent in item.path.parents:
        item.add_marker(pytest.mark.needs("chromium-headless-shell", "fonts-noto-core"))
        item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """One browser for all tests of a module. Not of a process: as long as it is there an event loop
    runs, and tests of other modules start their own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options: dict[str, Any] = {"executable_path": packages.chromium()}
        # No page lives long enough here for its scripts to be worth optimising.
        unoptimised = "--js-flags=--no-opt --no-maglev --always-sparkplug"
        # As root Chromium's own sandbox refuses to run; days and hours are typed as in English.
        arguments = ["--no-sandbox", "--disable-gpu", "--lang=en-US", unoptimised]
        browser = playwright.chromium.launch(args=arguments, **options)
        yield browser
        browser.close()
