"""What others see of me: the same as on their own pages."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mmp.models import Organisation, TalkConsent, TalkLog
from mmp.models.enums import AgendaRoleName, AttributionConsent, MembershipRole, Strength
from tests.support.door import NOW, sign_in
from tests.support.factories import timed
from tests.web.html import Page, page
from tests.web.test_mine import Scene
from tests.web.test_queries import MOST, _statements

PATH = "/en/home/seen/"


@pytest.fixture
def scene(session: Session) -> Scene:
    scene = Scene(session)
    scene.lina.organisation = Organisation(
        key="bayt", name={"en": "Bayt"}, created_at=NOW, changed_at=NOW
    )
    scene.answer.partstat = scene.answer.partstat.ACCEPTED
    scene.answer.organisation_name = {"en": "Bayt then"}
    scene.make.participation(scene.event, scene.erik)
    session.commit()
    return scene


@pytest.fixture
def lina(scene: Scene, client: FlaskClient, session: Session) -> FlaskClient:
    sign_in(client, session, scene.lina, strength=Strength.LINK)
    return client


def section(client: FlaskClient, name: str, path: str = PATH) -> str:
    """The words of one part of the page."""
    source = page(client, path).source
    _, found = source.split(f'aria-labelledby="{name}"')
    return " ".join(Page(found.split("</section>")[0]).text.split())


def test_each_sees_their_part(lina: FlaskClient, scene: Scene) -> None:
    assert "Lina Haddad" in section(lina, "kept")
    assert "Jordan" in section(lina, "kept")
    assert "Bayt" in section(lina, "kept")
    assert "Photo None is kept." in section(lina, "kept")
    assert "you have no part in a public agenda" in section(lina, "everybody")
    assert "Lina Haddad Bayt then Next to it stands your partner." in section(lina, "mentors")
    guests = section(lina, "guests")
    assert "Lina Haddad Bayt then" in guests
    assert "Next to it" not in guests
    partner = section(lina, "partner")
    assert "Erik Lund, your partner" in partner
    assert "l@example.org" in partner
    assert "Amman time" in partner
    assert "your address" in section(lina, "coordinators")
    assert PATH in page(lina, "/en/home/").links
    assert PATH in page(lina, "/en/account/").links


def test_the_discreet_are_in_no_list(lina: FlaskClient, scene: Scene, session: Session) -> None:
    scene.lina.discreet = True
    scene.make.role(
        scene.make.item(scene.event, datetime(2026, 9, 28, 22)),
        person=scene.lina,
        role=AgendaRoleName.SPEAKER,
    )
    session.commit()
    assert "Discreet mode is on" in page(lina, PATH).text
    for name in ("mentors", "guests"):
        assert "you are left out of the list they see" in section(lina, name)
    public = section(lina, "everybody")
    assert "Speaking: a participant" in public
    assert "Lina" not in public


def test_what_is_public_reads_as_there(lina: FlaskClient, scene: Scene, session: Session) -> None:
    item = scene.make.item(scene.event, datetime(2026, 9, 28, 22))
    scene.make.role(item, person=scene.lina, role=AgendaRoleName.SPEAKER)
    scene.make.role(item, pair=scene.pair, role=AgendaRoleName.FACILITATOR)
    session.commit()
    public = section(lina, "everybody")
    shown = " ".join(page(lina, f"/en/programmes/here/events/{scene.event.key}/").text.split())
    for words in ("Lina Haddad", "a pair of mentors from"):
        assert words in public
        assert words in shown


def test_what_may_be_quoted(lina: FlaskClient, scene: Scene, session: Session) -> None:
    assert "silence is a no" in section(lina, "quoted")
    log = TalkLog(day=NOW.date(), minutes=30, created_at=NOW, changed_at=NOW, pair=scene.pair)
    said = AttributionConsent.UNATTRIBUTED
    log.consents.append(TalkConsent(person=scene.lina, consent=said, said_at=NOW))
    session.add(log)
    session.commit()
    assert "Yes, without my name 1 talk" in section(lina, "quoted")


def test_whom_to_write_to(lina: FlaskClient, scene: Scene, session: Session) -> None:
    chief = scene.make.person(
        scene.programme, MembershipRole.COORDINATOR, name="Cora", email="cora@example.org"
    )
    session.commit()
    assert "Cora, cora@example.org" in section(lina, "change")
    scene.programme.reply_to = "desk@example.org"
    session.commit()
    found = section(lina, "change")
    assert "desk@example.org" in found
    assert str(chief.email) not in found


def test_somebody_without_anything(client: FlaskClient, scene: Scene, session: Session) -> None:
    sign_in(client, session, scene.make.person())
    text = page(client, PATH).text
    assert "you are on no list" in text
    assert "you take part in no programme" in text
    assert "Write to whoever invited you." in text


def test_a_position_without_an_organisation(
    lina: FlaskClient, scene: Scene, session: Session
) -> None:
    scene.lina.organisation, scene.lina.position = None, {"en": "Engineer"}
    session.commit()
    assert "Organisation Engineer" in section(lina, "kept")


def test_in_arabic(lina: FlaskClient) -> None:
    assert not page(lina, PATH.replace("/en/", "/ar/")).latin_runs()


@pytest.mark.both_databases
def test_statements_do_not_grow(
    app: Flask, scene: Scene, lina: FlaskClient, session: Session
) -> None:
    counts = set()
    for number in (1, 2, 47):
        for _ in range(number):
            event = scene.make.event(scene.programme, timed(datetime(2026, 10, 1, 9)))
            scene.make.participation(event, scene.lina)
            scene.make.participation(scene.event, scene.make.person(scene.programme))
            scene.make.role(scene.make.item(event, datetime(2026, 10, 1, 9)), person=scene.lina)
        session.commit()
        with _statements(app) as counted:
            assert lina.get(PATH).status_code == 200
        counts.add(len(counted))
    assert len(counts) == 1
    assert max(counts) <= MOST
