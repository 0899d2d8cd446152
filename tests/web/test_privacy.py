"""What people see and decide of what is known of them."""

import io
import json
from datetime import timedelta
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.config import Settings
from mmp.models import Base, Consent, Mail, Person
from mmp.models.enums import ConsentPurpose, MembershipRole, Strength
from mmp.services import consents, feeds, privacy
from mmp.services.calendars import invited_entries
from mmp.services.privacy.traces import BEYOND
from mmp.web.privacy_words import TABLES
from tests.support.door import NOW, sign_in
from tests.support.factories import Factory
from tests.web.html import page
from tests.web.test_queries import MOST, _statements


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def lina(make: Factory, client: FlaskClient, session: Session) -> Person:
    here = make.programme(slug="here")
    person = make.person(here, name="Lina Haddad", name_native="لينا حداد")
    event = make.event(here, key="june")
    make.participation(event, person)
    make.participation(event, make.person(here, name="Erik Lund"))
    sign_in(client, session, person, strength=Strength.LINK)
    return person


def post(client: FlaskClient, path: str, **typed: str) -> int:
    token = page(client, "/en/home/privacy/").fields["csrf_token"]
    return client.post(path, data={"csrf_token": token, **typed}).status_code


def test_one_tap_takes_a_consent_back_and_others_see_it_at_once(
    client: FlaskClient, session: Session, make: Factory, lina: Person, app: Flask
) -> None:
    event = lina.memberships[0].programme.events[0]
    erik = session.scalars(select(Person).where(Person.name == "Erik Lund")).one()
    other = app.test_client()
    sign_in(other, session, erik, strength=Strength.LINK)
    theirs = f"/en/my/events/{event.uuid}/"
    assert "Lina Haddad" in other.get(theirs).text
    assert post(client, "/en/home/privacy/consents/listed/", given="no") == 303
    assert "Lina Haddad" not in other.get(theirs).text
    assert post(client, "/en/home/privacy/consents/listed/", given="yes") == 303
    assert "Lina Haddad" in other.get(theirs).text
    said = session.scalars(select(Consent.given).order_by(Consent.id)).all()
    assert said == [False, True]
    assert client.post("/en/home/privacy/consents/nonsense/").status_code in (400, 404)


def test_a_coordinators_note_is_shown_as_such(
    client: FlaskClient, session: Session, make: Factory, lina: Person
) -> None:
    chief = make.person(
        lina.memberships[0].programme, MembershipRole.COORDINATOR, name="Kerstin Berg"
    )
    consents.say(
        session, now=NOW, actor=chief, person=lina, purpose=ConsentPurpose.PHOTO, given=True
    )
    session.commit()
    assert "noted by Kerstin Berg" in page(client, "/en/home/privacy/").text


def test_a_name_leaves_the_partners_calendar_and_the_counter_rises(
    client: FlaskClient, session: Session, make: Factory, lina: Person, settings: Settings
) -> None:
    here = lina.memberships[0].programme
    erik = session.scalars(select(Person).where(Person.name == "Erik Lund")).one()
    pair = make.pair(here, lina, erik)
    talk = make.event(here, pair=pair, title={"en": "Talk: Lina Haddad, Erik Lund"})
    for person in (lina, erik):
        make.participation(talk, person)
    feed = feeds.add_feed(session, now=NOW, secret=settings.feed_secret, person=erik, name="Phone")
    session.commit()
    path = feeds.feed_address("", settings.feed_secret, feed)
    before = client.get(path)
    tried = Mail(
        person=erik,
        dedupe_key="talk",
        kind="talk",
        template="talk",
        created_at=NOW,
        due_at=NOW,
        next_at=NOW,
        octets=b"with Lina",
    )
    session.add(tried)
    session.commit()
    assert "Lina Haddad" in before.text
    assert post(client, "/en/home/privacy/consents/feed-detail/", given="no") == 303
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Lina Haddad" not in after.text
    assert "Talk with your partner" in after.text
    session.expire_all()
    assert tried.octets is None, "what waits is written anew"
    (by_mail,) = invited_entries(session, [(erik, talk.id)], base_url="x:").values()
    assert "Lina" not in repr(by_mail), "nor in the next mail about it"


def test_discreet_mode_is_one_tap(client: FlaskClient, session: Session, lina: Person) -> None:
    assert post(client, "/en/home/privacy/discreet/", discreet="yes") == 303
    session.refresh(lina)
    assert lina.discreet
    assert post(client, "/en/home/privacy/discreet/", discreet="no") == 303
    session.refresh(lina)
    assert not lina.discreet


def test_every_kind_of_row_has_a_name() -> None:
    tables = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }
    assert {*tables, *BEYOND} - TABLES.keys() == set()


