"""A mentor's own pages: what is next by both clocks, answers, agenda, months, an event."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.when import When
from mmp.models import Break, GuidingQuestion, HistoryEntry, Programme
from mmp.models.enums import (
    AgendaKind,
    AgendaRoleName,
    AttendanceForm,
    Audience,
    BreakKind,
    BreakoutState,
    Entry,
    EventForm,
    EventStatus,
    MembershipRole,
    Partstat,
    Strength,
)
from tests.support.door import sign_in
from tests.support.factories import Factory, timed
from tests.web.html import Page, page
from tests.web.test_queries import MOST, _statements

LINK = "https://meet.example/room"


class Scene:
    """A mentor in Amman, her partner in Stockholm, and a hybrid event in September."""

    def __init__(self, session: Session, make: Factory | None = None) -> None:
        self.make = make = make or Factory(session)
        self.session = session
        self.programme: Programme = make.programme(slug="here", name={"en": "Bridges"})
        self.lina = make.person(
            self.programme,
            name="Lina Haddad",
            zone="Asia/Amman",
            country="JO",
            email="l@example.org",
        )
        self.erik = make.person(self.programme, name="Erik Lund", email="erik@example.org")
        self.pair = make.pair(self.programme, self.lina, self.erik)
        self.event = make.event(
            self.programme,
            timed(datetime(2026, 9, 28, 22), 120),
            title={"en": "Gathering"},
            form=EventForm.HYBRID,
            join_link=LINK,
        )
        self.answer = make.participation(self.event, self.lina, partstat=Partstat.NEEDS_ACTION)
        session.commit()

    @property
    def path(self) -> str:
        return f"/en/my/events/{self.event.uuid}/"


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.fixture
def lina(scene: Scene, client: FlaskClient, session: Session) -> FlaskClient:
    sign_in(client, session, scene.lina, strength=Strength.LINK)
    return client


def send(client: FlaskClient, path: str, **typed: str) -> tuple[int, Page]:
    token = page(client, "/en/home/").fields["csrf_token"]
    answer = client.post(path, data={"csrf_token": token, **typed}, follow_redirects=True)
    return answer.status_code, Page(answer.text)


def test_home_shows_both_clocks_and_says_another_day(scene: Scene, lina: FlaskClient) -> None:
    text = " ".join(page(lina, "/en/home/").text.split())
    assert "Next Gathering" in text
    assert "Monday, 28 September 2026" in text or "Monday 28 September 2026" in text
    assert "23:00" in text
    assert "Amman time (UTC+3)" in text
    assert "22:00" in text
    assert "Stockholm time (UTC+2)" in text
    assert "Will you come?" in text
    assert "Erik Lund" in text
    assert "erik@example.org" in text
    assert "Their clock is 1 hour behind yours." in text
    other = scene.make.event(scene.programme, timed(datetime(2026, 6, 19, 23, 30), 60))
    scene.make.participation(other, scene.lina)
    scene.session.commit()
    text = " ".join(page(lina, "/en/home/").text.split())
    assert "There it is still Friday" in text
    two_days = When.days(date(2026, 6, 19), date(2026, 6, 20), "Asia/Amman")
    gathering = scene.make.event(scene.programme, two_days, title={"en": "Two days"})
    scene.make.participation(gathering, scene.lina)
    for title, day, hour in (("What was", 19, 7), ("What comes", 20, 9)):
        item = scene.make.item(gathering, datetime(2026, 6, day, hour), title={"en": title})
        scene.make.role(item, person=scene.lina)
    scene.session.commit()
    text = " ".join(page(lina, "/en/home/").text.split())
    assert "Now Two days" in text, "a gathering that is on"
    assert "What comes" in text
    assert "What was" not in text, "a part that is over"


def test_one_tap_answers_and_may_be_changed(
    scene: Scene, lina: FlaskClient, session: Session
) -> None:
    assert LINK not in page(lina, "/en/home/").links
    counter = scene.lina.calendar_counter
    status, home = send(lina, f"{scene.path}answer", answer="online", **{"from": "home"})
    assert status == 200
    assert "You said yes, online." in home.text
    assert "You said yes, online" in page(lina, "/en/agenda/").text
    assert LINK in home.links
    session.expire_all()
    assert (scene.answer.partstat, scene.answer.form) == (Partstat.ACCEPTED, AttendanceForm.ONLINE)
    assert scene.lina.calendar_counter > counter
    status, found = send(lina, f"{scene.path}answer", answer="declined", note="Away that week")
    assert status == 200
    assert "You said no." in found.text
    assert "Away that week" in found.text
    assert LINK not in found.links
    actions = [
        entry.changes["partstat"]
        for entry in session.scalars(select(HistoryEntry).order_by(HistoryEntry.id))
        if entry.action == "answered"
    ]
    assert actions == [["NEEDS-ACTION", "ACCEPTED"], ["ACCEPTED", "DECLINED"]]
    # As after the event has become hybrid: the yes stands, and only how is asked.
    session.expire_all()
    scene.answer.partstat, scene.answer.form = Partstat.ACCEPTED, None
    session.commit()
    asked = page(lina, "/en/home/").text
    assert "You said yes. In the room, or online?" in asked
    assert "Will you come?" not in asked


@pytest.mark.parametrize(
    ("typed", "sentence"),
    (
        ({"answer": "accepted", "note": "kept"}, "Say whether you come to the room"),
        ({"answer": "perhaps", "note": "kept"}, "Choose one of the answers."),
        ({"answer": "online", "note": "kept" + "x" * 300}, "300 letters"),
    ),
)
def test_what_cannot_be_answered_keeps_the_note(
    scene: Scene, lina: FlaskClient, typed: dict[str, str], sentence: str
) -> None:
    status, found = send(lina, f"{scene.path}answer", **typed)
    assert status == 422
    assert sentence in found.text
    assert "kept" in found.text


def test_what_is_over_takes_no_answer(scene: Scene, lina: FlaskClient, session: Session) -> None:
    past = scene.make.event(scene.programme, timed(datetime(2026, 6, 18, 9)))
    row = scene.make.participation(past, scene.lina, partstat=Partstat.NEEDS_ACTION)
    session.commit()
    assert send(lina, f"/en/my/events/{past.uuid}/answer", answer="accepted")[0] == 400
    session.expire_all()
    assert row.partstat is Partstat.NEEDS_ACTION


def test_the_part_one_has_shows_with_its_questions(
    scene: Scene, lina: FlaskClient, session: Session
) -> None:
    item = scene.make.item(
        scene.event,
        datetime(2026, 9, 28, 22, 30),
        kind=AgendaKind.BREAK_OUT,
        title={"en": "Group three"},
        audience=Audience.IN_ROLE,
        room={"en": "Room B"},
        join_link="https://meet.example/three",
    )
    item.guiding_questions.append(GuidingQuestion(position=0, text={"en": "What is home?"}))
    scene.make.role(item, pair=scene.pair, role=AgendaRoleName.RAPPORTEUR)
    scene.answer.partstat, scene.answer.form = Partstat.ACCEPTED, AttendanceForm.IN_ROOM
    session.commit()
    for path in ("/en/home/", scene.path):
        found = page(lina, path)
        for words in ("Group three", "Room B", "What is home?", "23:30"):
            assert words in found.text, path
        assert "https://meet.example/three" not in found.links
    scene.answer.form = AttendanceForm.ONLINE
    session.commit()
    assert "https://meet.example/three" in page(lina, scene.path).links


def test_participants_see_names_but_never_of_the_discreet(
    scene: Scene, lina: FlaskClient, session: Session
) -> None:
    make = scene.make
    quiet = make.person(scene.programme, name="Salma Nour", discreet=True)
    gone = make.person(scene.programme, name="Omar Saleh")
    waits = make.person(scene.programme, name="Nadia Aziz")
    guest = make.person(scene.programme, MembershipRole.GUEST, name="Guest One")
    make.participation(scene.event, scene.erik)
    make.participation(scene.event, quiet)
    make.participation(scene.event, guest)
    make.participation(scene.event, gone, partstat=Partstat.DECLINED)
    make.participation(scene.event, waits, entry=Entry.WAITING)
    session.commit()
    text = page(lina, scene.path).text
    assert "Erik Lund" in text
    assert "pair" in text
    for name in ("Salma Nour", "Omar Saleh", "Nadia Aziz"):
        assert name not in text
    sign_in(lina, session, guest, strength=Strength.LINK)
    text = page(lina, scene.path).text
    assert "Lina Haddad" in text
    assert "&" not in text.split("Who takes part")[1].split("Who wished")[0]
    sign_in(lina, session, waits, strength=Strength.LINK)
    assert lina.get(scene.path).status_code == 404


def test_what_is_not_ones_own_is_not_there(
    scene: Scene, lina: FlaskClient, session: Session
) -> None:
    draft = scene.make.event(scene.programme, status=EventStatus.DRAFT)
    scene.make.participation(draft, scene.lina)
    other = scene.make.event(scene.programme)
    session.commit()
    for event in (draft, other):
        path = f"/en/my/events/{event.uuid}/"
        assert lina.get(path).status_code == 404
        assert send(lina, f"{path}answer", answer="accepted")[0] == 404


def test_agenda_and_month_have_own_days_and_breaks(
    scene: Scene, lina: FlaskClient, session: Session
) -> None:
    late = scene.make.event(
        scene.programme, timed(datetime(2026, 8, 31, 23, 30), 60), title={"en": "Late talk"}
    )
    scene.make.participation(late, scene.lina)
    vague = scene.make.event(
        scene.programme, When.month(2026, 10, "Europe/Stockholm"), title={"en": "Some day"}
    )
    scene.make.participation(vague, scene.lina)
    scene.programme.breaks.append(
        Break(
            key="summer",
            kind=BreakKind.SUMMER,
            name={"en": "Summer break"},
            starts_on=date(2026, 7, 1),
            ends_on=date(2026, 8, 31),
        )
    )
    session.commit()
    text = page(lina, "/en/agenda/").text
    parts = [
        text.index(word)
        for word in ("Summer break", "September 2026", "Late talk", "Gathering", "Some day")
    ]
    assert parts == sorted(parts)
    september = page(lina, "/en/month/2026-09/").text
    assert "Late talk" in september  # 00:30 on 1 September in Amman
    assert "Late talk" not in page(lina, "/en/month/2026-08/").text.split("1 September")[0]
    assert "Some day" in page(lina, "/en/month/2026-10/").text
    assert "Nothing of yours" in page(lina, "/en/month/2027-01/").text
    assert lina.get("/en/month/").location == "/en/month/2026-06/"
    for nonsense in ("2026-13", "x", "0000-01"):
        assert lina.get(f"/en/month/{nonsense}/").status_code == 404


def test_who_has_nothing_is_told_what_to_do(client: FlaskClient, session: Session) -> None:
    make = Factory(session)
    sign_in(client, session, make.person(make.programme()), strength=Strength.LINK)
    assert "Nothing is planned yet" in page(client, "/en/home/").text
    assert "You are on no list yet" in page(client, "/en/agenda/").text


def test_only_who_runs_a_programme_is_led_to_its_desk(
    scene: Scene, lina: FlaskClient, session: Session
) -> None:
    desk = "/en/programmes/here/desk/"
    assert desk not in page(lina, "/en/home/").links
    sign_in(lina, session, scene.make.person(scene.programme, MembershipRole.ASSISTANT))
    home = page(lina, "/en/home/")
    assert desk in home.links
    assert home.text.index("To the desk") < home.text.index("Nothing is planned yet")


@pytest.mark.both_databases
@pytest.mark.parametrize("path", ("home/", "agenda/", "month/2026-09/", "event", "pair"))
def test_statements_do_not_grow(
    app: Flask, client: FlaskClient, session: Session, path: str
) -> None:
    counts, make = [], Factory(session)
    for number in (1, 3, 50):
        scene = Scene(session, make)
        with make.at_once():
            _fill(scene, number)
        sign_in(client, session, scene.lina, strength=Strength.LINK)
        where = {
            "event": f"my/events/{scene.event.uuid}/",
            "pair": f"pairs/{scene.pair.uuid}/",
        }.get(path, path)
        with _statements(app) as counted:
            assert client.get(f"/en/{where}").status_code == 200
        counts.append(len(counted))
        scene.programme.slug = f"other-{number}"
        scene.lina.email = scene.erik.email = None
        session.commit()
    assert max(counts) <= MOST
    assert max(counts[1:]) == min(counts[1:])


def _fill(scene: Scene, number: int) -> None:
    make = scene.make
    for count in range(number):
        starts = datetime(2026, 9, 1, 9) + timedelta(days=count % 28)
        one = make.event(scene.programme, timed(starts))
        make.participation(one, scene.lina, partstat=Partstat.NEEDS_ACTION)
        item = make.item(scene.event, datetime(2026, 9, 28, 22))
        item.guiding_questions.append(GuidingQuestion(position=0, text={"en": "Why?"}))
        make.role(item, person=scene.lina)
        make.role(item, pair=scene.pair)
        make.participation(
            scene.event, make.person(scene.programme, key=f"k{number}-{count}", email=None)
        )
        make.event(scene.programme, timed(starts), pair=scene.pair)


def test_ones_own_group_and_its_question_show_and_nobody_elses(
    app: Flask, scene: Scene, lina: FlaskClient, session: Session
) -> None:
    make = scene.make
    item = make.item(scene.event, datetime(2026, 9, 28, 22, 30), kind=AgendaKind.BREAK_OUT)
    beside = make.person(scene.programme, name="Sara Beside")
    hidden = make.person(scene.programme, name="Nadia Hidden", discreet=True)
    groups = [scene.erik, make.person(scene.programme, name="Omar Apart")], [scene.lina]
    groups[1].extend((beside, hidden))
    for one in (*groups[0], beside, hidden):
        make.participation(scene.event, one)
    breakout = make.breakout(
        item, *groups, question={"en": "What helps?"}, state=BreakoutState.DRAFT
    )
    breakout.groups[0].room, breakout.groups[1].room = {"en": "Petra"}, {"en": "Wadi Rum"}
    session.commit()
    assert "Wadi Rum" not in lina.get("/en/home/").text, "a draft is nobody's group yet"
    breakout.state = BreakoutState.APPLIED
    session.commit()
    for path in ("/en/home/", scene.path):
        text = page(lina, path).text
        assert "Group 2, Wadi Rum" in text
        assert "What helps?" in text
        assert "Petra" not in text
    with _statements(app) as counted:
        text = page(lina, scene.path).text
    assert len(counted) <= MOST
    assert "With you: Sara Beside" in text
    assert "Nadia Hidden" not in text
    assert "Omar Apart" not in text.split("Who takes part")[0]
