"""A fresh installation: from the address it prints to a first event and its mail, in a browser."""

import sys
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import browser
from tests.support.server import PATIENCE, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]

pytestmark = [pytest.mark.needs("chromium", "fonts-noto-core"), pytest.mark.slow]

EMAIL = "sara@example.org"
TITLES = {"en": "First meeting", "ar": "اللقاء الأول"}
NAMES = {"en": "Year of Mentors", "ar": "عام الموجّهين"}


@pytest.mark.parametrize("language", ("en", "ar"))
def test_nobody_needs_more_than_the_address(
    browser: "Browser", tmp_path: Path, language: str
) -> None:
    mmp = Path(sys.executable).with_name("mmp")
    environ = {"MMP_INSTANCE": str(tmp_path / "ours")}
    with running([mmp, "run", "--port", "0"], cwd=tmp_path, environ=environ) as server:
        first = server.wait_for(r"http://\S+/en/first-run/[\w-]{43}/")
        site = first.partition("/en/")[0]
        page = browser.new_page()
        page.goto(first.replace("/en/", f"/{language}/"))
        _make_account(page)
        _make_programme(page, language)
        assert EMAIL in _mail(tmp_path / "ours" / "mail")["To"]
        page.goto(f"{site}/{language}/outbox/")
        page.click("main tbody a")
        assert "Sara Lind" in page.inner_text("main")
        _make_event(page, f"{site}/{language}/programmes/ours/", language)

        somebody = browser.new_page()
        somebody.goto(f"{site}/{language}/programmes/ours/")
        assert TITLES[language] in somebody.inner_text("main")
        for window in (page, somebody):
            window.context.close()


def _make_account(page: "Page") -> None:
    page.fill("[name=name]", "Sara Lind")
    page.fill("[name=email]", EMAIL)
    page.select_option("[name=zone]", "Asia/Amman")
    page.fill("[name=password]", "seven green bicycles")
    page.click("main form button")
    page.wait_for_url("**/first-run/programme/")


def _make_programme(page: "Page", language: str) -> None:
    page.check("[name=way][value=empty]")
    page.fill("[name=name]", NAMES[language])
    page.fill("[name=slug]", "ours")
    page.click("main form button")
    page.wait_for_url("**/programmes/ours/")
    assert page.inner_text("h1") == NAMES[language]


def _make_event(page: "Page", programme: str, language: str) -> None:
    """Next month, online; made, then published."""
    page.goto(f"{programme}desk/")
    page.click("main a[href$='/events/new/']")
    page.fill(f"[name=title-{language}]", TITLES[language])
    page.fill("[name=first_day]", f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}")
    page.fill("[name=starts]", "14:00")
    page.fill("[name=ends]", "16:00")
    page.check("[name=form][value=online]")
    page.press("[name=ends]", "Enter")
    page.click("form[action$='/publication/'] button")
    page.wait_for_selector(".said")


def _mail(folder: Path) -> Any:
    """The one mail that leaves within a while."""
    patience = time.monotonic() + PATIENCE
    while not (found := list(folder.glob("*.eml"))):
        assert time.monotonic() < patience, "no mail leaves"
        time.sleep(0.1)
    (file,) = found
    return message_from_bytes(file.read_bytes(), policy=policy.default)
