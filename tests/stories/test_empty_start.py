"""A fresh installation: from the address it prints to people, pairs, a first event and its mail, in
a browser."""

import sys
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import browser
from tests.support.server import PATIENCE, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]

pytestmark = [pytest.mark.needs("chromium-headless-shell", "fonts-noto-core"), pytest.mark.slow]

EMAIL = "sara@example.org"
TITLES = {"en": "First meeting", "ar": "اللقاء الأول"}
GIVEN = ("Lina", "Omar", "Nadia", "Karim", "Sofia", "Erik", "Astrid", "Johan", "Salma", "Hugo")
FAMILY = ("Haddad", "Lindqvist", "Benjelloun")
PEOPLE = [f"{given} {family}" for family in FAMILY for given in GIVEN]
PARTNERS = [PEOPLE[number ^ 1] for number in range(30)]
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
        ours = f"{site}/{language}/programmes/ours/"
        _make_event(page, ours, language)
        _import_people(page, ours, language, tmp_path / "mentors.xlsx")
        _invite(page, ours)
        _wait_for_mail(tmp_path / "ours" / "mail", to="mentor0@example.org")

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
    page.wait_for_url("**/programmes/ours/desk/")
    assert NAMES[language] in page.inner_text("header")


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


def _import_people(page: "Page", programme: str, language: str, file: Path) -> None:
    """Thirty people in fifteen pairs, two of whose rows are mended before anything is saved."""
    openpyxl: Any = import_module("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Name", "E-mail", "Country", "Partner", "Invite to"])
    for number, (name, other) in enumerate(zip(PEOPLE, PARTNERS, strict=True)):
        email = "nobody" if number == 3 else f"mentor{number}@example.org"
        country = "Jordn" if number == 7 else "Jordan" if number % 2 else "Sweden"
        book.active.append([name, email, country, other, TITLES[language]])
    book.save(file)

    page.goto(f"{programme}people/import/")
    page.set_input_files("[name=file]", file)
    page.click("main form button")
    page.wait_for_url("**/columns/")
    page.click(".columns ~ .actions button")
    page.wait_for_url("**/rows/")
    assert page.locator("main input[aria-invalid=true]").count() == 2
    page.fill("[name=cell-5-email]", "mentor3@example.org")
    page.fill("[name=cell-9-country]", "Jordan")
    page.click("main form .actions button")
    page.wait_for_selector(".said")
    page.click("a.button[href$='/summary/']")
    page.wait_for_url("**/summary/")
    page.click("main form .actions button")
    page.wait_for_url("**/result/")
    assert page.locator("dl.facts dd").all_inner_texts() == ["30", "0", "15", "30"]


def _invite(page: "Page", programme: str) -> None:
    """Send the invitation to everybody on the list."""
    page.goto(f"{programme}desk/")
    page.click("main a[href$='/people/']")
    event = page.url.removesuffix("people/")
    page.goto(f"{event}invitations/")
    page.click("main form[method=post] .actions button")
    page.wait_for_selector(".said")


def _wait_for_mail(folder: Path, to: str) -> None:
    """Until the invitation lies in somebody's mailbox."""
    patience = time.monotonic() + PATIENCE
    while not any(_is_invitation(file.read_bytes(), to) for file in folder.glob("*.eml")):
        assert time.monotonic() < patience, "no invitation leaves"
        time.sleep(0.1)


def _is_invitation(octets: bytes, to: str) -> bool:
    mail = message_from_bytes(octets, policy=policy.default)
    return to in str(mail["To"]) and any(title in str(mail["Subject"]) for title in TITLES.values())


def _mail(folder: Path) -> Any:
    """The one mail that leaves within a while."""
    patience = time.monotonic() + PATIENCE
    while not (found := list(folder.glob("*.eml"))):
        assert time.monotonic() < patience, "no mail leaves"
        time.sleep(0.1)
    (file,) = found
    return message_from_bytes(file.read_bytes(), policy=policy.default)
