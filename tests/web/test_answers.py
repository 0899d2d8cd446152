"""Answers without signing in, the line of who waits, and who said what for a spreadsheet."""

import io
from datetime import datetime
from uuid import uuid4

import openpyxl  # type: ignore[import-untyped]
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.mail import token
from mmp.models import HistoryEntry, Mail, Participation
from mmp.models.enums import (
    AnswerVia,
    AttendanceForm,
    Entry,
    EventForm,
    EventStatus,
    MembershipRole,
    Partstat,
)
from mmp.models.mail import MailState
from mmp.web.spreadsheets import harmless
from tests.support.factories import MADE_AT
from tests.web.desk import fill_in, press, sit_down
from tests.web.html import Page, page
from tests.web.test_event_edits import filled
from tests.web.test_mine import Scene
from tests.web.test_queries import MOST, _statements

SECRET = "a secret key for the tests alone"
PEOPLE = "/en/programmes/here/events/gathering/people"


@pytest.fixture
def scene(session: Session) -> Scene:
    scene = Scene(session)
    scene.event.key = "gathering"
    session.commit()
    return scene


def link(row: Participation, language: str = "en") -> str:
    return f"/{language}/answer/{row.uuid}/{token(SECRET, 'answer', row.uuid)}/"


def buttons(found: Page) -> dict[str, str]:
    """The answers that are offered, each with how its button looks."""
    return {
        values["value"]: values.get("class", "first")
        for tag, values in found.tags
        if tag == "button" and values.get("name") == "answer"
    }


def answer(client: FlaskClient, path: str, **typed: str) -> tuple[int, Page]:
    return fill_in(client, path, **typed)


