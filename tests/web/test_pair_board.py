"""The board of pairs in the browser."""

from datetime import date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Event, Mail, Membership, Pair, Person, Programme
from mmp.models.enums import AgendaRoleName, EventStatus, MembershipRole
from tests.support.door import sign_in
from tests.support.factories import Factory, timed
from tests.web.desk import fill_in, sit_down
from tests.web.html import page
from tests.web.test_queries import MOST, _statements

PAIRS = "/en/programmes/year/pairs/"


@pytest.fixture
def programme(session: Session) -> Programme:
    return Factory(session).programme(slug="year")


@pytest.fixture
def pair(session: Session, programme: Programme) -> Pair:
    make = Factory(session)
    erik = make.person(programme, name="Erik Lund")
    lina = make.person(programme, name="Lina Haddad", zone="Asia/Amman", country="JO")
    return make.pair(programme, erik, lina)


@pytest.fixture
def others(session: Session, programme: Programme) -> list[Person]:
    make = Factory(session)
    return [
        make.person(programme, name=name, key=name.lower(), email=f"{name}@example.org")
        for name in ("Omar", "Rana")
    ]


def test_board_shows_both_clocks_and_the_state_with_its_rule(
    client: FlaskClient, session: Session, programme: Programme, pair: Pair
) -> None:
    sit_down(client, session, programme)
    text = page(client, PAIRS).text
    for words in ("Erik Lund & Lina Haddad", "10:00", "11:00", "Amman time (UTC+3)"):
        assert words in text
    assert "Needs a check-in" in text
    assert "No talk yet, after 138 days; 28 are usual." in text
    assert "none at all 28 days after the pair began" in text
    assert "Erik Lund" not in page(client, f"{PAIRS}?state=on_track").text
    assert "Erik Lund" in page(client, f"{PAIRS}?state=nonsense&sort=%00&region=x").text


def test_assistants_see_pairs_without_talks(
    client: FlaskClient, session: Session, programme: Programme, pair: Pair
) -> None:
    sit_down(client, session, programme, MembershipRole.ASSISTANT)
    text = page(client, PAIRS).text
    assert "Lina Haddad" in text
    assert "check-in" not in text
    assert "talk" not in text.casefold()
    assert client.get(f"{PAIRS}{pair.uuid}/nudge/").status_code == 404
    assert "talk" not in page(client, f"{PAIRS}{pair.uuid}/").text.casefold()


def test_a_nudge_in_two_clicks(
    client: FlaskClient, session: Session, programme: Programme, pair: Pair
) -> None:
    sit_down(client, session, programme)
    path = f"{PAIRS}{pair.uuid}/nudge/"
    people = [str(member.person.uuid) for member in pair.members]
    status, found = fill_in(client, path, more={"to": people})
    assert status == 200
    assert "A mail is on its way to Erik Lund, Lina Haddad." in found.text
    assert "Asked less than two weeks ago. Possible again from 3 July 2026." in found.text
    status, found = fill_in(client, path, more={"to": people})
    assert status == 422
    assert len(session.scalars(select(Mail).where(Mail.kind == "pair_nudge")).all()) == 2


def test_the_end_names_what_it_cancels_before_it_is_saved(
    client: FlaskClient, session: Session, programme: Programme, pair: Pair, others: list[Person]
) -> None:
    talk = Factory(session).event(programme, timed(datetime(2026, 6, 25, 17)), pair=pair)
    sit_down(client, session, programme)
    path = f"{PAIRS}{pair.uuid}/end/"
    typed = {"ends_on": "2026-06-19", "reason": "A new post abroad"}
    status, found = fill_in(client, path, **typed)
    assert status == 200
    assert "1 agreed talk would be cancelled" in found.text
    assert "Thursday, 25 June 2026" in found.text or "Thursday 25 June 2026" in found.text
    session.expire_all()
    assert pair.ends_on is None
    status, found = fill_in(client, path, more={"seen": str(talk.uuid)}, **typed)
    assert "A new post abroad" in found.text
    session.expire_all()
    assert talk.status is EventStatus.CANCELLED
    undo = next(
        values["action"]
        for tag, values in found.tags
        if tag == "form" and values.get("action", "").endswith("/undoing")
    )
    answer = client.post(undo, data={"csrf_token": found.fields["csrf_token"]})
    assert answer.status_code == 303
    session.expire_all()
    assert pair.ends_on is None


