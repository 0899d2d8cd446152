"""An event's list: adding, changing, taking off and back, figures, and the list as a file."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models import Event, HistoryEntry, Mail, Participation, Person, Programme
from mmp.models.enums import Entry, EventStatus, MembershipRole, Partstat
from tests.support.factories import Factory, timed
from tests.web.desk import action, fill_in, press, sit_down
from tests.web.html import page

PATH = "/en/programmes/here/events/autumn/people/"


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def autumn(make: Factory, here: Programme) -> Event:
    return make.event(here, timed(datetime(2026, 9, 28, 9)), key="autumn", title={"en": "Autumn"})


@pytest.fixture
def mentors(make: Factory, here: Programme) -> list[Person]:
    return [
        make.person(here, name=name, country=country)
        for name, country in (("Lina Haddad", "JO"), ("Erik Lund", "SE"), ("Zoé Bien", "FR"))
    ]


def on_the_list(session: Session) -> set[str]:
    session.rollback()
    rows = session.scalars(select(Participation).join(Event).where(Event.key == "autumn"))
    return {row.person.name for row in rows}


def answer_of(session: Session, row: Participation) -> Partstat:
    session.refresh(row)
    return row.partstat


def test_all_mentors_at_once_and_nobody_is_mailed(
    client: FlaskClient, session: Session, here: Programme, autumn: Event, mentors: list[Person]
) -> None:
    sit_down(client, session, here)
    status, found = fill_in(client, PATH, roles="mentor", entry="invited")
    assert (status, "3 people came onto the list" in found.text) == (200, True)
    status, found = fill_in(client, PATH, roles="mentor", entry="invited")
    assert (status, "0 people came onto the list" in found.text) == (200, True)
    assert on_the_list(session) == {"Lina Haddad", "Erik Lund", "Zoé Bien"}
    assert "mails nobody" in found.text
    assert "No answer yet 3" in found.text
    assert "Jordan 1" in found.text
    assert session.scalar(select(func.count()).select_from(Mail)) == 0
    entries = session.scalars(
        select(HistoryEntry).where(HistoryEntry.subject_kind == "participation")
    ).all()
    assert {entry.action for entry in entries} == {"created"}
    assert {entry.actor.name for entry in entries if entry.actor} == {"Kerstin Berg"}


def test_a_pasted_list_counts_as_a_whole_or_not_at_all(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    mentors: list[Person],
) -> None:
    make.person(make.programme(slug="there"), name="Far Away", email="far@example.org")
    make.person(here, name="Lina  HADDAD", email="other@example.org")
    sit_down(client, session, here)
    pasted = f"ZOE BIEN\nErik Lund <{mentors[1].email}>\nfar@example.org"
    status, found = fill_in(client, PATH, pasted=pasted, entry="approved")
    assert status == 422
    assert "Nobody of this programme is found by: far@example.org." in found.text
    assert "ZOE BIEN\nErik Lund" in found.text.replace("\r", "")  # what was typed is still there
    assert on_the_list(session) == set()
    status, found = fill_in(client, PATH, pasted="lina haddad", entry="approved")
    assert "give their addresses instead" in found.text
    status, found = fill_in(client, PATH, pasted=pasted.rpartition("\n")[0], entry="approved")
    assert status == 200
    assert on_the_list(session) == {"Zoé Bien", "Erik Lund"}
    assert "Approved" in found.text


def test_one_by_one_and_nothing(
    client: FlaskClient, session: Session, here: Programme, autumn: Event, mentors: list[Person]
) -> None:
    sit_down(client, session, here)
    status, found = fill_in(client, PATH, person=str(mentors[0].uuid), entry="walk_in")
    assert status == 200
    assert on_the_list(session) == {"Lina Haddad"}
    status, found = fill_in(client, PATH, entry="invited")
    assert status == 422
    assert "Choose a role, paste a list or choose a person." in found.text


def test_an_answer_is_noted(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    mentors: list[Person],
) -> None:
    row = make.participation(autumn, mentors[0], partstat=Partstat.NEEDS_ACTION)
    sit_down(client, session, here)
    path = f"{PATH}{row.uuid}/"
    status, found = fill_in(client, path, entry="invited", partstat="ACCEPTED", form="online")
    assert status == 200
    assert "Yes, Online" in found.text
    session.refresh(row)
    assert row.answered_at is not None
    status, found = fill_in(client, path, entry="nonsense", partstat="ACCEPTED", form="")
    assert status == 422


def test_two_at_once_lose_nothing(
    client: FlaskClient,
    session: Session,
    clock: FixedClock,
    make: Factory,
    here: Programme,
    autumn: Event,
    mentors: list[Person],
) -> None:
    row = make.participation(autumn, mentors[0], partstat=Partstat.NEEDS_ACTION)
    sit_down(client, session, here)
    path = f"{PATH}{row.uuid}/"
    old = page(client, path).fields["version"]
    clock.advance(timedelta(minutes=1))
    fill_in(client, path, entry="invited", partstat="DECLINED", form="")
    clock.advance(timedelta(minutes=1))
    status, found = fill_in(
        client, path, entry="invited", partstat="ACCEPTED", form="", version=old
    )
    assert status == 409
    assert "Answer No Yes" in " ".join(found.text.split())
    assert answer_of(session, row) is Partstat.DECLINED
    again = {"version": found.fields["version"], "csrf_token": found.fields["csrf_token"]}
    client.post(path, data=again | {"entry": "invited", "partstat": "ACCEPTED", "form": ""})
    assert answer_of(session, row) is Partstat.ACCEPTED


def test_taking_off_can_be_undone(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    mentors: list[Person],
) -> None:
    row = make.participation(
        autumn, mentors[0], entry=Entry.WAITING, position={"en": "Adviser"}, answer_note="Late"
    )
    uuid = row.uuid
    sit_down(client, session, here)
    found = press(client, PATH, f"{PATH}{uuid}/removal")
    assert on_the_list(session) == set()
    back = action(found, "/undoing")
    token = {"csrf_token": found.fields["csrf_token"]}
    for _ in range(2):
        assert client.post(back, data=token).status_code == 303
    assert on_the_list(session) == {"Lina Haddad"}
    put_back = session.scalars(select(Participation)).one()
    assert (put_back.uuid, put_back.entry, put_back.partstat) == (
        uuid,
        Entry.WAITING,
        Partstat.ACCEPTED,
    )
    assert (put_back.position, put_back.answer_note) == ({"en": "Adviser"}, "Late")


def test_two_places_at_once_show_beside_the_name(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    mentors: list[Person],
) -> None:
    there = make.programme(slug="there", name={"en": "The other one"})
    at_once = timed(datetime(2026, 9, 28, 10))
    for programme, title, more in (
        (here, "A draft here", {"status": EventStatus.DRAFT}),
        (there, "Open there", {}),
        (there, "A draft there", {"status": EventStatus.DRAFT}),
        (there, "A talk", {"pair": make.pair(there, mentors[0], mentors[1])}),
        (
            here,
            "Called off",
            {"status": EventStatus.CANCELLED, "cancelled_at": at_once.span().ends_at},
        ),
    ):
        other = make.event(programme, at_once, title={"en": title}, **more)
        make.participation(other, mentors[0])
    make.participation(make.event(here, timed(datetime(2026, 9, 28, 11))), mentors[1])
    for person in mentors:
        make.participation(autumn, person)
    sit_down(client, session, here)
    text = " ".join(page(client, PATH).text.split())
    assert "Also on the list of “A draft here” at the same time" in text
    assert "Also on the list of “Open there” (The other one) at the same time" in text
    assert text.count("Also on the list") == 2


def test_a_spreadsheet_calculates_nothing(
    client: FlaskClient, session: Session, make: Factory, here: Programme, autumn: Event
) -> None:
    for name in ('=HYPERLINK("x")', "@SUM(1)", "+46", "-1", "Åsa, Öst"):
        make.participation(autumn, make.person(here, name=name), answer_note="No pork")
    sit_down(client, session, here)
    answer = client.get("/en/programmes/here/events/autumn/people.csv")
    text = answer.data.decode("utf-8-sig")
    assert "attachment" in answer.headers["Content-Disposition"]
    for cell in ('"\'=HYPERLINK(""x"")"', "'@SUM(1)", "'+46", "'-1", '"Åsa, Öst"', "No pork"):
        assert cell in text


def test_an_assistant_sees_no_notes(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    mentors: list[Person],
) -> None:
    row = make.participation(autumn, mentors[0], answer_note="Visa runs out")
    sit_down(client, session, here, MembershipRole.ASSISTANT)
    for path in (PATH, f"{PATH}{row.uuid}/", "/en/programmes/here/events/autumn/people.csv"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Visa" not in answer.text
