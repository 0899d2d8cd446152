"""Whatever a programme file may hold, the calendars made of it can be rendered and read."""

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import ProblemsFound
from mmp.core.programme_file import emit
from mmp.models import Person
from mmp.services import calendars, feeds
from tests.support.programme_files import NOW, SMALL, bring, empty_database

SECRET = "a feed secret for the tests alone"
NASTY = st.sampled_from(
    (
        *("", " ", "\t", "\n", "\ufeff", "\u2028", "\u200e\u202b", "\u3164", "~", "null"),
        *("a b\nX:1", "é@x", "a;b,c", "<x>", "a\r\nEND:VCALENDAR", "\\n", '"', "a\u2029b"),
        *("x" * 255, "é" * 300, "🙂", "لينا", "%s", "%(title)s", "a@b", "A:b/c"),
    )
) | st.text(st.characters(codec="utf-8"), max_size=20)
ZONES = st.sampled_from(
    ("UTC", "Africa/Casablanca", "Factory", "EST5EDT", "Etc/GMT-3", "Asia/Amman")
)
WHENS = st.sampled_from(
    (
        {"from": "2026-10-25T02:10", "to": "2026-10-25T02:50", "zone": "Europe/Stockholm"},
        {"from": "2026-03-29T02:10", "to": "2026-03-29T02:50", "zone": "Europe/Stockholm"},
        {"from": "2100-12-31", "to": "2100-12-31"},
        {"from": "1990-01-01T00:00", "to": "1990-01-03T00:00", "zone": "Asia/Amman"},
        {"from": "9999-12-30", "to": "9999-12-31"},
    )
)


def rendered(session: Session, key: str = "lina") -> list[bytes]:
    """The feed of a participant and the public one."""
    person = session.scalars(select(Person).where(Person.key == key)).one()
    feed = feeds.default_feed(session, now=NOW, secret=SECRET, person=person)
    session.flush()
    readers = (
        calendars.find_reader(session, feeds.token_of(SECRET, feed)),
        calendars.find_public_reader(session, "small", "en"),
    )
    bodies = []
    for reader in readers:
        assert reader is not None
        base_url = "https://mmp.example"
        bodies.append(calendars.render_feed(session, reader, now=NOW, base_url=base_url).body)
    return bodies


def document(texts: list[str], zone: str, when: Any, sequence: int) -> dict[str, Any]:
    name, person, title, about, place, uid, item_uid = texts
    item = {"title": title, "room": place, "uid": item_uid, "roles": [_host()]}
    return {
        "mmp": 1,
        "programme": {"slug": "small", "name": name, "zone": zone},
        "people": {"lina": {"name": person, "zone": zone, "roles": ["mentor"]}},
        "events": {
            "e": {
                "title": title,
                "description": about,
                "when": when,
                "venue": place,
                "status": "published",
                "uid": uid,
                "sequence": sequence,
                "participants": {"people": ["lina"]},
                "agenda": {"i": item | _times(when)},
            }
        },
    }


def _host() -> dict[str, str]:
    return {"role": "host", "person": "lina"}


def _times(when: dict[str, str]) -> dict[str, str]:
    day = when["from"][:10]
    clocks = ("00:00", "00:30") if "T" not in when["from"] else (when["from"][11:], "02:40")
    return {"from": f"{day}T{clocks[0]}", "to": f"{day}T{clocks[1]}"}


@pytest.mark.slow
@settings(max_examples=60)
@given(st.data())
def test_what_a_file_accepts_renders_as_feeds(data: st.DataObject) -> None:
    # One wrong text is enough to refuse a file: the others are mostly right.
    odd = data.draw(st.sets(st.integers(0, 6), max_size=2))
    right = ["Small", "Lina", "Water", "About", "Hall", "e@x", "i@x"]
    texts = [data.draw(NASTY) if number in odd else text for number, text in enumerate(right)]
    zone = data.draw(ZONES | st.just("Europe/Stockholm"))
    sequence = data.draw(st.sampled_from((0, 1_000_000, 1_000_001, 2_147_483_647)))
    with empty_database() as session:
        try:
            bring(session, emit(document(texts, zone, data.draw(WHENS), sequence)))
        except ProblemsFound:
            return
        for body in rendered(session):
            assert len(Calendar.from_ical(body).walk("VEVENT")) >= 1


def with_uid(uid: str) -> str:
    when = {"from": "2026-10-25", "to": "2026-10-25"}
    return emit(document(["Small", "Lina", "Water", "", "", uid, "i@x"], "UTC", when, 0))


@pytest.mark.parametrize("uid", ("a b\nX:1", "é@x", "a;b,c", "<x>", " a@b", "x" * 256))
def test_what_no_calendar_takes_as_uid_is_refused_in_one_line(session: Session, uid: str) -> None:
    with pytest.raises(ProblemsFound, match=r"^\S+ events/e/uid: “.*” cannot be a uid; use.*$"):
        bring(session, with_uid(uid))


@pytest.mark.parametrize("uid", ("", "a@b", "x" * 255))
def test_any_other_uid_is_in_the_feeds(session: Session, uid: str) -> None:
    bring(session, with_uid(uid))
    assert all(b"BEGIN:VEVENT" in body for body in rendered(session))


def test_the_small_file_is_in_the_feeds(session: Session) -> None:
    bring(session, SMALL)
    for body in rendered(session):
        titles = [str(one["SUMMARY"]) for one in Calendar.from_ical(body).walk("VEVENT")]
        assert titles[0] == "Water"