def test_stale_end_shows_both(
    client: FlaskClient, session: Session, programme: Programme, pair: Pair
) -> None:
    sit_down(client, session, programme)
    path = f"{PAIRS}{pair.uuid}/end/"
    old = page(client, path).fields
    fill_in(client, path, ends_on="2026-07-01", reason="Theirs")
    typed = {"ends_on": "2026-07-02", "reason": "Mine"}
    answer = client.post(
        path, data={"csrf_token": old["csrf_token"], "version": old["version"], **typed}
    )
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert "Mine" in answer.text


def test_a_new_pair_of_earlier_partners_is_asked_about(
    client: FlaskClient, session: Session, programme: Programme, pair: Pair, others: list[Person]
) -> None:
    last_year = Factory(session).programme(slug="before", name={"en": "Year before"})
    Factory(session).pair(
        last_year, *others, key="old", starts_on=date(2025, 2, 1), ends_on=date(2025, 12, 1)
    )
    who = sit_down(client, session, programme)
    session.add(Membership(programme=last_year, person=who, role=MembershipRole.COORDINATOR))
    session.commit()
    path = f"{PAIRS}new/"
    assert "Rana (Year before, 2025)" in page(client, path).text
    typed = {"people": [str(one.uuid) for one in others], "starts_on": "2026-06-20"}
    status, found = fill_in(client, path, more=typed)
    assert status == 422
    assert "Yes, pair them again" in found.text
    status, found = fill_in(client, path, again="y", more=typed)
    assert status == 200
    assert "They are a pair now." in found.text


def test_trio_and_hand_over(
    client: FlaskClient, session: Session, programme: Programme, pair: Pair, others: list[Person]
) -> None:
    sit_down(client, session, programme)
    status, found = fill_in(
        client, f"{PAIRS}{pair.uuid}/members/new/", person=str(others[0].uuid), day="2026-06-19"
    )
    assert "They are three now." in found.text
    place = pair.members[0]
    status, found = fill_in(
        client,
        f"{PAIRS}{pair.uuid}/members/{place.uuid}/successor/",
        person=str(others[1].uuid),
        day="2026-06-19",
        tell="y",
    )
    assert status == 200
    assert "Rana came." in found.text
    told = session.scalars(select(Mail).where(Mail.kind == "pair_changed")).all()
    assert len(told) == 4
    status, found = fill_in(client, f"{PAIRS}{pair.uuid}/members/new/", person="", day="x")
    assert status == 422


def test_statements_do_not_grow(app: Flask, client: FlaskClient, session: Session) -> None:
    counts = []
    for number in (1, 3, 50):
        make = Factory(session)
        programme = make.programme(slug=f"many-{number}")
        event: Event = make.event(programme, key=f"e{number}", uid=f"e{number}")
        item = make.item(event, key=f"i{number}", uid=f"i{number}")
        made = None
        for one in range(number):
            people = [
                make.person(
                    programme, key=f"p{number}-{one}{side}", email=f"{number}{one}{side}@x.x"
                )
                for side in "ab"
            ]
            made = make.pair(programme, *people, key=f"pair-{one}")
            make.role(item, pair=made, role=AgendaRoleName.PRESENTER)
            make.participation(event, people[0])
        who = make.person(
            programme, MembershipRole.COORDINATOR, key=f"c{number}", email=f"c{number}@x.x"
        )
        sign_in(client, session, who)
        assert made is not None
        for path in ("", f"{made.uuid}/", f"{made.uuid}/nudge/", "new/"):
            with _statements(app) as counted:
                answer = client.get(f"/en/programmes/many-{number}/pairs/{path}")
            assert answer.status_code == 200
            counts.append((path.replace(str(made.uuid), "pair"), len(counted)))
    assert max(count for _path, count in counts) <= MOST, counts
    assert len(set(counts)) == 4, counts
