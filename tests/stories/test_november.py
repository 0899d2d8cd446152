"""Story 6, its people: 160 from XLSX in four sectors, twelve of them mentors already, and two
spellings of one name offered as one."""

import io
import re
from collections import Counter
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Event, Membership, Participation, Person, Programme
from mmp.models.enums import MembershipRole, Partstat, Region, StakeholderGroup
from tests.support.factories import Factory
from tests.web.desk import sit_down
from tests.web.html import page
from tests.web.test_people_import import begin, keep, save

SECTORS = {
    "Government": (StakeholderGroup.GOVERNMENT, 37),
    "Academia": (StakeholderGroup.ACADEMIA, 44),
    "Civil society": (StakeholderGroup.CIVIL_SOCIETY, 52),
    "Private sector": (StakeholderGroup.PRIVATE_SECTOR, 26),
}
MENTORS, PEOPLE = 12, 160
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
    make.event(programme, key="november", title={"en": "Stakeholder dialogue"}, capacity=150)
    for number in range(MENTORS):
        make.person(
            programme,
            name=name(number),
            email=f"guest{number}@example.org",
            country=None,
            region=Region.OTHER,
        )
    sit_down(client, session, programme)
    return programme


def test_the_people_of_november(client: FlaskClient, session: Session, november: Programme) -> None:
    rows = guests()
    path = begin(client, workbook(rows), "november.xlsx")
    columns = page(client, f"{path}columns/")
    client.post(
        f"{path}columns/",
        data={"csrf_token": columns.fields["csrf_token"], "version": columns.fields["version"]}
        | {f"column-{n}": field for n, field in enumerate(("name", "email", "group", "country"))}
        | {"role": "guest"},
    )
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