def test_one_tap_in_the_mail_and_one_on_the_page(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    found = page(client, f"{link(scene.answer)}?answer=accepted")
    assert "Gathering" in found.text
    assert "Amman time (UTC+3)" in found.text
    assert "Stockholm time (UTC+2)" in found.text
    assert "Will you come?" in found.text
    assert "One more tap below, and your answer counts." in found.text
    assert buttons(found) == {
        "in_room": "first",
        "online": "first",
        "tentative": "second",
        "declined": "second",
    }
    status, found = answer(client, link(scene.answer), answer="online", note="From the train")
    assert status == 200
    assert "You said yes, online." in found.text
    assert "You can change your answer here" in found.text
    assert buttons(found)["online"] == "chosen"
    session.refresh(scene.answer)
    row = scene.answer
    assert (row.partstat, row.form) == (Partstat.ACCEPTED, AttendanceForm.ONLINE)
    assert (row.answered_via, row.answer_note) == (AnswerVia.LINK, "From the train")
    found = page(client, f"{link(row)}?answer=accepted")
    assert "One more tap" not in found.text, "it is what was said"
    found = page(client, f"{link(row)}?answer=declined")
    assert "One more tap below, and your new answer counts." in found.text
    assert (buttons(found)["online"], buttons(found)["declined"]) == ("chosen second", "first")
    status, found = answer(client, link(row), answer="declined")
    assert "You said no." in found.text
    session.refresh(row)
    assert (row.partstat, row.answer_note) == (Partstat.DECLINED, "From the train")


def test_looking_changes_nothing(client: FlaskClient, session: Session, scene: Scene) -> None:
    """Programs that look for harm open every address of a mail, and some press HEAD."""
    for query in ("", "?answer=accepted", "?answer=declined", "?answer=%00", "?said=1"):
        for method in ("GET", "HEAD"):
            found = client.open(link(scene.answer) + query, method=method)
            assert found.status_code == 200
            assert found.headers["Referrer-Policy"] == "no-referrer"
            assert found.headers["Cache-Control"] == "no-store"
            assert "noindex" in found.headers["X-Robots-Tag"]
    session.refresh(scene.answer)
    assert scene.answer.partstat is Partstat.NEEDS_ACTION
    assert session.scalars(select(HistoryEntry)).all() == []


def test_without_our_page_nothing_is_answered(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    assert client.post(link(scene.answer), data={"answer": "online"}).status_code == 400
    session.refresh(scene.answer)
    assert scene.answer.partstat is Partstat.NEEDS_ACTION


@pytest.mark.parametrize(
    ("typed", "sentence"),
    (
        ({"answer": "perhaps"}, "Choose one of the answers."),
        ({"answer": "accepted"}, "Say whether you come to the room or join online."),
        ({"answer": "online", "note": "x" * 301}, "Say it in 300 letters at most."),
        ({"answer": "online", "seen": "99"}, "It has moved since you opened this page"),
    ),
)
def test_what_is_wrong_stands_beside_what_was_typed(
    client: FlaskClient, session: Session, scene: Scene, typed: dict[str, str], sentence: str
) -> None:
    status, found = answer(client, link(scene.answer), **typed)
    assert status == 422
    assert sentence in found.text
    assert typed.get("note", "") in found.text
    session.refresh(scene.answer)
    assert scene.answer.partstat is Partstat.NEEDS_ACTION


def test_another_address_is_nobodys(client: FlaskClient, session: Session, scene: Scene) -> None:
    other = scene.make.participation(scene.event, scene.erik)
    session.commit()
    right = token(SECRET, "answer", scene.answer.uuid)
    for path in (
        f"/en/answer/{other.uuid}/{right}/",
        f"/en/answer/{uuid4()}/{right}/",
        f"/en/answer/{scene.answer.uuid}/nonsense-nonsense-nonsense/",
    ):
        assert client.get(path).status_code == 404


def test_after_all_a_kind_page(
    client: FlaskClient, session: Session, scene: Scene, app: Flask
) -> None:
    fields = page(client, link(scene.answer)).fields
    sent = {"csrf_token": fields["csrf_token"], "answer": "online"}
    scene.event.status, scene.event.cancelled_at = EventStatus.CANCELLED, MADE_AT
    session.commit()
    found = page(client, link(scene.answer))
    assert ("This event does not take place." in found.text, buttons(found)) == (True, {})
    assert client.post(link(scene.answer), data=sent).status_code == 200
    scene.event.status, scene.event.cancelled_at = EventStatus.PUBLISHED, None
    scene.event.ends_at = MADE_AT
    session.commit()
    found = page(client, link(scene.answer))
    assert ("This event is over." in found.text, buttons(found)) == (True, {})
    session.refresh(scene.answer)
    assert scene.answer.partstat is Partstat.NEEDS_ACTION
    gone = link(scene.answer)
    session.delete(scene.answer)
    session.commit()
    taken_off = client.get(gone)
    assert (taken_off.status_code, taken_off.headers["Referrer-Policy"]) == (410, "no-referrer")
    assert "You are not on this list any more" in taken_off.text
    assert client.post(gone, data=sent).status_code == 410


def test_a_discreet_persons_page_names_nothing(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    scene.lina.discreet = True
    scene.event.venue = {"en": "The Grand House"}
    session.commit()
    found = page(client, link(scene.answer))
    assert "Meeting" in found.text
    assert "Amman time" in found.text
    for secret in ("Gathering", "Bridges", "Lina", "Grand House"):
        assert secret not in found.source


def test_the_address_speaks_the_language_of_the_mail(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    scene.lina.locale = "ar_JO"
    session.commit()
    found = page(client, link(scene.answer, "ar"))
    assert 'dir="rtl"' in found.source
    assert "أيلول" in found.text, "the months of the Levant"


def full(session: Session, scene: Scene, waiting: int = 1) -> list[Participation]:
    """The event has one seat, taken by Erik; Lina may be asked, others wait already."""
    scene.event.form, scene.event.capacity = EventForm.IN_PERSON, 1
    scene.make.participation(scene.event, scene.erik, form=AttendanceForm.IN_ROOM)
    rows = [
        scene.make.participation(
            scene.event,
            scene.make.person(scene.programme),
            entry=Entry.WAITING,
            waiting_since=datetime(2026, 6, 1, 9, number, tzinfo=MADE_AT.tzinfo),
        )
        for number in range(waiting)
    ]
    session.commit()
    return rows


def test_who_waits_sees_their_place_and_moves_up(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    ahead = full(session, scene)
    _, found = answer(client, link(scene.answer), answer="accepted")
    assert "you are on the waiting list" in found.text
    assert "Your place in the line: 2." in found.text
    answer(client, link(ahead[0]), answer="declined")
    assert "Your place in the line: 1." in page(client, link(scene.answer)).text
    erik = session.scalars(select(Participation).where(Participation.person == scene.erik)).one()
    answer(client, link(erik), answer="tentative")
    assert "You said yes." in page(client, link(scene.answer)).text
    mails = session.scalars(select(Mail).where(Mail.state == MailState.DUE)).all()
    assert [(mail.kind, mail.person_id) for mail in mails] == [("seat_free", scene.lina.id)]
    assert token(SECRET, "answer", scene.answer.uuid) not in str(mails[0].parameters)


def test_the_coordinator_sees_the_line_and_gives_a_seat(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    rows = full(session, scene, waiting=3)
    sit_down(client, session, scene.programme)
    found = page(client, f"{PEOPLE}/")
    assert "1 of 1 taken" in found.text
    assert "Waiting list" in found.text
    give = f"{PEOPLE}/{rows[2].uuid}/seat"
    found = press(client, f"{PEOPLE}/", give)
    assert "has a seat now and is told by mail" in found.text
    assert "2 of 1 taken" in found.text
    assert "nobody loses theirs" in found.text
    session.expire_all()
    assert [row.entry for row in rows] == [Entry.WAITING, Entry.WAITING, Entry.INVITED]
    assert [mail.kind for mail in session.scalars(select(Mail))] == ["seat_free"]
    # Pressed twice, it is as once.
    again = client.post(give, data={"csrf_token": found.fields["csrf_token"]})
    assert again.status_code == 303
    assert len(session.scalars(select(Mail)).all()) == 1


def test_more_seats_let_the_line_in_and_fewer_say_so(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    rows = full(session, scene, waiting=3)
    sit_down(client, session, scene.programme)
    path = "/en/programmes/here/events/gathering/edit/"
    status, found = save_capacity(client, path, "3")
    assert (status, "2 people of the waiting list have a seat now" in found.text) == (200, True)
    session.expire_all()
    assert [row.entry for row in rows] == [Entry.INVITED, Entry.INVITED, Entry.WAITING]
    status, found = save_capacity(client, path, "1")
    assert (status, "nobody loses theirs" in found.text) == (200, True)
    session.expire_all()
    assert [row.entry for row in rows] == [Entry.INVITED, Entry.INVITED, Entry.WAITING]


def save_capacity(client: FlaskClient, path: str, number: str) -> tuple[int, Page]:
    sent = client.post(path, data=filled(client, path, capacity=number))
    if sent.status_code == 303:
        sent = client.get(sent.location)
    return sent.status_code, Page(sent.text)


def test_answers_over_time_are_a_picture_and_a_table(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    sit_down(client, session, scene.programme)
    assert "Answers over time" not in page(client, f"{PEOPLE}/").text
    for day in (2, 9, 30):
        scene.make.participation(
            scene.event,
            scene.make.person(scene.programme),
            partstat=Partstat.ACCEPTED if day < 30 else Partstat.DECLINED,
            answered_at=MADE_AT.replace(month=4, day=day),
            answered_via=AnswerVia.CALENDAR,
        )
    session.commit()
    found = page(client, f"{PEOPLE}/")
    drawn = [values["class"] for tag, values in found.tags if tag == "polygon"]
    assert drawn == ["accepted", "declined", "silent"]
    assert "From their calendar" in found.text
    assert "9 April 2026" in found.text
    mirrored = page(client, f"{PEOPLE}/".replace("/en/", "/ar/", 1))
    points = {
        language: [values["points"] for tag, values in one.tags if tag == "polygon"]
        for language, one in (("en", found), ("ar", mirrored))
    }
    assert points["en"][0].startswith("0,160")
    assert points["ar"][0].startswith("600,160")


@pytest.mark.parametrize("role", (MembershipRole.COORDINATOR, MembershipRole.ASSISTANT))
def test_who_said_what_in_a_workbook(
    client: FlaskClient, session: Session, scene: Scene, role: MembershipRole
) -> None:
    scene.answer.answer_note = "=HYPERLINK(1)"
    scene.answer.answered_at = datetime(2026, 6, 1, 12, tzinfo=MADE_AT.tzinfo)
    scene.answer.answered_via = AnswerVia.LINK
    scene.lina.name = "@SUM(A1)\x07"
    full(session, scene, waiting=2)
    sit_down(client, session, scene.programme, role)
    found = client.get(f"{PEOPLE}.xlsx")
    assert found.status_code == 200
    assert found.headers["Content-Disposition"].endswith('people.xlsx"')
    sheet = openpyxl.load_workbook(io.BytesIO(found.data)).active
    head, *lines = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    by_name = {line[0]: dict(zip(head, line, strict=True)) for line in lines}
    lina = by_name["'@SUM(A1) "]
    assert lina["Answered, time of Europe/Stockholm"] == "2026-06-01 14:00"
    assert lina["Way of the answer"] == "By the link in a mail"
    assert {line["Place in the line"] for line in by_name.values()} == {"", "1", "2"}
    assert lina.get("Note") == ("'=HYPERLINK(1)" if role == "coordinator" else None)


@pytest.mark.parametrize("cell", ("=1", "+1", "-1", "@x", "\tx", "\rx", "  =1", "\n=1"))
def test_nothing_is_calculated(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_few_statements_however_many_wait(
    client: FlaskClient, app: Flask, session: Session, scene: Scene
) -> None:
    rows = full(session, scene, waiting=50)
    sit_down(client, session, scene.programme)
    for path in (link(rows[40]), f"{PEOPLE}/", f"{PEOPLE}.xlsx"):
        with _statements(app) as counted:
            assert client.get(path).status_code == 200
        assert len(counted) <= MOST, path
