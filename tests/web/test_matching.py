"""Matching in the browser: from the people of a programme to published pairs."""

from datetime import UTC, date, datetime
from threading import Event as Flag
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from mmp.adapters.clock import FixedClock
from mmp.adapters.database import db
from mmp.core.mail import token
from mmp.jobs import matching as job
from mmp.models import Mail, Matching, Pair, Person, Programme, Response
from mmp.models.enums import MatchingState, Region
from mmp.services.matching.wishes import token_source
from tests.support.factories import Factory
from tests.web.desk import fill_in, sit_down
from tests.web.html import Page, page
from tests.web.test_queries import MOST, _statements

ROUNDS = "/en/programmes/year/pairs/matching/"
SECRET = "a secret key for the tests alone"


class World:
    """A programme with people on both sides, and who sits at its desk."""

    def __init__(self, app: Flask, client: FlaskClient, session: Session, size: int = 3) -> None:
        self.app, self.client, self.session = app, client, session
        make = Factory(session)
        self.programme: Programme = make.programme(slug="year")
        self.first = [
            self._person(make, f"Erik{n}", Region.EUROPE, "Europe/Stockholm", "SE")
            for n in range(size)
        ]
        self.second = [
            self._person(make, f"Lina{n}", Region.MENA, "Asia/Amman", "JO") for n in range(size)
        ]
        sit_down(client, session, self.programme)

    def _person(self, make: Factory, name: str, region: Region, zone: str, country: str) -> Person:
        return make.person(
            self.programme,
            name=name,
            key=name.lower(),
            email=f"{name}@example.org".lower(),
            region=region,
            zone=zone,
            country=country,
            languages=["en"],
        )

    def begin(self) -> str:
        """A round of everybody; gives its address."""
        sides = {f"side-{one.uuid}": "1" for one in self.first}
        sides |= {f"side-{one.uuid}": "2" for one in self.second}
        status, _found = fill_in(self.client, f"{ROUNDS}new/", more=sides)
        assert status == 200
        return f"{ROUNDS}{self.session.scalars(select(Matching)).one().uuid}/"

    def post(self, path: str, to: str, **typed: Any) -> tuple[int, Page]:
        return fill_in(self.client, path, f"{path}{to}", **typed)

    def work(self) -> None:
        """What the worker does meanwhile."""
        with self.app.app_context():
            sessions = sessionmaker(db.engine)
            job.run_waiting(sessions, FixedClock(datetime(2026, 6, 19, 8, tzinfo=UTC)), Flag())
        self.session.expire_all()

    def round(self) -> Matching:
        self.session.expire_all()
        return self.session.scalars(select(Matching)).one()


@pytest.fixture
def world(app: Flask, client: FlaskClient, session: Session) -> World:
    return World(app, client, session)


def test_from_people_to_published_pairs(world: World) -> None:
    path = world.begin()
    status, found = world.post(path, "run")
    assert status == 200
    assert "You can leave this page and come back" in found.text
    world.work()
    found = page(world.client, path)
    assert "3 pairs" in found.text
    assert "hours of the week suit both" in found.text
    status, found = fill_in(world.client, f"{path}publication/", starts_on="2026-06-20")
    assert "3 pairs are published." in found.text
    mails = world.session.scalars(select(Mail).where(Mail.kind == "pair_introduced")).all()
    assert len(mails) == 6
    assert world.round().state is MatchingState.PUBLISHED
    again = world.client.get(f"{path}publication/")
    assert again.status_code == 303
    assert len(world.session.scalars(select(Pair)).all()) == 3


def test_wishes_by_the_link_of_a_mail_change_nothing_until_saved(world: World) -> None:
    path = world.begin()
    typed = {"closes_on": "2026-07-01", "interests": "Return\nYouth work"}
    status, found = fill_in(world.client, f"{path}wishes/", **typed)
    assert status == 200
    assert "6 mails are on their way." in found.text
    who, wanted, spurned = world.first[0], world.second[2], world.second[0]
    link = _link(world, who)
    anybody = world.app.test_client()
    found = page(anybody, link)
    for words in ("Youth work", "For Erik0", "8–12", wanted.name, "Until 1 July 2026, 23:59"):
        assert words in found.text
    assert "3–6 م" in page(anybody, link.replace("/en/", "/ar/")).text, "by the reader’s hours"
    days = [found.text.index(day) for day in ("Monday", "Saturday", "Sunday")]
    assert days == sorted(days)
    at_home = page(anybody, link.replace("/en/", "/ar/")).text
    assert at_home.index("السبت") < at_home.index("الأحد") < at_home.index("الاثنين"), "their week"
    more = {"interests": "i2", "wish-0": f"{wanted.uuid}", "unwanted": f"{spurned.uuid}"}
    assert world.session.scalars(select(Response)).all() == []
    status, found = fill_in(anybody, link, languages="en", hours="0-morning", more=more)
    assert "Thank you." in found.text
    status, found = fill_in(anybody, link, more=more | {"wish-1": f"{spurned.uuid}"})
    assert status == 422
    assert "take them out of one" in found.text
    found = page(world.client, f"{path}wishes/")
    assert "Would rather not work with" in found.text
    status, found = world.post(f"{path}wishes/", "reminders")
    assert "5 reminders are on their way." in found.text
    world.post(path, "run")
    world.work()
    text = page(world.client, path).text
    assert f"{who.name} would like to work with {wanted.name} most of all" in text


