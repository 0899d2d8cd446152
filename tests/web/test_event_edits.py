"""Who plans makes and changes events: every form, every question before others notice."""

import re
from datetime import datetime
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as listening, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mmp.adapters.database import db
from mmp.models import Event, Mail, Programme
from mmp.models.enums import EventStatus, MembershipRole, Partstat
from tests.support.door import sign_in
from tests.support.factories import Factory, timed
from tests.web.html import Page, page

EVENTS = "/en/programmes/here/events/"
OCTOBER = timed(datetime(2026, 10, 15, 14))


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture(autouse=True)
def planner(client: FlaskClient, session: Session, make: Factory, programme: Programme) -> None:
    """The client is a coordinator's."""
    sign_in(client, session, make.person(programme, MembershipRole.COORDINATOR, name="Ann Holm"))


@pytest.fixture
def meeting(session: Session, make: Factory, programme: Programme) -> Event:
    """Published, in October, with someone in Amman and an item."""
    event = make.event(programme, OCTOBER, key="meeting", title={"en": "Fourth meeting"})
    make.participation(event, make.person(programme, name="Lina Haddad", zone="Asia/Amman"))
    make.item(event, datetime(2026, 10, 15, 14), title={"en": "Welcome"})
    session.commit()
    return event


def fields(found: Page) -> dict[str, str]:
    """What a browser would send of the form, as far as it is filled in the page."""
    sent = {name: text for name, text in found.fields.items() if name != "predecessors"}
    for area in re.findall(
        r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', found.source, re.DOTALL
    ):
        sent[area[0]] = area[1]
    for name, inside in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', found.source, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        sent[name] = chosen[1] if chosen else ""
    return sent


def filled(client: FlaskClient, path: str, **more: str) -> dict[str, str]:
    return fields(page(client, path)) | {key.replace("__", "-"): text for key, text in more.items()}


def draft(client: FlaskClient, **more: str) -> dict[str, str]:
    """A new event's form, filled in."""
    return (
        filled(client, EVENTS + "new/")
        | {
            "title-en": "Fifth meeting",
            "first_day": "2026-11-25",
            "starts": "14:00",
            "ends": "16:00",
            "form": "online",
        }
        | more
    )


def one(session: Session, key: str) -> Event:
    session.expire_all()
    return session.scalars(select(Event).where(Event.key == key)).one()


def test_a_draft_is_made_once_and_shown_to_nobody_else(
    client: FlaskClient, session: Session, app: Flask
) -> None:
    sent = draft(
        client, **{"title-ar": "الاجتماع الخامس", "join_link": "https://bücher.example/é x"}
    )
    sent["join_link"] = "https://bücher.example/é"
    for _again in range(2):
        answer = client.post(EVENTS + "new/", data=sent)
        assert (answer.status_code, answer.location) == (303, EVENTS + "fifth-meeting/edit/")
    event = one(session, "fifth-meeting")
    assert event.status is EventStatus.DRAFT
    assert event.title == {"en": "Fifth meeting", "ar": "الاجتماع الخامس"}
    assert event.join_link == "https://xn--bcher-kva.example/%C3%A9"
    said = page(client, EVENTS + "fifth-meeting/edit/")
    assert "The draft is saved" in said.text
    assert "French missing" in said.text
    assert app.test_client().get(EVENTS + "fifth-meeting/").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    (
        ({"first_day": "2026-09-31"}, "There is no day 31 in September 2026; its last day is 30."),
        ({"first_day": "2026-13-01"}, "There is no month 13"),
        ({"first_day": "next week"}, "Write a day as year, month and day"),
        ({"first_day": ""}, "Give the day."),
        ({"ends": "13:00"}, "The end must come after the beginning."),
        ({"starts": "25:00"}, "Write a clock time like 14:00."),
        ({"zone": "Asia/Stockholm"}, "did you mean Europe/Stockholm?"),
        ({"zone": ""}, "Give a time zone"),
        ({"precision": "days", "last_day": "2026-11-01"}, "The last day must not come before"),
        ({"precision": "month", "month": ""}, "Give the month."),
        ({"precision": "nonsense"}, "Choose one of these."),
        ({"title-en": "x" * 301}, "Write at most 300 letters."),
        ({"description-en": "x" * 5001}, "Write at most 5000 letters."),
        ({"zone": "Etc/GMT-3"}, "use Area/City"),
        ({"title-en": " "}, "Give a title in at least one language."),
        ({"join_link": "javascript:alert(1)"}, "beginning with https://"),
        ({"number": "four"}, "Write a number from 1 to"),
        ({"capacity": "-1"}, "Write a number from 0 to"),
        ({"country": "XX"}, "Choose a country of the list."),
        ({"theme": "gone"}, "This is not there any more"),
        ({"contact": "\0"}, "This is not there any more"),
    ),
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: FlaskClient, session: Session, wrong: dict[str, str], sentence: str
) -> None:
    answer = client.post(EVENTS + "new/", data=draft(client, **{"city-en": "Lund"} | wrong))
    assert answer.status_code == 422
    found = Page(answer.text)
    assert sentence in found.text
    assert found.fields["city-en"] == "Lund"
    for name, text in wrong.items():
        if name in found.fields and name != "precision":
            assert found.fields[name] == text
    assert session.scalar(select(Event).limit(1)) is None