def test_everything_held_is_handed_out(client: FlaskClient, lina: Person) -> None:
    held = page(client, "/en/home/held/").text
    assert "لينا حداد" in held
    assert "Name in their own script" in held
    for raw in ("{'", "True", "T08:", "name_native"):
        assert raw not in held, raw
    with ZipFile(io.BytesIO(client.get("/en/home/held.zip").data)) as packed:
        held = json.loads(packed.read("held.json"))
    assert held["person"][0]["name"] == "Lina Haddad"
    assert len(held["participation"]) == 1
    assert "token_hash" not in held["sign_in"][0]


def test_facts_are_mended(client: FlaskClient, session: Session, lina: Person) -> None:
    found = page(client, "/en/home/about-me/")
    assert "Arabic" in found.text, "a language has a name"
    fields = found.fields
    typed = {**fields, "locale": "en", "gender": "woman", "languages": "ar, en"}
    answer = client.post("/en/home/about-me/", data={**typed, "zone": "Mars/Base"})
    assert answer.status_code == 422
    assert "Mars/Base" in answer.text
    typed |= {"name": "Lina Haddad-Lund", "zone": "Asia/Amman"}
    assert client.post("/en/home/about-me/", data=typed).status_code == 303
    session.refresh(lina)
    assert (lina.name, lina.zone, lina.languages) == (
        "Lina Haddad-Lund",
        "Asia/Amman",
        ["ar", "en"],
    )


def test_erasing_oneself_takes_a_fresh_sign_in(
    client: FlaskClient, session: Session, clock: FixedClock, lina: Person
) -> None:
    clock.advance(timedelta(hours=1))
    assert "Erase me for good" not in page(client, "/en/home/erasure/").text
    assert post(client, "/en/home/erasure/") == 200
    session.refresh(lina)
    assert lina.erased_at is None
    sign_in(client, session, lina, strength=Strength.LINK, now=clock.now())
    assert "Erase me for good" in page(client, "/en/home/erasure/").text
    assert post(client, "/en/home/erasure/") == 303
    session.expire_all()
    assert lina.erased_at == clock.now()
    assert client.get("/en/home/").status_code == 302


def test_every_secret_that_is_left_out_exists() -> None:
    columns = {
        f"{table.name}.{one.name}" for table in Base.metadata.sorted_tables for one in table.columns
    }
    assert set(privacy.NOT_HANDED_OUT) <= columns


def test_a_mail_that_waits_is_rewritten_for_who_became_discreet(
    session: Session, make: Factory, lina: Person
) -> None:
    from mmp.core.mail import Site  # beside its one use
    from mmp.services import event_edits, outbox, permissions, sessions

    here = lina.memberships[0].programme
    chief = make.person(here, MembershipRole.COORDINATOR)
    event = make.event(here, key="autumn", title={"en": "Autumn together"}, venue={"en": "A hall"})
    event.ends_at = event.starts_at = NOW + timedelta(days=90)
    make.participation(event, lina)
    _, token = sessions.start(session, now=NOW, person=chief, strength=Strength.STRONG)
    actor = permissions.actor_of(session, now=NOW, token=token)
    event_edits.cancel_event(session, actor=actor, now=NOW, event=event, reason="No hall")
    mail = session.scalars(select(Mail).where(Mail.person_id == lina.id)).one()
    site = Site("https://x.example.org", secret="s" * 32)
    assert "Autumn together" in outbox.compose(session, mail, site=site, now=NOW).subject
    privacy.set_discreet(session, now=NOW, actor=lina, person=lina, discreet=True)
    octets = outbox.compose(session, mail, site=site, now=NOW).octets.decode()
    assert not [one for one in ("Autumn", "A hall", "No hall", "Programme") if one in octets]


def test_statements_do_not_grow(
    client: FlaskClient, app: Flask, session: Session, make: Factory, lina: Person
) -> None:
    """But for the page of everything held: that reads every table, whatever is in it."""
    here, paths = lina.memberships[0].programme, ("privacy", "about-me", "address", "erasure")
    counts: dict[str, list[int]] = {}
    for many in (1, 3, 50):
        for _ in range(many):
            make.participation(make.event(here), lina)
            purpose = ConsentPurpose.PHOTO
            consents.say(
                session, now=NOW, actor=lina, person=lina, purpose=purpose, given=many == 3
            )
        session.commit()
        for path in (*paths, "held"):
            with _statements(app) as counted:
                assert client.get(f"/en/home/{path}/").status_code == 200
            counts.setdefault(path, []).append(len(counted))
    assert {path: numbers for path, numbers in counts.items() if len(set(numbers[1:])) > 1} == {}
    assert {path: counts[path] for path in paths if max(counts[path]) > MOST} == {}
