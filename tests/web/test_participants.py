"""An event's list: adding, changing, taking off and back, figures, and the list as a file."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.models import (
    Attendance,
    Event,
    HistoryEntry,
    Mail,
    Participation,
    Person,
    Programme,
)
from mmp.models.enums import (
    AttendanceForm,
    Entry,
    EventStatus,
    MembershipRole,
    Partstat,
    Region,
    StakeholderGroup,
)
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


def test_accents_do_not_change_where_somebody_stands(
    client: FlaskClient, session: Session, make: Factory, here: Programme, autumn: Event
) -> None:
    for name in ("Zoé Bien", "Álvaro Díaz", "Erik Lund", "Émile Roy"):
        make.participation(autumn, make.person(here, name=name))
    sit_down(client, session, here)
    shown = page(client, PATH).text
    names = ["Álvaro Díaz", "Émile Roy", "Erik Lund", "Zoé Bien"]
    assert sorted(names, key=shown.rindex) == names


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
    assert "This is not saved yet. Please mend:" in found.text, "it is far below"
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
    assert "Choose a role, a region or a country, paste a list or choose a person." in found.text


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


def test_filters_narrow_each_other_and_tell_who_it_would_be(
    client: FlaskClient,
    session: Session,
    make: Factory,
    here: Programme,
    autumn: Event,
    mentors: list[Person],
) -> None:
    mentors[0].region = Region.MENA
    guest = make.person(here, MembershipRole.GUEST, name="Nour", country="JO", region=Region.MENA)
    make.participation(autumn, mentors[1])
    sit_down(client, session, here)
    found = page(client, PATH)
    assert {"France", "Jordan"} <= set(found.text.split())
    typed: dict[str, Any] = {
        "roles": ["mentor", "guest"],
        "regions": ["europe"],
        "entry": "invited",
    }
    status, found = fill_in(client, PATH, preview="1", **typed)
    text = " ".join(found.text.split())
    assert status == 200
    assert "1 person would come onto the list. 1 more is on it already." in text
    assert on_the_list(session) == {"Erik Lund"}
    assert 'value="mentor" checked' in found.source
    fill_in(client, PATH, **typed)
    assert on_the_list(session) == {"Erik Lund", "Zoé Bien"}
    fill_in(client, PATH, countries=["JO"], entry="invited")
    assert on_the_list(session) == {"Erik Lund", "Zoé Bien", "Lina Haddad", guest.name}


def test_a_line_keeps_who_they_were_then(
    client: FlaskClient,
    session: Session,
    clock: FixedClock,
    make: Factory,
    here: Programme,
    autumn: Event,
    mentors: list[Person],
) -> None:
    row = make.participation(autumn, mentors[0], group=StakeholderGroup.NGO)
    sit_down(client, session, here)
    path = f"{PATH}{row.uuid}/"
    old = page(client, path).fields["version"]
    clock.advance(timedelta(minutes=1))
    known = {"entry": "invited", "partstat": "ACCEPTED", "form": "in_room", "group": "academia"}
    texts = {"organisation_name-en": "The University", "position-ar": "باحثة"}
    status, _page = fill_in(client, path, more=known | texts)
    assert status == 200
    session.refresh(row)
    assert (row.organisation_name, row.position, row.group) == (
        {"en": "The University"},
        {"ar": "باحثة"},
        StakeholderGroup.ACADEMIA,
    )
    assert (mentors[0].group, mentors[0].position) == (None, None)
    typed = known | texts | {"organisation_name-en": "The Ministry", "version": old}
    status, found = fill_in(client, path, more=typed)
    assert status == 409
    text = " ".join(found.text.split())
    assert "Organisation (English) The University The Ministry" in text


class TestMany:
    @pytest.fixture
    def rows(
        self, session: Session, make: Factory, autumn: Event, mentors: list[Person]
    ) -> list[Participation]:
        unanswered = {"partstat": Partstat.NEEDS_ACTION}
        rows = [make.participation(autumn, person, **unanswered) for person in mentors]
        session.commit()
        return rows

    def test_changed_at_once(
        self,
        client: FlaskClient,
        session: Session,
        clock: FixedClock,
        here: Programme,
        rows: list[Participation],
    ) -> None:
        sit_down(client, session, here)
        found = page(client, f"{PATH}?tick=NEEDS-ACTION")
        assert found.source.count(" checked>") == 3
        assert page(client, f"{PATH}?tick=ACCEPTED").source.count(" checked>") == 0
        ticked = [f"{row.uuid}.{row.version}" for row in rows]
        clock.advance(timedelta(minutes=1))
        path = f"{PATH}{rows[0].uuid}/"
        fill_in(client, path, entry="invited", partstat="DECLINED", form="")
        session.refresh(rows[0])
        status, found = fill_in(
            client, PATH, f"{PATH}changes/", ticked=ticked, partstat="ACCEPTED", form="online"
        )
        assert (status, "2 lines were changed." in found.text) == (200, True)
        assert "so they stay; look again: Lina Haddad." in found.text
        assert [answer_of(session, row) for row in rows] == [
            Partstat.DECLINED,
            Partstat.ACCEPTED,
            Partstat.ACCEPTED,
        ]
        assert rows[1].form is AttendanceForm.ONLINE
        assert rows[1].entry is Entry.INVITED

    def test_taken_off_and_put_back_at_once(
        self,
        client: FlaskClient,
        session: Session,
        here: Programme,
        clock: FixedClock,
        rows: list[Participation],
    ) -> None:
        rows[2].attendances.append(
            Attendance(participation=rows[2], present=True, recorded_at=clock.now())
        )
        session.commit()
        sit_down(client, session, here)
        ticked = [f"{row.uuid}.{row.version}" for row in rows]
        status, found = fill_in(client, PATH, f"{PATH}removals/", ticked=ticked)
        assert (status, "2 people were taken off the list." in found.text) == (200, True)
        assert "They were there, and the list of the past keeps that: Zoé Bien." in found.text
        assert on_the_list(session) == {"Zoé Bien"}
        back, token = action(found, "/undoing"), {"csrf_token": found.fields["csrf_token"]}
        answers = [client.post(back, data=token) for _ in range(2)]
        assert "2 people are back on the list." in page(client, answers[0].location).text
        assert on_the_list(session) == {"Lina Haddad", "Erik Lund", "Zoé Bien"}

    @pytest.mark.parametrize(
        ("to", "typed", "sentence"),
        (
            ("changes/", {"partstat": "ACCEPTED"}, "Tick somebody of the list first."),
            ("removals/", {}, "Tick somebody of the list first."),
            ("changes/", {"ticked": "nonsense.1", "form": "online"}, "Tick somebody"),
            ("changes/", {"ticked": "one"}, "Choose what to change for those who are ticked."),
            ("changes/", {"ticked": "one", "entry": "nonsense"}, "Choose one of the list."),
        ),
    )
    def test_what_is_missing_is_said(
        self,
        client: FlaskClient,
        session: Session,
        here: Programme,
        rows: list[Participation],
        to: str,
        typed: dict[str, str],
        sentence: str,
    ) -> None:
        if typed.get("ticked") == "one":
            typed = typed | {"ticked": f"{rows[0].uuid}.{rows[0].version}"}
        sit_down(client, session, here)
        status, found = fill_in(client, PATH, f"{PATH}{to}", more=typed)
        assert (status, sentence in found.text) == (422, True)
        kept = typed.get("partstat") or typed.get("ticked", "")
        assert f'value="{kept}"' in found.source or kept in ("", "nonsense.1")
        assert [answer_of(session, row) for row in rows] == [Partstat.NEEDS_ACTION] * 3
