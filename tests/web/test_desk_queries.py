"""The desk's pages take the same few statements whatever there is."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Document, DocumentFile, Event, Programme, TalkLog
from mmp.models.enums import MembershipRole
from tests.support.door import sign_in
from tests.support.factories import MADE_AT, Factory
from tests.web import rows
from tests.web.test_queries import MOST, _statements

EVENT = "events/event-0"
PAGES = (
    *("desk/", "desk/month/2026-03/", f"{EVENT}/agenda/", f"{EVENT}/agenda/new/"),
    *(
        f"{EVENT}/invitations/",
        f"{EVENT}/people/",
        f"{EVENT}/people.csv",
        f"{EVENT}/documents/",
        "documents/",
    ),
)


def fill(session: Session, count: int) -> str:
    """A programme of `count` events; the first has as many items, people and documents."""
    programme = rows.many_events(session, count)
    make = Factory(session)
    first = session.scalars(
        select(Event).where(Event.programme_id == programme.id, Event.key == "event-0")
    ).one()
    for number in range(count):
        person = make.person(
            programme, key=f"in-{count}-{number}", email=f"{count}-{number}@x.example"
        )
        make.participation(first, person)
        beside = make.event(programme, key=f"beside-{number}", uid=f"beside-{count}-{number}")
        make.participation(beside, person)
        session.add(
            TalkLog(
                pair=make.pair(programme, person, key=f"pair-{count}-{number}"),
                day=MADE_AT.date(),
                minutes=30,
                created_at=MADE_AT,
                changed_at=MADE_AT,
            )
        )
        document = Document(
            key=f"paper-{number}",
            title={"en": "Paper"},
            programme=programme,
            event=first,
            created_at=MADE_AT,
            changed_at=MADE_AT,
        )
        session.add(document)
        session.add(
            DocumentFile(
                document=document,
                language="en",
                filename="a.pdf",
                media_type="application/pdf",
                size=1,
                sha256="0" * 64,
            )
        )
    session.commit()
    return programme.slug


@pytest.mark.both_databases
def test_statements_do_not_grow(app: Flask, client: FlaskClient, session: Session) -> None:
    counts: dict[str, list[int]] = {path: [] for path in PAGES}
    for count in (1, 3, 50):
        slug = fill(session, count)
        _sit(client, session, slug)
        for path, counted_before in counts.items():
            with _statements(app) as counted:
                answer = client.get(f"/en/programmes/{slug}/{path}")
            assert answer.status_code == 200, path
            assert len(answer.data) < 300_000, path
            counted_before.append(len(counted))
        session.rollback()
    assert {path: numbers for path, numbers in counts.items() if max(numbers) > MOST} == {}
    assert {path: numbers for path, numbers in counts.items() if numbers[1] != numbers[2]} == {}


def _sit(client: FlaskClient, session: Session, slug: str) -> None:
    programme = session.scalars(select(Programme).where(Programme.slug == slug)).one()
    person = Factory(session).person(
        programme, MembershipRole.COORDINATOR, key=f"desk-{slug}", email=f"desk-{slug}@x.example"
    )
    sign_in(client, session, person)
