"""Who sees and changes what: every condition, for every role."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Event, Membership, Pair, Person, Programme
from mmp.models.enums import EventStatus, MembershipRole, MembershipStatus, Strength
from mmp.services import permissions, sessions
from mmp.services.permissions import NOBODY, Actor
from tests.support.factories import Factory
from tests.support.statements import statements_of

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
R = MembershipRole


@dataclass
class Scene:
    """Two programmes alike; in the first a pair with a talk, and one of every role."""

    session: Session
    here: Programme
    there: Programme
    people: dict[str, Person]

    def actor(self, who: str, strength: Strength = Strength.STRONG, now: datetime = NOW) -> Actor:
        _, token = sessions.start(self.session, now=NOW, person=self.people[who], strength=strength)
        return permissions.actor_of(self.session, now=now, token=token)

    def events(self, condition: Callable[[Actor], object], actor: Actor) -> set[str]:
        found = self.session.scalars(select(Event.key).where(condition(actor)))  # type: ignore[arg-type]  # a condition
        return set(found)


@pytest.fixture
def scene(session: Session) -> Scene:
    make = Factory(session)
    here, there = make.programme(slug="here"), make.programme(slug="there")
    people = {role.value: make.person(here, role, key=role.value) for role in R}
    people["partner"] = make.person(here, key="partner")
    people["stranger"] = make.person(here, key="stranger")
    people["elsewhere"] = make.person(there, R.COORDINATOR, key="elsewhere")
    for programme in (here, there):
        make.event(programme, key=f"{programme.slug}-public")
        make.event(programme, key=f"{programme.slug}-draft", status=EventStatus.DRAFT)
    pair = make.pair(here, people["mentor"], people["partner"])
    make.event(here, key="talk", pair=pair)
    session.commit()
    return Scene(session, here, there, people)


def test_one_statement_tells_who_is_asking(scene: Scene) -> None:
    _, token = sessions.start(
        scene.session, now=NOW, person=scene.people["mentor"], strength=Strength.LINK
    )
    scene.session.commit()
    with statements_of(scene.session.get_bind()) as counted:
        actor = permissions.actor_of(scene.session, now=NOW, token=token)
    assert len(counted) == 1
    assert actor.person_id == scene.people["mentor"].id
    assert actor.parts[scene.here.id].roles == {R.MENTOR}
    assert actor.part_in("here") is actor.parts[scene.here.id]
    assert actor.part_in("there") is None
    with pytest.raises(AttributeError):
        actor.person_id = 1  # type: ignore[misc]  # frozen


SEEN = {
    "coordinator": {"here-public", "here-draft"},
    "assistant": {"here-public", "here-draft"},
    "mentor": {"here-public", "talk"},
    "partner": {"here-public", "talk"},
    "stranger": {"here-public"},
    "speaker": {"here-public"},
    "guest": {"here-public"},
    "elsewhere": {"there-public", "there-draft"},
}


@pytest.mark.parametrize("who", SEEN)
def test_events(scene: Scene, who: str) -> None:
    actor = scene.actor(who)
    assert scene.events(permissions.visible_events, actor) == SEEN[who]
    plans = who in ("coordinator", "assistant", "elsewhere")
    assert scene.events(permissions.editable_events, actor) == (SEEN[who] if plans else set())
    talks = {"talk"} if who in ("mentor", "partner") else set()
    assert scene.events(permissions.own_talks, actor) == talks


@pytest.mark.parametrize("who", SEEN)
def test_a_link_from_the_mail_plans_nothing(scene: Scene, who: str) -> None:
    actor = scene.actor(who, Strength.LINK)
    assert scene.events(permissions.editable_events, actor) == set()
    seen = scene.events(permissions.visible_events, actor)
    assert seen == {key for key in SEEN[who] if "draft" not in key}
    assert not actor.plans
    assert actor.could_plan == (who in ("coordinator", "assistant", "elsewhere"))


def test_nobody_sees_nothing(scene: Scene) -> None:
    for condition in (
        permissions.visible_events,
        permissions.editable_events,
        permissions.own_talks,
    ):
        assert scene.events(condition, NOBODY) == set()
    for model, filter_ in (
        (Programme, permissions.visible_programmes),
        (Programme, permissions.planned_programmes),
        (Pair, permissions.own_pairs),
        (Pair, permissions.visible_pairs),
        (Person, permissions.visible_people),
    ):
        assert not scene.session.scalars(select(model).where(filter_(NOBODY))).all()


PEOPLE_HERE = {*(role.value for role in R), "partner", "stranger"}


@pytest.mark.parametrize(
    ("who", "seen"),
    (
        ("coordinator", PEOPLE_HERE),
        ("assistant", PEOPLE_HERE),
        ("mentor", {"mentor", "partner"}),
        ("stranger", {"stranger"}),
        ("elsewhere", {"elsewhere"}),
    ),
)
def test_people(scene: Scene, who: str, seen: set[str]) -> None:
    actor = scene.actor(who)
    found = scene.session.scalars(select(Person.key).where(permissions.visible_people(actor)))
    assert set(found) == seen
    other = scene.there if who != "elsewhere" else scene.here
    found = scene.session.scalars(
        select(Person.key).where(permissions.visible_people(actor, other.id))
    )
    assert set(found) == set()


def test_pairs(scene: Scene) -> None:
    for who, own, seen in (
        ("mentor", 1, 1),
        ("stranger", 0, 0),
        ("assistant", 0, 1),
        ("coordinator", 0, 1),
        ("elsewhere", 0, 0),
    ):
        actor = scene.actor(who)
        for condition, number in ((permissions.own_pairs, own), (permissions.visible_pairs, seen)):
            found = scene.session.scalars(select(Pair).where(condition(actor))).all()
            assert len(found) == number, who


def test_travel_is_for_coordinators(scene: Scene) -> None:
    assert permissions.sees_travel(scene.actor("coordinator"), scene.here.id)
    assert not permissions.sees_travel(scene.actor("coordinator"), scene.there.id)
    assert not permissions.sees_travel(scene.actor("assistant"), scene.here.id)


def _membership(scene: Scene, who: str) -> Membership:
    person = scene.people[who]
    return scene.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()


def test_who_left_has_nothing_there(scene: Scene) -> None:
    _membership(scene, "mentor").status = MembershipStatus.LEFT
    actor = scene.actor("mentor")
    assert not actor.parts
    assert scene.events(permissions.visible_events, actor) == set()


@pytest.mark.parametrize(
    ("change", "plans"),
    (
        ({"ends_on": date(2026, 6, 18)}, False),
        ({"ends_on": date(2026, 6, 19)}, True),
        ({"starts_on": date(2026, 6, 20)}, False),
        ({"starts_on": date(2026, 6, 19)}, True),
        ({"status": MembershipStatus.ALUMNI}, False),
    ),
)
def test_planning_ends_with_the_role(scene: Scene, change: dict[str, object], plans: bool) -> None:
    membership = _membership(scene, "assistant")
    for name, value in change.items():
        setattr(membership, name, value)
    scene.session.flush()
    assert bool(scene.actor("assistant").plans) is plans


def test_talks_from_before_and_after_ones_time_stay_hidden(scene: Scene) -> None:
    pair = scene.session.scalars(select(Pair)).one()
    (_, partner) = pair.members
    partner.ends_on = date(2026, 6, 17)  # the talk is on the 18th
    scene.session.flush()
    assert scene.events(permissions.own_talks, scene.actor("partner")) == set()
    partner.ends_on, partner.starts_on = None, date(2026, 6, 19)
    scene.session.flush()
    assert scene.events(permissions.own_talks, scene.actor("partner")) == set()
    partner.starts_on = date(2026, 6, 18)
    scene.session.flush()
    assert scene.events(permissions.own_talks, scene.actor("partner")) == {"talk"}


@pytest.mark.parametrize(
    ("strength", "days", "inside"),
    (
        (Strength.LINK, 59, True),
        (Strength.LINK, 60, False),
        (Strength.STRONG, 13, True),
        (Strength.STRONG, 14, False),
    ),
)
def test_unused_sign_ins_end(scene: Scene, strength: Strength, days: int, inside: bool) -> None:
    now = NOW + timedelta(days=days)
    assert scene.actor("mentor", strength, now).signed_in is inside
    person_id = scene.people["mentor"].id
    assert bool(sessions.live(scene.session, now=now, person_id=person_id)) is inside
