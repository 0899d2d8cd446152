"""One's own calendar: given as a file, read in the background, kept as busy times alone."""

import io
from datetime import timedelta
from pathlib import Path
from threading import Event as Flag
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import FixedClock
from mmp.config import Settings
from mmp.jobs import calendars
from mmp.models import BusyCalendar, BusyTime, HistoryEntry, Person
from mmp.services import busy_calendars
from tests.support.door import sign_in
from tests.support.factories import Factory
from tests.web.html import Page, page

PATH = "/en/home/calendars/"
WEEKLY = b"""BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:a
DTSTAMP:20260601T000000Z
DTSTART:20260622T080000Z
DTEND:20260622T090000Z
SUMMARY:Something very private
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
BEGIN:VEVENT
UID:b
DTSTAMP:20260601T000000Z
DTSTART;TZID=Nowhere/Nothing:20260622T080000
DURATION:PT1H
SUMMARY:Elsewhere
END:VEVENT
END:VCALENDAR
""".replace(b"\n", b"\r\n")


@pytest.fixture
def person(client: FlaskClient, session: Session) -> Person:
    make = Factory(session)
    person = make.person(make.programme(slug="here"))
    sign_in(client, session, person)
    return person


def give(
    client: FlaskClient, data: bytes, name: str = "work.ics", uuid: str = ""
) -> tuple[int, Page]:
    fields = page(client, PATH).fields
    answer = client.post(
        PATH,
        data={
            "csrf_token": fields["csrf_token"],
            "uuid": uuid or fields["uuid"],
            "file": (io.BytesIO(data), name),
        },
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()  # a file, where much was sent
    return answer.status_code, Page(answer.text)


def read(session: Session, clock: FixedClock, store: Path, stopping: Flag | None = None) -> None:
    session.commit()
    calendars.read_waiting(sessionmaker(session.get_bind()), clock, store, stopping or Flag())
    session.expire_all()


def test_only_busy_times_are_kept(
    client: FlaskClient,
    session: Session,
    person: Person,
    clock: FixedClock,
    settings: Settings,
) -> None:
    assert give(client, WEEKLY)[0] == 303
    waiting = page(client, PATH)
    assert "Waits to be read" in waiting.text
    assert "progress.js" in waiting.source
    read(session, clock, settings.documents)
    spans = session.scalars(select(BusyTime).order_by(BusyTime.starts_at)).all()
    assert [(one.person_id, one.starts_at.day) for one in spans] == [
        (person.id, 22),
        (person.id, 29),
        (person.id, 6),
    ]
    found = page(client, PATH).text
    assert "work.ics" in found
    assert "time zone nobody knows" in found
    row = session.scalars(select(BusyCalendar)).one()
    assert row.sha256 is None
    assert not list((settings.documents / "busy").glob("*"))
    held = str([vars(one) for one in session.scalars(select(HistoryEntry))])
    assert "private" not in held


def test_twice_is_as_once_and_it_can_be_taken_away(
    client: FlaskClient,
    session: Session,
    person: Person,
    clock: FixedClock,
    settings: Settings,
) -> None:
    uuid = str(uuid4())
    for _ in range(2):
        assert give(client, WEEKLY, uuid=uuid)[0] == 303
    assert session.scalar(select(func.count()).select_from(BusyCalendar)) == 1
    read(session, clock, settings.documents)
    token = page(client, PATH).fields["csrf_token"]
    gone = f"{PATH}{uuid}/removal"
    assert client.post(gone, data={"csrf_token": token}).status_code == 303
    assert client.post(gone, data={"csrf_token": token}).status_code == 404
    session.expire_all()
    for table in (BusyCalendar, BusyTime):
        assert session.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.parametrize(
    ("data", "said"),
    (
        (b"", "This is no calendar file"),
        (b"hello", "This is no calendar file"),
        (b"BEGIN:VCALENDAR" + b"\r\n" * 10_000_000, "larger than 20 MB"),
    ),
)
def test_what_is_no_calendar_is_refused_with_a_reason(
    client: FlaskClient, person: Person, data: bytes, said: str
) -> None:
    status, found = give(client, data)
    assert (status, said in found.text) == (422, True)


def test_no_file_at_all(client: FlaskClient, person: Person) -> None:
    token = page(client, PATH).fields["csrf_token"]
    answer = client.post(PATH, data={"csrf_token": token, "uuid": str(uuid4())})
    assert answer.status_code == 422
    assert "Choose a file" in answer.text


def test_what_cannot_be_read_is_said_and_keeps_no_other_waiting(
    client: FlaskClient,
    session: Session,
    person: Person,
    clock: FixedClock,
    settings: Settings,
) -> None:
    give(client, b"BEGIN:VCALENDAR and then nothing of the kind")
    row = session.scalars(select(BusyCalendar)).one()
    (settings.documents / "busy" / row.uuid.hex).unlink()
    give(client, WEEKLY, name="second.ics")
    read(session, clock, settings.documents)
    assert "It could not be read" in page(client, PATH).text
    assert session.scalar(select(func.count()).select_from(BusyTime)) == 3


def test_a_stop_leaves_it_for_the_next_time(
    client: FlaskClient,
    session: Session,
    person: Person,
    clock: FixedClock,
    settings: Settings,
) -> None:
    give(client, WEEKLY)
    number = session.scalars(select(BusyCalendar.id)).one()
    session.commit()

    def stop(done: int, of: int) -> None:
        raise calendars.Stopped

    with pytest.raises(calendars.Stopped):
        busy_calendars.read_calendar(
            session, now=clock.now(), number=number, store=settings.documents, progress=stop
        )
    read(session, clock, settings.documents)
    assert session.scalar(select(func.count()).select_from(BusyTime)) == 3


def test_nobody_takes_away_what_is_another_s(
    client: FlaskClient, session: Session, person: Person, app: Flask
) -> None:
    uuid = uuid4()
    give(client, WEEKLY, uuid=str(uuid))
    other = Factory(session).person(key="another", email="another@example.org")
    sign_in(client, session, other)
    token = page(client, PATH).fields["csrf_token"]
    answer = client.post(f"{PATH}{uuid}/removal", data={"csrf_token": token})
    assert answer.status_code == 404
    assert session.scalars(select(BusyCalendar.uuid)).one() == UUID(str(uuid))


def test_the_file_of_somebody_erased_meanwhile_is_let_go_of(
    client: FlaskClient,
    session: Session,
    person: Person,
    clock: FixedClock,
    settings: Settings,
) -> None:
    give(client, WEEKLY)
    session.delete(session.scalars(select(BusyCalendar)).one())
    read(session, clock, settings.documents)
    assert list((settings.documents / "busy").glob("*"))
    clock.advance(timedelta(hours=2))
    read(session, clock, settings.documents)
    assert not list((settings.documents / "busy").glob("*"))
