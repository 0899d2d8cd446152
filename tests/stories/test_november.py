"""Story 6: 160 people from XLSX in four sectors, twelve of them mentors already, two spellings of
one name offered as one; a waiting list behind 150 seats; guests see no pairs."""

import io
import re
from collections import Counter
from datetime import datetime
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Event, Mail, Membership, Pair, Participation, Person, Programme
from mmp.models.enums import (
    AnswerVia,
    Entry,
    MembershipRole,
    Partstat,
    Region,
    StakeholderGroup,
    Strength,
)
from mmp.services.answers import Reply, record_answer
from tests.support.door import NOW, sign_in
from tests.support.factories import Factory, timed
from tests.web.desk import fill_in, sit_down
from tests.web.html import page
from tests.web.test_people_import import begin, keep, save

SECTORS = {
    "Government": (StakeholderGroup.GOVERNMENT, 37),
    "Academia": (StakeholderGroup.ACADEMIA, 44),
    "Civil society": (StakeholderGroup.CIVIL_SOCIETY, 52),
    "Private sector": (StakeholderGroup.PRIVATE_SECTOR, 26),
}
MENTORS, PEOPLE = 12, 160
LIST = "/en/programmes/here/events/november/people/"
GIVEN = ("Lina", "Omar", "Nadia", "Karim", "Sara", "Erik", "Astrid", "Johan", "Salma", "Hugo")
FAMILY = (
    *("Haddad", "Lindqvist", "Benjelloun", "Saleh", "Moreau", "Nasser", "Bergman", "Khoury"),
    *("Vogel", "Alaoui", "Dubois", "Mansour", "Nyberg", "Costa", "Rahal", "Sundin"),
)


def name(number: int) -> str:
    return f"{GIVEN[number % 10]} {FAMILY[number // 10]}"


def guests() -> list[list[str]]:
    """160 rows: 158 different people, and one in two spellings."""
    sectors = [word for word, (_, count) in SECTORS.items() for _ in range(count)]
    rows = [
        [name(number), f"guest{number}@example.org", sectors[number], "Jordan"]
        for number in range(PEOPLE - 2)
    ]
    return [
        *rows,
        ["Maria Pettilo", "maria@example.org", sectors[PEOPLE - 2], "Spain"],
        ["Maria Petillo", "", "", "Spain"],
    ]