def test_digits_of_any_script_are_understood(client: FlaskClient, session: Session) -> None:
    sent = draft(client, first_day="٢٠٢٦-١١-٢٥", starts="١٤:٠٠", capacity="٣٠")
    assert client.post(EVENTS + "new/", data=sent).status_code == 303
    event = one(session, "fifth-meeting")
    assert (event.starts_local, event.capacity) == (datetime(2026, 11, 25, 14), 30)


@pytest.mark.parametrize(
    ("day", "starts", "ends", "sentence", "kept"),
    (
        ("2027-03-28", "02:30", "05:00", "skip 02:30; it becomes 03:30", (3, 30)),
        ("2026-10-25", "02:30", "05:00", "show 02:30 twice; the first is meant", (2, 30)),
    ),
)
def test_what_the_clocks_do_is_told(
    client: FlaskClient,
    session: Session,
    day: str,
    starts: str,
    ends: str,
    sentence: str,
    kept: tuple[int, int],
) -> None:
    sent = draft(client, first_day=day, starts=starts, ends=ends)
    answer = client.post(EVENTS + "new/", data=sent, follow_redirects=True)
    assert sentence in Page(answer.text).text
    event = one(session, "fifth-meeting")
    assert event.starts_local is not None
    assert (event.starts_local.hour, event.starts_local.minute) == kept


def test_a_months_day_is_fixed_later(client: FlaskClient, session: Session) -> None:
    sent = draft(client, precision="month", month="2026-10")
    assert client.post(EVENTS + "new/", data=sent).status_code == 303
    path = EVENTS + "fifth-meeting/edit/"
    sent = filled(
        client, path, precision="timed", first_day="2026-10-15", starts="9:00", ends="10:30"
    )
    assert sent["last_day"] == "", "the month's last day is not the event's"
    assert client.post(path, data=sent).status_code == 303
    event = one(session, "fifth-meeting")
    assert event.starts_local == datetime(2026, 10, 15, 9)
    assert event.ends_local == datetime(2026, 10, 15, 10, 30)


def test_several_days(client: FlaskClient, session: Session) -> None:
    sent = draft(client, precision="days", last_day="2026-11-26", starts="", ends="")
    assert client.post(EVENTS + "new/", data=sent).status_code == 303
    found = page(client, EVENTS + "fifth-meeting/edit/")
    assert "25–26 November 2026" in found.text
    assert fields(found)["last_day"] == "2026-11-26"