def _link(world: World, person: Person) -> str:
    row = world.round()
    assert row.form is not None
    secret = token(SECRET, *token_source(row.form.uuid, person.uuid))
    return f"/en/wishes/{row.form.uuid}/{person.uuid}/{secret}/"


def test_narrowing_the_list_forgets_nobody(world: World) -> None:
    erik, lina, out = world.first[0], world.second[0], world.second[1]
    sides = {f"side-{erik.uuid}": "2", f"side-{lina.uuid}": "1", f"side-{out.uuid}": "0"}
    status, found = fill_in(world.client, f"{ROUNDS}new/", q="erik", show="y", more=sides)
    assert status == 200
    ticked = {
        values["name"]: values["value"]
        for tag, values in found.tags
        if tag == "input" and "checked" in values
    }
    assert ticked.keys() == {f"side-{one.uuid}" for one in world.first}
    assert ticked[f"side-{erik.uuid}"] == "2"
    assert found.fields[f"side-{lina.uuid}"] == "1", "kept, though not shown"
    assert f"side-{out.uuid}" not in found.fields
    assert "Leave out 1 more person who is chosen" in found.text
    alone = {"q": "erik", "show": "y", "only_shown": "y"}
    _status, found = fill_in(world.client, f"{ROUNDS}new/", **alone, more=sides)
    assert f"side-{lina.uuid}" not in found.fields


def test_who_leaves_before_today_is_not_to_be_matched(world: World) -> None:
    membership = world.first[0].memberships[0]
    membership.ends_on = date(2026, 6, 1)
    world.session.commit()
    found = page(world.client, f"{ROUNDS}new/").text
    assert "Erik0" not in found
    assert "Erik1" in found


def test_a_search_that_was_refused_can_be_loaded_again(world: World) -> None:
    path = world.begin()
    sides = {f"side-{one.uuid}": "0" for one in world.first[1:]}
    world.post(
        path,
        "people/",
        more=sides
        | {f"side-{world.first[0].uuid}": "1"}
        | {f"side-{one.uuid}": "2" for one in world.second},
    )
    status, found = world.post(path, "run")
    assert status == 422
    there = [v["href"] for tag, v in found.tags if tag == "a" and v.get("hreflang") == "fr"]
    assert there == [f"{path.replace('/en/', '/fr/')}run"]
    answer = world.client.get(there[0])
    assert (answer.status_code, answer.location) == (303, path.replace("/en/", "/fr/"))


def test_a_stale_choice_is_kept_beside_what_is_there(world: World) -> None:
    path = world.begin()
    world.post(path, "run")
    world.work()
    one, other = world.round().draft["pairs"][0]
    old = page(world.client, path).fields
    _status, found = world.post(path, "choice", act=f"pin {one} {other}")
    assert "Kept together" in found.text
    kept = {name: old[name] for name in ("csrf_token", "version")}
    answer = world.client.post(f"{path}choice", data=kept | {"act": f"exclude {one} {other}"})
    assert answer.status_code == 409
    assert "Do it all the same" in answer.text
    assert [one, other] in world.round().draft["pairs"]
    assert "Kept together" in page(world.client, path).text


def test_stale_people_stand_beside_what_is_saved(world: World) -> None:
    path = f"{world.begin()}people/"
    old, moved = page(world.client, path).fields, world.first[0]
    sides = {f"side-{one.uuid}": "1" for one in world.first[1:]}
    sides |= {f"side-{one.uuid}": "2" for one in world.second}
    assert fill_in(world.client, path, more=sides)[0] == 200
    kept = {name: old[name] for name in ("csrf_token", "version")}
    answer = world.client.post(path, data=kept | sides | {f"side-{moved.uuid}": "2"})
    assert answer.status_code == 409
    assert "Not in this round" in answer.text
    assert "Someone else changed this while you did" in answer.text
    assert len(world.round().candidates) == 5


def test_weights_that_are_none_stay_with_a_sentence_beside_them(world: World) -> None:
    path = f"{world.begin()}weights/"
    status, found = fill_in(world.client, path, preset="own", wishes="NaN", hours="-3")
    assert status == 422
    assert found.text.count("Write a number from 0 to a million, like 60.") == 5
    assert found.fields["wishes"] == "NaN"


def test_what_cannot_be_paired_is_said_by_name(world: World) -> None:
    path = world.begin()
    sides = {f"side-{one.uuid}": "1" for one in (*world.first, *world.second[:2])}
    more = sides | {f"side-{world.second[2].uuid}": "2"}
    status, _found = fill_in(world.client, f"{path}people/", more=more)
    assert status == 200
    status, found = world.post(path, "run")
    assert status == 422
    assert "Europe has 5 people and Middle East and North Africa 1." in found.text
    assert "3 would be left over" in found.text


def test_statements_do_not_grow(app: Flask, client: FlaskClient, session: Session) -> None:
    counts = []
    for number in (1, 3, 50):
        world = World(app, client, session, number)
        path = world.begin()
        world.post(path, "run")
        world.work()
        for page_ in ("", "people/", "wishes/", "publication/"):
            with _statements(app) as counted:
                assert client.get(f"{path}{page_}").status_code == 200
            counts.append(len(counted))
        for row in session.scalars(select(Matching)):
            session.delete(row)
        world.programme.slug = f"other-{number}"
        for person in session.scalars(select(Person)):
            person.email, person.key = None, f"{person.key}-{number}"
        session.commit()
    assert max(counts) <= MOST