def workbook(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in (["Name", "E-mail", "Sector", "Country"], *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def november(client: FlaskClient, session: Session) -> Programme:
    """A programme with a meeting, twelve of whose mentors are guests as well."""
    make = Factory(session)
    programme = make.programme(slug="here")
    day = timed(datetime(2026, 11, 24, 9), 480)
    make.event(programme, day, key="november", title={"en": "Stakeholder dialogue"}, capacity=150)
    mentors = [
        make.person(
            programme,
            name=name(number),
            email=f"guest{number}@example.org",
            country=None,
            region=Region.OTHER,
        )
        for number in range(MENTORS)
    ]
    for one, other in zip(mentors[::2], mentors[1::2], strict=True):
        make.pair(programme, one, other)
    sit_down(client, session, programme)
    return programme


def laid_out(client: FlaskClient, rows: list[list[str]]) -> str:
    """Hand the workbook in and say what its columns are; gives the import's address."""
    path = begin(client, workbook(rows), "november.xlsx")
    columns = page(client, f"{path}columns/")
    client.post(
        f"{path}columns/",
        data={"csrf_token": columns.fields["csrf_token"], "version": columns.fields["version"]}
        | {f"column-{n}": field for n, field in enumerate(("name", "email", "group", "country"))}
        | {"role": "guest"},
    )
    return path


def test_the_people_of_november(client: FlaskClient, session: Session, november: Programme) -> None:
    rows = guests()
    path = laid_out(client, rows)
    asked = page(client, f"{path}rows/?only=problems").text
    assert "1 row has something to mend or decide." in asked
    assert "The same as Maria Pettilo (row 160, nearly the same name)" in asked
    keep(client, path, "?only=problems", **{"decision-161": "row:160"})

    summary = " ".join(page(client, f"{path}summary/").text.split())
    by_hand = Counter(sector for _, _, sector, _ in rows if sector)
    for word, count in by_hand.items():
        assert f"{word} {count}" in summary
    assert f"Made anew {PEOPLE - 1 - MENTORS} " in summary
    save(client, path)

    session.expire_all()
    here = select(Person).join(Membership).where(Membership.role == MembershipRole.GUEST)
    people = session.scalars(here).all()
    assert len(people) == PEOPLE - 1
    found = Counter(person.group for person in people)
    assert found == {SECTORS[word][0]: count for word, count in by_hand.items()}
    both = [one for one in people if len(one.memberships) == 2]
    assert len(both) == MENTORS
    assert {one.country for one in both} == {"JO"}
    assert [one.name for one in people if re.search("Pet+il+o", one.name)] == ["Maria Pettilo"]

    _invite_all(client, session, november)
    undoing = page(client, f"{path}undoing/")
    text = " ".join(undoing.text.split())
    assert "has answered since" in text
    client.post(f"{path}undoing/", data=undoing.fields)
    session.expire_all()
    left = session.scalars(
        select(Person.name).join(Membership).where(Membership.role == MembershipRole.GUEST)
    ).all()
    assert left == [name(20)]
    assert all(one.country is None for one in session.scalars(select(Person)) if one in both)


def _invite_all(client: FlaskClient, session: Session, november: Programme) -> None:
    """One of the guests answers."""
    event: Any = session.scalars(select(Event).where(Event.key == "november")).one()
    person = session.scalars(select(Person).where(Person.name == name(20))).one()
    session.add(
        Participation(
            event=event,
            person=person,
            partstat=Partstat.ACCEPTED,
            created_at=event.created_at,
            changed_at=event.created_at,
        )
    )
    session.commit()


def test_the_meeting_of_november(
    client: FlaskClient, session: Session, november: Programme
) -> None:
    rows = guests()
    path = laid_out(client, rows)
    keep(client, path, "?only=problems", **{"decision-161": "row:160"})
    save(client, path)
    status, _found = fill_in(client, LIST, roles="guest", entry="invited")
    assert status == 200
    desk = " ".join(page(client, LIST).text.split())
    assert "159 people" in desk
    by_hand = Counter(sector for _, _, sector, _ in rows if sector)
    for word, count in by_hand.items():
        assert f"{word} {count} " in desk

    lines = session.scalars(select(Participation).order_by(Participation.id)).all()
    for line in lines[:145]:
        line.partstat = Partstat.ACCEPTED
    for line in lines[145:]:
        answer(session, line, Partstat.ACCEPTED)
    desk = " ".join(page(client, LIST).text.split())
    assert "150 of 150 taken" in desk
    waiting = [line for line in lines if line.entry is Entry.WAITING]
    assert waiting == lines[150:], "first come, first served"
    answer(session, lines[40], Partstat.DECLINED)
    assert (waiting[0].entry, waiting[1].entry) == (Entry.INVITED, Entry.WAITING)
    mail = session.scalars(select(Mail).where(Mail.kind == "seat_free")).one()
    assert mail.person is waiting[0].person
    assert "150 of 150 taken" in page(client, LIST).text

    path = f"/en/my/events/{lines[0].event.uuid}/"
    told = []
    by_name = {line.person.name: line.person for line in lines}
    for who in (by_name[name(0)], by_name[name(50)]):
        sign_in(client, session, who, strength=Strength.LINK)
        told.append(" ".join(page(client, path).text.split("Who takes part")[1].split()))
        assert name(1) in told[-1]
    assert [text.count(" pair ") for text in told] == [MENTORS // 2, 0], "guests see no pairs"
    pair = session.scalars(select(Pair.uuid)).first()
    assert client.get(f"/en/pairs/{pair}/").status_code == 404


def answer(session: Session, line: Participation, said: Partstat) -> None:
    """From one's own page."""
    record_answer(
        session,
        now=NOW,
        participation=line,
        reply=Reply(said),
        via=AnswerVia.PAGE,
        actor=line.person,
    )
    session.commit()