def test_a_move_is_shown_before_it_is_saved(
    client: FlaskClient, session: Session, meeting: Event
) -> None:
    path = EVENTS + "meeting/edit/"
    sent = filled(client, path, first_day="2026-10-27", starts="20:00", ends="22:00")
    asked, shown = client.post(path, data=sent), client.post(path + "preview", data=sent)
    for answer in (asked, shown):
        assert answer.status_code == 200
        text = " ".join(Page(answer.text).text.split())
        for words in (
            "1 person gets a mail. Lina Haddad",
            "Thursday, 15 October 2026, 15:00–17:00",
            "22:00 – 28 October 00:00",
            "another day",
            "before 7:00 or after 22:00",
            "outside the event",
            "Nothing is saved yet.",
        ):
            assert words in text
        assert one(session, "meeting").starts_local == datetime(2026, 10, 15, 14)
    again = fields(Page(shown.text))
    back = Page(client.post(path, data=again | {"back": "1"}).text)
    assert fields(back)["first_day"] == "2026-10-27"
    saved = client.post(path, data=again | {"confirmed": "1", "move_agenda": "1"})
    assert saved.status_code == 303
    said = page(client, saved.location).text
    assert "1 agenda item moved along." in said
    assert "1 person is told by mail." in said
    moved = one(session, "meeting")
    assert moved.agenda[0].starts_local == datetime(2026, 10, 27, 20)
    assert [mail.kind for mail in session.scalars(select(Mail))] == ["event_moved"]


def test_a_day_in_the_past_is_remarked(client: FlaskClient, meeting: Event) -> None:
    sent = draft(client, first_day="2025-10-15")
    said = client.post(EVENTS + "new/", data=sent, follow_redirects=True)
    assert "This day is over. Is the year right?" in said.text
    path = EVENTS + "meeting/edit/"
    shown = client.post(path, data=filled(client, path, first_day="2025-10-15"))
    assert "This day is over. Is the year right?" in shown.text
    said = client.post(path, data=filled(client, path, first_day="2027-10-15") | {"confirmed": "1"})
    assert "Is the year right?" not in client.get(said.location).text


def test_who_is_not_invited_yet_is_named_and_not_told(
    client: FlaskClient, session: Session, make: Factory, programme: Programme, meeting: Event
) -> None:
    person = make.person(programme, name="Omar Nouri")
    make.participation(meeting, person, partstat=Partstat.NEEDS_ACTION)
    make.participation(meeting, make.person(programme, name="Ann Blom", email=None))
    session.commit()
    path = EVENTS + "meeting/edit/"
    sent = filled(client, path, city__en="Lund")
    shown = Page(client.post(path, data=sent).text)
    text = " ".join(shown.text.split())
    assert "1 person gets a mail. Lina Haddad" in text
    assert "1 person is not invited yet and hears nothing: Omar Nouri" in text
    saved = client.post(path, data=fields(shown) | {"confirmed": "1"})
    said = page(client, saved.location)
    assert "1 person is not invited yet and heard nothing. Invite them" in said.text
    assert said.links.count(EVENTS + "meeting/invitations/") > 1
    asked = " ".join(page(client, EVENTS + "meeting/cancellation/").text.split())
    assert "1 person is not invited yet and hears nothing: Omar Nouri" in asked
    assert "1 person is told: Lina Haddad" in asked
    assert "1 person has no mail address; tell them yourself. Ann Blom" in asked


def test_a_mended_word_is_saved_at_once(
    client: FlaskClient, session: Session, meeting: Event
) -> None:
    path = EVENTS + "meeting/edit/"
    assert client.post(path, data=filled(client, path, title__en="Fourth")).status_code == 303
    assert one(session, "meeting").title == {"en": "Fourth"}
    assert session.scalar(select(Mail).limit(1)) is None


def test_two_edits_at_once_lose_nothing(
    client: FlaskClient, session: Session, meeting: Event
) -> None:
    path = EVENTS + "meeting/edit/"
    mine = filled(client, path, title__en="My title", city__en="Lund")
    theirs = filled(client, path, title__en="Their title", capacity="40")
    assert client.post(path, data=theirs).status_code == 303
    answer = client.post(path, data=mine)
    assert answer.status_code == 409
    found = Page(answer.text)
    text = " ".join(found.text.split())
    assert "Title English My title English Their title" in text
    assert "Places nothing 40" in text
    assert "Ann Holm changed this event" in text
    kept = fields(found)
    assert (kept["title-en"], kept["city-en"], kept["capacity"]) == ("My title", "Lund", "40")
    assert one(session, "meeting").title == {"en": "Their title"}
    assert client.post(path, data=kept | {"confirmed": "1"}).status_code == 303
    event = one(session, "meeting")
    assert (event.title["en"], event.city["en"], event.capacity) == ("My title", "Lund", 40)


