"""Erasing somebody: nothing of them can be found afterwards, and no figure changes."""

import json
from datetime import datetime

import pytest
from sqlalchemy import LargeBinary, func, select
from sqlalchemy.orm import Session

from mmp.config import Settings
from mmp.core.errors import UserError
from mmp.models import (
    Attendance,
    Base,
    HistoryEntry,
    Mail,
    Membership,
    Pair,
    Participation,
    Person,
    TalkLog,
)
from mmp.models.enums import MembershipRole
from mmp.models.mail import WAITING
from mmp.services import privacy
from tests.stories.at_risk import AtRisk
from tests.support.door import NOW
from tests.support.factories import Factory, timed

WORDS = ("zubeidah", "qorqmaz", "زبيدة", "قورقماز", "vireo lamp", "lighthouses", "brings a lamp")


@pytest.fixture
def scene(session: Session, settings: Settings) -> AtRisk:
    return AtRisk(session, settings)


def everything(session: Session) -> dict[str, list[str]]:
    """All that stands in the database, by table, as it could be read."""
    session.expire_all()
    found: dict[str, list[str]] = {}
    for table in Base.metadata.sorted_tables:
        found[table.name] = [
            " ".join(
                (value or b"").decode(errors="replace")
                if isinstance(column.type, LargeBinary)
                else json.dumps(value, ensure_ascii=False, default=str)
                for column, value in zip(table.columns, row, strict=True)
            ).casefold()
            for row in session.execute(select(table))
        ]
    return found


def figures(session: Session) -> dict[str, object]:
    """What a report of the past counts."""
    counted = (Attendance, Membership, Pair, TalkLog, Person, Mail)
    past = select(Participation.partstat, func.count()).group_by(Participation.partstat)
    regions = select(Person.region, Person.gender, Person.country, func.count())
    return {
        kind.__name__: session.scalar(select(func.count()).select_from(kind)) for kind in counted
    } | {
        "answers": sorted(
            map(
                str,
                session.execute(
                    past.join(Attendance, Attendance.participation_id == Participation.id)
                ),
            )
        ),
        "people": sorted(
            map(
                str, session.execute(regions.group_by(Person.region, Person.gender, Person.country))
            )
        ),
    }


def test_nothing_is_found_of_who_was_erased_and_twice_is_as_once(
    scene: AtRisk, session: Session
) -> None:
    before, had = figures(session), everything(session)
    assert all(any(word in row for rows in had.values() for row in rows) for word in WORDS)
    privacy.erase(session, now=NOW, actor=scene.chief, person=scene.hidden)
    session.commit()
    once = everything(session)
    left = [
        (name, word, row[:200])
        for name, rows in once.items()
        for row in rows
        for word in WORDS
        if word in row and name != "organisation"
    ]
    assert not left
    assert figures(session) == before
    assert scene.hidden.erased_at == NOW
    waiting = select(Mail).where(Mail.person_id == scene.hidden.id, Mail.state.in_(WAITING))
    assert not session.scalars(waiting).all()
    entry = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.subject_uuid) == ("erased", scene.hidden.uuid)
    privacy.erase(session, now=NOW, actor=None, person=scene.hidden)
    session.commit()
    assert everything(session) == once


def test_other_people_keep_what_is_theirs(session: Session) -> None:
    """A name inside a longer one, and whoever is called alike by half, stay."""
    make = Factory(session)
    here = make.programme()
    hidden, partner = make.person(here, name="Zubeidah Qorqmaz"), make.person(here)
    pair = make.pair(here, hidden, partner)
    other = make.person(here, key="zubeidahs", name="Zubeidah Qorqmazoglu", email="z@x.example")
    privacy.erase(session, now=NOW, actor=None, person=hidden)
    session.commit()
    session.refresh(other)
    assert (other.name, other.email) == ("Zubeidah Qorqmazoglu", "z@x.example")
    assert pair.ends_on is not None
    assert partner.erased_at is None


def test_the_last_coordinator_has_to_hand_over_first(session: Session) -> None:
    make = Factory(session)
    here = make.programme(name={"en": "Bridges"})
    chief = make.person(here, MembershipRole.COORDINATOR)
    assert [
        one.slug for one in privacy.what_erasing_does(session, now=NOW, person=chief).alone
    ] == [here.slug]
    with pytest.raises(UserError) as refused:
        privacy.erase(session, now=NOW, actor=chief, person=chief)
    assert "Bridges" in str(refused.value.values["programmes"])
    make.person(here, MembershipRole.COORDINATOR)
    privacy.erase(session, now=NOW, actor=chief, person=chief)
    assert chief.erased_at == NOW


def test_a_speaker_of_tomorrow_leaves_a_place_open(session: Session) -> None:
    make = Factory(session)
    here = make.programme()
    event = make.event(here, timed(datetime(2026, 6, 20, 14)))
    panel = make.item(event, datetime(2026, 6, 20, 14), title={"en": "Panel"})
    speaker, other = make.person(here), make.person(here)
    for person in (speaker, other):
        make.role(panel, person=person)
        make.participation(event, person)
    found = privacy.what_erasing_does(session, now=NOW, person=speaker)
    assert ([item.title["en"] for item in found.parts], found.ahead, found.past) == (
        ["Panel"],
        1,
        0,
    )
    privacy.erase(session, now=NOW, actor=None, person=speaker)
    session.commit()
    session.expire_all()
    assert [role.person_id for role in panel.roles] == [other.id]
    assert [row.person_id for row in event.participations] == [other.id]


def test_every_column_that_points_to_a_person_is_thought_of() -> None:
    pointing = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "person"
    }
    assert pointing == set(privacy.FATES)
