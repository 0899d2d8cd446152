"""A coordinator makes an event and moves it; a mentor reads of it on a phone, and answers."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from icalendar import Calendar
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import FixedClock
from mmp.adapters.mailer import DirectoryMailer
from mmp.adapters.scheduler import liveness_for
from mmp.config import Settings
from mmp.core.mail import Site
from mmp.jobs.dispatch import Dispatcher
from mmp.models import Participation, Person
from mmp.models.enums import MembershipRole, Partstat
from mmp.services import sign_in
from tests.browser.conftest import browser
from tests.support.factories import Factory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]

pytestmark = [pytest.mark.needs("chromium-headless-shell", "fonts-noto-core"), pytest.mark.slow]

PHONE = {"width": 360, "height": 640}


class Hours(NamedTuple):
    """When the event is, as its coordinator in Stockholm and its mentor in Amman read it."""

    old: str
    new: str
    hers_before: str
    hers: str


ENGLISH = Hours("14:00–16:00", "15:00–17:00", "16:00–18:00", "17:00–19:00")
ARABIC = Hours("2:00–4:00 م", "3:00–5:00 م", "4:00–6:00 م", "5:00–7:00 م")


@dataclass
class Post:
    """The mails that went out, in a folder."""

    worker: Dispatcher
    folder: Path

    def newest_to(self, person: Person) -> str:
        """Send what is due; the words of the one mail that is new to them."""
        self.worker.run()
        found = []
        for path in self.folder.glob("*.eml"):
            mail: Any = message_from_bytes(path.read_bytes(), policy=policy.default)
            path.unlink()
            if person.email in mail["To"]:
                found.append(mail.get_body(("plain",)).get_content())
        (words,) = found
        return _plain(words)


@pytest.fixture
def post(
    session: Session, settings: Settings, clock: FixedClock, live_url: str, tmp_path: Path
) -> Iterator[Post]:
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    liveness = liveness_for(engine, tmp_path)
    yield Post(
        Dispatcher(
            sessions=sessionmaker(engine, info={"clock": clock}),
            mailer=DirectoryMailer(tmp_path / "mail"),
            clock=clock,
            site=Site(live_url, secret=settings.secret_key),
            liveness=liveness,
        ),
        tmp_path / "mail",
    )
    liveness.end()


def _plain(words: str) -> str:
    """On one line, without marks of direction, in the digits of the test."""
    shown = (letter for letter in words if unicodedata.category(letter) != "Cf")
    digits = (str(unicodedata.digit(one)) if one.isdecimal() else one for one in shown)
    return " ".join("".join(digits).split())


def _words(page: "Page") -> str:
    return _plain(page.inner_text("main"))


def _place(mail: str, hours: str) -> int:
    """Where a mail tells these hours. In Arabic it says of each which half of the day it is in."""
    starts, ends = re.findall(r"\d+:\d\d", hours)
    found = re.search(rf"(?<!\d){starts}\D{{1,5}}{ends}", mail)
    return found.start() if found else -1


@pytest.mark.parametrize(
    ("language", "locale", "hours"), (("en", "en_GB", ENGLISH), ("ar", "ar_JO", ARABIC))
)
def test_planned_moved_read_and_answered(
    browser: "Browser",
    session: Session,
    settings: Settings,
    clock: FixedClock,
    live_url: str,
    post: Post,
    language: str,
    locale: str,
    hours: Hours,
) -> None:
    make = Factory(session)
    here = make.programme(slug="here", name={"en": "Year of Mentors", "ar": "عام الموجّهين"})
    planner = make.person(here, MembershipRole.COORDINATOR, name="Kerstin Berg", locale=locale)
    mentor = make.person(here, name="Lina Haddad", zone="Asia/Amman", country="JO", locale=locale)
    address = sign_in.one_use_address(
        session,
        now=clock.now(),
        base_url=live_url,
        secret=settings.secret_key,
        person=planner,
        lasts=timedelta(minutes=30),
        language=language,
    )
    session.commit()

    desk = browser.new_context().new_page()
    _plan(desk, address, f"{live_url}/{language}/programmes/here/", f"title-{language}")
    asked = session.scalars(select(Participation)).one()
    asked.partstat, asked.answered_at = Partstat.TENTATIVE, clock.now()
    session.commit()  # who has said maybe knows of it, and is told
    _move(desk, hours)
    told = post.newest_to(mentor)
    assert 0 <= _place(told, hours.hers_before) < _place(told, hours.hers)
    assert "UTC+3" in told

    phone = browser.new_context(viewport=PHONE).new_page()  # type: ignore[arg-type]  # a dict will do
    phone.goto(f"{live_url}/{language}/sign-in/")
    phone.fill("[name=email]", str(mentor.email))
    phone.press("[name=email]", "Enter")
    phone.wait_for_url("**/sign-in/sent/")
    (link,) = re.findall(rf"{live_url}/\w+/sign-in/links/\S+", post.newest_to(mentor))
    phone.goto(link)
    phone.click("main form button")
    phone.wait_for_url("**/home/")
    _glance(phone, hours)
    phone.click("button[name=answer][value=accepted]")
    phone.wait_for_selector("button[value=accepted][aria-pressed=true]")
    session.expire_all()
    assert session.scalars(select(Participation)).one().partstat is Partstat.ACCEPTED

    phone.click("form[action$='/home/calendar/'] button")
    phone.wait_for_url("**/feeds/**")
    feed = re.search(r"/feeds/[\w-]+\.ics", phone.content())
    assert feed is not None
    calendar: Any = Calendar.from_ical(phone.request.get(live_url + feed[0]).body())
    (entry,) = calendar.walk("VEVENT")
    assert entry["DTSTART"].dt.astimezone(UTC) == datetime(2026, 11, 26, 14, tzinfo=UTC)
    assert str(entry["SUMMARY"]) == "Fifth meeting"
    for page in (desk, phone):
        page.context.close()


def _plan(desk: "Page", address: str, programme: str, title: str) -> None:
    """Sign in, make an event, publish it, put the mentors on its list."""
    desk.goto(address)
    desk.click("main form button")
    desk.goto(f"{programme}desk/")
    desk.click("main a[href$='/events/new/']")
    desk.fill(f"[name={title}]", "Fifth meeting")
    desk.fill("[name=first_day]", "2026-11-25")
    desk.fill("[name=starts]", "14:00")
    desk.fill("[name=ends]", "16:00")
    desk.check("[name=form][value=online]")
    desk.press("[name=ends]", "Enter")
    desk.click("form[action$='/publication/'] button")
    desk.click(".around a[href$='/people/']")
    desk.check("[name=roles][value=mentor]")
    desk.click("form[action$='/people/'] .actions button:not([name])")
    assert "Lina Haddad" in _plain(desk.inner_text("main table"))


def _move(desk: "Page", hours: Hours) -> None:
    """A day later and an hour: only after a look at what that does to whom."""
    desk.click(".around a[href$='/edit/']")
    desk.fill("[name=first_day]", "2026-11-26")
    desk.fill("[name=starts]", "15:00")
    desk.fill("[name=ends]", "17:00")
    desk.press("[name=ends]", "Enter")
    desk.wait_for_selector("button[name=confirmed]")
    shown = _words(desk)
    for words in ("Lina Haddad", *hours):
        assert words in shown
    desk.click("button[name=confirmed]")
    desk.wait_for_selector(".said")
    assert desk.input_value("[name=starts]") == "15:00"


def _glance(phone: "Page", hours: Hours) -> None:
    """What is next, at the hours of both clocks, and how to answer: without scrolling sideways."""
    shown = _plain(phone.inner_text(".glance"))
    for words in ("Fifth meeting", hours.hers, "UTC+3", hours.new, "UTC+1"):
        assert words in shown
    box = phone.locator(".glance .clock").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"]
    assert phone.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