def test_the_same_form_twice_saves_once(
    client: FlaskClient, session: Session, meeting: Event
) -> None:
    path = EVENTS + "meeting/edit/"
    sent = filled(client, path, city__en="Lund") | {"confirmed": "1"}
    assert [client.post(path, data=sent).status_code for _time in range(2)] == [303, 303]
    assert len(session.scalars(select(Mail)).all()) == 1


def _press(client: FlaskClient, path: str, **more: str) -> TestResponse:
    token = page(client, EVENTS + "new/").fields["csrf_token"]
    return client.post(path, data={"csrf_token": token} | more, follow_redirects=True)


def test_published_cancelled_restored(
    client: FlaskClient, session: Session, app: Flask, meeting: Event
) -> None:
    asked = page(client, EVENTS + "meeting/cancellation/")
    assert "1 person is told: Lina Haddad" in " ".join(asked.text.split())
    assert one(session, "meeting").status is EventStatus.PUBLISHED
    said = _press(client, EVENTS + "meeting/cancellation/", reason="No room")
    assert "It is cancelled. 1 person is told by mail." in said.text
    assert "does not take place" in page(app.test_client(), EVENTS + "meeting/").text
    asked = page(client, EVENTS + "meeting/restoration/")
    assert "1 person is told: Lina Haddad" in " ".join(asked.text.split())
    said = _press(client, EVENTS + "meeting/restoration/")
    assert "It takes place after all." in said.text
    assert "told by mail" not in said.text, "the mail had not gone yet"
    history = " ".join(page(client, EVENTS + "meeting/history/").text.split())
    for words in (
        "Ann Holm cancelled this event 19 June 2026, 10:00, Stockholm time (UTC+2)",
        "What was said Before: nothing → Now: No room",
        "Ann Holm restored this event",
    ):
        assert words in history


def test_a_draft_is_published(client: FlaskClient, app: Flask) -> None:
    client.post(EVENTS + "new/", data=draft(client))
    _press(client, EVENTS + "fifth-meeting/publication/")
    assert page(app.test_client(), EVENTS + "fifth-meeting/").text


def test_a_copy(client: FlaskClient, session: Session, meeting: Event) -> None:
    path = EVENTS + "meeting/copy/"
    sent = filled(client, path, first_day="2027-02-30")
    assert "its last day is 28" in client.post(path, data=sent).text
    sent |= {"first_day": "2027-02-11", "with_people": "y"}
    for _again in range(2):
        answer = client.post(path, data=sent)
        assert answer.location == EVENTS + "fourth-meeting/edit/"
    copy = one(session, "fourth-meeting")
    assert copy.agenda[0].starts_local == datetime(2027, 2, 11, 14)
    assert len(copy.participations) == 1


def test_a_deleted_draft_can_be_brought_back(client: FlaskClient, session: Session) -> None:
    client.post(EVENTS + "new/", data=draft(client))
    uuid = one(session, "fifth-meeting").uuid
    asked = page(client, EVENTS + "fifth-meeting/deletion/")
    assert "You can bring it back." in asked.text
    said = _press(client, EVENTS + "fifth-meeting/deletion/")
    assert "Fifth meeting" in Page(said.text).text
    assert client.get(EVENTS + "fifth-meeting/edit/").status_code == 404
    path = f"/en/programmes/here/deleted-events/{uuid}/restoration/"
    assert "The draft is back." in _press(client, path).text
    assert one(session, "fifth-meeting").uuid == uuid
    missing = f"/en/programmes/here/deleted-events/{uuid4()}/restoration/"
    assert _press(client, missing).status_code == 404


