"""Inviting from the desk: whom, what each would get, each mail beforehand, sending once."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Event, HistoryEntry, Invitation, Mail, Person, Programme
from mmp.models.enums import EventStatus, Partstat, Region
from tests.support.factories import Factory, timed
from tests.web.desk import press, sit_down
from tests.web.html import page
from tests.web.test_queries import MOST, _statements

HERE = "/en/programmes/here/events/meeting/invitations/"
OCTOBER = timed(datetime(2026, 10, 22, 14))


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme(slug="here", name={"en": "MMP"})


@pytest.fixture
def event(make: Factory, programme: Programme) -> Event:
    return make.event(programme, OCTOBER, key="meeting", title={"en": "Fourth meeting"})


@pytest.fixture
def lina(
    client: FlaskClient, session: Session, make: Factory, programme: Programme, event: Event
) -> Person:
    """Invited, in Amman, reads Arabic; the client is a coordinator's."""
    person = make.person(
        programme,
        key="lina",
        name="Lina Haddad",
        zone="Asia/Amman",
        locale="ar_JO",
        country="JO",
        region=Region.MENA,
    )
    make.participation(event, person, partstat=Partstat.NEEDS_ACTION)
    sit_down(client, session, programme)
    return person


def mails(session: Session) -> list[Mail]:
    session.expire_all()
    return list(session.scalars(select(Mail).order_by(Mail.id)))


def send(client: FlaskClient, *people: Person, again: int = 1) -> str:
    token = page(client, HERE).fields["csrf_token"]
    for _time in range(again):
        typed = {"csrf_token": token, "people": [str(one.uuid) for one in people]}
        answer = client.post(HERE, data=typed)
        assert answer.status_code == 303
    return client.get(HERE).text


def test_who_would_get_what_is_seen_and_sent_once(
    client: FlaskClient, session: Session, lina: Person
) -> None:
    found = page(client, HERE)
    assert "Lina Haddad" in found.text
    assert "Not invited yet 1 person" in " ".join(found.text.split())
    shown = send(client, lina, again=2)
    assert "invited already" in shown
    assert [mail.kind for mail in mails(session)] == ["invitation"]
    assert "nothing has changed since" in page(client, HERE).text
    [entry] = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "invited"))
    assert entry.changes["invited"] == [None, ["lina"]]
    history = page(client, HERE.replace("invitations", "history")).text
    assert "invited people" in history


def test_each_mail_is_seen_as_its_reader_sees_it(
    client: FlaskClient, session: Session, lina: Person
) -> None:
    preview = f"{HERE}{lina.uuid}/"
    found = page(client, preview)
    assert ("iframe", {"class": "letter"}) in [
        (tag, {"class": values.get("class")}) for tag, values in found.tags
    ]
    assert "frame-src 'self'" in client.get(preview).headers["Content-Security-Policy"]
    framed = client.get(f"{preview}html?mail=1")
    assert 'dir="rtl"' in framed.text
    assert "Fourth meeting" in framed.text
    assert "sandbox" in framed.headers["Content-Security-Policy"]
    for nonsense in ("0", "2", "x"):
        assert client.get(f"{preview}html?mail={nonsense}").status_code in (200, 404)
    assert mails(session) == []
    stranger = session.scalars(select(Person).where(Person.key != "lina")).first()
    assert stranger is not None
    assert client.get(f"{HERE}{stranger.uuid}/").status_code == 404


def test_an_audience_is_chosen_by_address(
    client: FlaskClient, session: Session, make: Factory, event: Event, lina: Person
) -> None:
    make.participation(event, make.person(event.programme, name="Erik Lund"))
    session.commit()
    for query, seen, unseen in (
        ("regions=mena", "Lina Haddad", "Erik Lund"),
        ("answers=ACCEPTED", "Erik Lund", "Lina Haddad"),
        ("countries=JO&roles=mentor", "Lina Haddad", "Erik Lund"),
    ):
        table = client.get(f"{HERE}?{query}").text.partition("<tbody>")[2]
        assert seen in table, query
        assert unseen not in table, query
    assert client.get(f"{HERE}?roles=nonsense&pairs=x&answers=").status_code == 200
    assert "Nobody is like that" in client.get(f"{HERE}?roles=guest").text


@pytest.mark.parametrize(
    ("status", "words"), ((EventStatus.DRAFT, "Publish"), (EventStatus.PUBLISHED, "Send to"))
)
def test_what_cannot_be_sent_offers_no_button(
    client: FlaskClient,
    session: Session,
    event: Event,
    lina: Person,
    status: EventStatus,
    words: str,
) -> None:
    event.status = status
    session.commit()
    assert words in client.get(HERE).text
    send(client, lina)
    assert len(mails(session)) == (status is EventStatus.PUBLISHED)


def test_the_desk_says_what_is_not_sent(
    client: FlaskClient, session: Session, make: Factory, event: Event, lina: Person
) -> None:
    desk = "/en/programmes/here/desk/"
    assert "Invitations not sent" in client.get(desk).text
    send(client, lina)
    assert "Invitations not sent" not in client.get(desk).text
    make.participation(event, make.person(event.programme))
    session.commit()
    assert "1 person is not invited yet" in client.get(desk).text


def test_who_is_taken_off_is_told_at_once(
    client: FlaskClient, session: Session, event: Event, lina: Person
) -> None:
    """In the transaction that takes them off, whichever page that is."""
    send(client, lina)
    row = session.scalars(select(Invitation)).one()
    for mail in mails(session):
        mail.frozen_at = datetime(2026, 6, 19, tzinfo=event.ends_at.tzinfo)
    session.commit()
    people = HERE.replace("invitations", "people")
    uuid = lina_line(session, event)
    press(client, people, f"{people}{uuid}/removal")
    assert [mail.kind for mail in mails(session)] == ["invitation", "invitation_cancelled"]
    assert row.sequence == 1


def lina_line(session: Session, event: Event) -> str:
    session.expire_all()
    return str(event.participations[0].uuid)


@pytest.mark.both_databases
def test_statements_do_not_grow(
    app: Flask, client: FlaskClient, session: Session, make: Factory, event: Event, lina: Person
) -> None:
    counts = []
    for more in (0, 2, 47):
        for _number in range(more):
            make.participation(event, make.person(event.programme))
        session.commit()
        with _statements(app) as counted:
            assert client.get(HERE).status_code == 200
        counts.append(len(counted))
    assert max(counts) <= MOST
    assert len(set(counts)) == 1