def test_the_public_page_offers_editing_to_those_who_may(
    client: FlaskClient, app: Flask, session: Session, make: Factory, meeting: Event
) -> None:
    assert EVENTS + "meeting/edit/" in page(client, EVENTS + "meeting/").links
    nobody, mentor = app.test_client(), app.test_client()
    sign_in(mentor, session, meeting.participations[0].person)
    for other in (nobody, mentor):
        assert EVENTS + "meeting/edit/" not in page(other, EVENTS + "meeting/").links
        assert "no-store" not in other.get(EVENTS + "meeting/").headers["Cache-Control"]


PATHS = tuple(
    EVENTS + rest
    for rest in (
        "new/",
        *(f"meeting/{page}/" for page in ("edit", "history", "cancellation", "copy")),
    )
)


def test_statements_do_not_grow(
    app: Flask,
    client: FlaskClient,
    session: Session,
    make: Factory,
    programme: Programme,
    meeting: Event,
) -> None:
    with app.app_context():
        engine = db.engine
    counted: list[str] = []
    listening.listen(engine, "before_cursor_execute", lambda *call: counted.append(str(call[2])))
    counts: dict[str, list[int]] = {path: [] for path in PATHS}
    for more in (0, 2, 47):
        for _one in range(more):
            make.item(meeting, datetime(2026, 10, 15, 14))
            make.participation(meeting, make.person(programme))
            make.event(programme)
        session.commit()
        for path in PATHS:
            counted.clear()
            assert client.get(path).status_code == 200
            counts[path].append(len(counted))
    for path, numbers in counts.items():
        assert max(numbers) <= 12, path
        assert numbers[1] == numbers[2], path


@pytest.mark.parametrize("language", ("ar", "fr"))
def test_other_languages(client: FlaskClient, meeting: Event, language: str) -> None:
    base = f"/{language}/programmes/here/events/"
    for path in ("new/", "meeting/edit/", "meeting/cancellation/", "meeting/copy/"):
        assert page(client, base + path).tags


def test_what_would_lie_outside_is_named_and_moves_along(
    client: FlaskClient, session: Session, make: Factory, meeting: Event
) -> None:
    make.item(meeting, datetime(2026, 10, 15, 15, 30), title={"en": "Closing"})
    session.commit()
    path = EVENTS + "meeting/edit/"
    later = filled(client, path, starts="15:00", ends="17:00")
    shown = Page(client.post(path, data=later).text)
    text = " ".join(shown.text.split())
    assert "If the agenda stays, 1 item lies outside the event: “Welcome”." in text
    assert "If it moves along, none does." in text
    shorter = filled(client, path, ends="15:00")
    shown = Page(client.post(path, data=shorter).text)
    text = " ".join(shown.text.split())
    assert "1 item will lie outside the event: “Closing”. Save, then" in text
    assert 'name="move_agenda"' not in shown.source
    saved = client.post(path, data=fields(shown) | {"confirmed": "1"})
    assert "1 agenda item lies outside the event now" in page(client, saved.location).text
    text = page(client, EVENTS + "meeting/agenda/").text
    assert "Lies outside the time of the event" in text


def test_new_words_are_told_if_who_plans_ticks_so(
    client: FlaskClient, session: Session, meeting: Event
) -> None:
    path = f"{EVENTS}meeting/edit/"
    for tick, mails in (("", 0), ("1", 1)):
        typed = filled(client, path, title__en=f"Fourth meeting, mended{tick}")
        shown = client.post(f"{path}preview", data=typed).text
        assert "Tell everybody of the new words by mail" in shown
        told = {"tell_all": tick} if tick else {}
        assert client.post(path, data=typed | told | {"confirmed": "1"}).status_code == 303
        session.expire_all()
        assert len(session.scalars(select(Mail)).all()) == mails


def test_what_is_wrong_is_summed_up_with_ways_to_the_fields(client: FlaskClient) -> None:
    sent = draft(client, **{"title-en": "", "starts": "26:00"})
    found = Page(client.post(EVENTS + "new/", data=sent).text)
    assert "This is not saved yet. Please mend: Title" in " ".join(found.text.split())
    assert {"#title", "#starts"} <= set(found.links)
    for name in ("title", "starts"):
        assert f'id="{name}"' in found.source
