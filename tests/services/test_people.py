"""People found, made, changed, let go and taken in again."""

from datetime import date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.models import (
    Consent,
    HistoryEntry,
    Membership,
    Organisation,
    Participation,
    Person,
    Programme,
    SignInLink,
)
from mmp.models.enums import (
    MembershipRole,
    MembershipStatus,
    Partstat,
    Region,
    StakeholderGroup,
    Strength,
)
from mmp.services import people
from mmp.services.people import UNLISTED, Order, PersonValues, Standing, Wanted
from mmp.services.permissions import Actor, Part
from tests.support.door import NOW
from tests.support.factories import MADE_AT, Factory, timed

ROLES = {MembershipRole.MENTOR}


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def kerstin(make: Factory, here: Programme) -> Person:
    return make.person(here, MembershipRole.COORDINATOR, name="Kerstin Berg")


@pytest.fixture
def actor(here: Programme, kerstin: Person) -> Actor:
    return acting(kerstin, here)


def acting(
    person: Person, programme: Programme, role: MembershipRole = MembershipRole.COORDINATOR
) -> Actor:
    part = Part(programme.id, programme.slug, programme.name, frozenset([role]))
    return Actor(person_id=person.id, strength=Strength.STRONG, parts={programme.id: part})


def names(session: Session, actor: Actor, here: Programme, **wanted: object) -> list[str]:
    session.flush()
    found = people.find_people(session, actor, here, Wanted(**wanted))  # type: ignore[arg-type]
    assert found.total == len(found.rows)
    return [row.person.name for row in found.rows]


def values(person: Person, **typed: object) -> PersonValues:
    kept = {name: getattr(person, name) for name in people.plain_values(person)}
    kept["organisation"] = None
    kept["position"] = dict(person.position or {})
    return PersonValues(**(kept | {"roles": frozenset(ROLES)} | typed))


@pytest.mark.parametrize(
    "typed", ("zoe", "ZOÉ", "زوي", "beirut bar", "bien zoe", "zoe@", "نقابه", "zoebien")
)
def test_found_however_it_is_typed(
    session: Session, make: Factory, here: Programme, actor: Actor, typed: str
) -> None:
    bar = Organisation(
        key="bar",
        name={"en": "Beirut Bar", "ar": "نقابة المحامين"},
        created_at=MADE_AT,
        changed_at=MADE_AT,
    )
    make.person(here, name="Zoé Bien", name_native="زُوي", email="zoe@example.org", organisation=bar)
    make.person(here, name="Erik Lund")
    assert names(session, actor, here, text=typed) == ["Zoé Bien"]


def test_a_new_name_is_found_and_the_old_one_is_not(
    session: Session, make: Factory, here: Programme, actor: Actor
) -> None:
    lina = make.person(here, name="Lina Haddad")
    lina.name = "Lina Khoury"
    assert names(session, actor, here, text="khoury") == ["Lina Khoury"]
    assert names(session, actor, here, text="haddad") == []
    assert names(session, actor, here, text="100%") == []


def test_filters_narrow_each_other(
    session: Session, make: Factory, here: Programme, actor: Actor
) -> None:
    there = make.programme(slug="there")
    june = make.event(here, key="june")
    lina = make.person(
        here,
        name="Lina",
        country="JO",
        region=Region.MENA,
        languages=["ar", "en"],
        group=StakeholderGroup.MEDIA,
    )
    erik = make.person(here, MembershipRole.SPEAKER, name="Erik", languages=["sv"])
    make.person(there, name="Nobody of ours")
    make.participation(june, lina)
    make.participation(june, erik, partstat=Partstat.DECLINED)
    people.tag_people(session, actor=actor, now=NOW, programme=here, people=[erik], tag="panel")
    for wanted, found in (
        ({"roles": frozenset([MembershipRole.SPEAKER])}, ["Erik"]),
        ({"regions": frozenset([Region.MENA])}, ["Lina"]),
        ({"countries": frozenset(["JO"])}, ["Lina"]),
        ({"groups": frozenset([StakeholderGroup.MEDIA])}, ["Lina"]),
        ({"languages": frozenset(["ar"])}, ["Lina"]),
        ({"tags": frozenset(["panel"])}, ["Erik"]),
        ({"event": "june"}, ["Erik", "Lina"]),
        ({"event": "june", "answers": frozenset(["ACCEPTED"])}, ["Lina"]),
        ({"event": "june", "answers": frozenset([UNLISTED])}, ["Kerstin Berg"]),
        ({"event": "june", "regions": frozenset([Region.EUROPE])}, ["Erik"]),
        ({"order": Order.NAME, "descending": True}, ["Lina", "Kerstin Berg", "Erik"]),
        ({"order": Order.COUNTRY}, ["Lina", "Erik", "Kerstin Berg"]),
        ({"order": Order.NEWEST}, ["Erik", "Lina", "Kerstin Berg"]),
    ):
        assert names(session, actor, here, **wanted) == found, wanted


def test_an_assistant_finds_no_address_tag_or_discreet_person(
    session: Session, make: Factory, here: Programme, actor: Actor
) -> None:
    lina = make.person(here, name="Lina", email="hidden@example.org")
    make.person(here, name="Rim", discreet=True)
    people.tag_people(session, actor=actor, now=NOW, programme=here, people=[lina], tag="panel")
    helper = acting(make.person(here, name="Noor"), here, MembershipRole.ASSISTANT)
    assert names(session, helper, here, text="hidden") == []
    assert names(session, helper, here) == ["Kerstin Berg", "Lina", "Noor"]
    assert names(session, helper, here, tags=frozenset(["panel"])) != ["Lina"]
    assert people.facets(session, helper, here).tags == []


def test_pages_of_fifty(session: Session, make: Factory, here: Programme, actor: Actor) -> None:
    for number in range(60):
        make.person(here, name=f"Mentor {number:02}")
    first = people.find_people(session, actor, here, Wanted())
    last = people.find_people(session, actor, here, Wanted(), page=99)
    assert (len(first.rows), first.total, first.pages) == (50, 61, 2)
    assert (len(last.rows), last.page) == (11, 2)
    assert len(people.find_people(session, actor, here, Wanted(), page=None).rows) == 61


def test_the_erased_are_not_found(
    session: Session, make: Factory, here: Programme, actor: Actor
) -> None:
    make.person(here, name="Lina", erased_at=NOW)
    assert names(session, actor, here) == ["Kerstin Berg"]


def test_somebody_new_is_made_once(session: Session, here: Programme, actor: Actor) -> None:
    uuid = uuid4()
    typed = PersonValues(
        name="Lina Haddad",
        email="lina@example.org",
        organisation="Ministry of Justice",
        zone="Asia/Amman",
        roles=frozenset([MembershipRole.MENTOR, MembershipRole.SPEAKER]),
    )
    common = {"actor": actor, "now": NOW, "programme": here, "uuid": uuid, "values": typed}
    person = people.create_person(session, **common)  # type: ignore[arg-type]
    assert people.create_person(session, **common) is person  # type: ignore[arg-type]
    assert person.key == "lina"
    assert person.organisation is not None
    assert person.organisation.name == {"en": "Ministry of Justice"}
    assert {row.role for row in people.roles_in(session, here, person)} == typed.roles
    with pytest.raises(UserError) as refused:
        people.create_person(
            session, actor=actor, now=NOW, programme=here, uuid=uuid4(), values=typed
        )
    assert refused.value.field == "email"
    assert "Lina Haddad" in str(refused.value)
    again = PersonValues(name="Omar", organisation="ministry OF justice", roles=typed.roles)
    other = people.create_person(
        session, actor=actor, now=NOW, programme=here, uuid=uuid4(), values=again
    )
    assert other.organisation is person.organisation


def test_an_address_of_somebody_unseen_names_nobody(
    session: Session, make: Factory, here: Programme, actor: Actor
) -> None:
    make.person(make.programme(), name="Secret Sami", email="sami@example.org")
    typed = PersonValues(name="X", email="sami@example.org", roles=frozenset(ROLES))
    with pytest.raises(people.AddressTaken) as refused:
        people.create_person(
            session, actor=actor, now=NOW, programme=here, uuid=uuid4(), values=typed
        )
    assert refused.value.owner is None
    assert "Sami" not in str(refused.value)


def test_two_people_swap_addresses_in_one_step(
    session: Session, make: Factory, here: Programme, actor: Actor
) -> None:
    lina = make.person(here, name="Lina", email="one@example.org")
    omar = make.person(here, name="Omar", email="two@example.org")
    link = SignInLink(person=lina, token_hash="x", created_at=NOW, expires_at=NOW)
    session.add(link)
    session.flush()
    common = {"actor": actor, "now": NOW, "programme": here, "person": lina}
    typed = values(lina, email="two@example.org")
    with pytest.raises(people.AddressTaken) as refused:
        people.change_person(session, **common, version=lina.version, values=typed)  # type: ignore[arg-type]
    assert refused.value.owner is omar
    people.change_person(
        session,
        **common,  # type: ignore[arg-type]
        version=lina.version,
        values=typed,
        swap_with=omar,
    )
    assert (lina.email, omar.email) == ("two@example.org", "one@example.org")
    session.refresh(link)
    assert link.revoked_at == NOW


def test_the_address_of_who_runs_another_programme_is_not_ours_to_change(
    session: Session, make: Factory, here: Programme, actor: Actor
) -> None:
    lina = make.person(here, name="Lina")
    session.add(
        Membership(
            programme=make.programme(slug="there"), person=lina, role=MembershipRole.COORDINATOR
        )
    )
    session.flush()
    with pytest.raises(UserError) as refused:
        people.change_person(
            session,
            actor=actor,
            now=NOW,
            programme=here,
            person=lina,
            version=lina.version,
            values=values(lina, email="mine@example.org"),
        )
    assert refused.value.field == "email"


def test_a_change_is_noted_undone_and_refused_when_stale(
    session: Session, make: Factory, here: Programme, actor: Actor
) -> None:
    lina = make.person(here, name="Lina")
    version = lina.version
    typed = values(lina, name="Lina Khoury", roles=frozenset([MembershipRole.SPEAKER]))
    common = {"actor": actor, "now": NOW, "programme": here}
    undo = people.change_person(session, **common, person=lina, version=version, values=typed)  # type: ignore[arg-type]
    with pytest.raises(StaleEdit):
        people.change_person(session, **common, person=lina, version=version, values=typed)  # type: ignore[arg-type]
    assert undo is not None
    assert people.undo(session, **common, uuid=undo) == [lina]  # type: ignore[arg-type]
    assert lina.name == "Lina"
    states = {row.role: row.status for row in people.roles_in(session, here, lina)}
    assert states[MembershipRole.MENTOR] is MembershipStatus.ACTIVE
    with pytest.raises(NotFound):
        people.undo(session, **common, uuid=uuid4())  # type: ignore[arg-type]


def test_nobody_is_left_without_a_coordinator(
    session: Session, here: Programme, kerstin: Person, actor: Actor
) -> None:
    with pytest.raises(UserError):
        people.change_person(
            session,
            actor=actor,
            now=NOW,
            programme=here,
            person=kerstin,
            version=kerstin.version,
            values=values(kerstin),
        )
    with pytest.raises(UserError):
        people.leave(session, actor=actor, now=NOW, programme=here, people=[kerstin])


def test_tags_come_and_go_at_once(
    session: Session, make: Factory, here: Programme, actor: Actor
) -> None:
    two = [make.person(here, name=name) for name in ("Lina", "Omar")]
    common = {"actor": actor, "now": NOW, "programme": here}
    done = people.tag_people(session, **common, people=two, tag="  a   panel ")  # type: ignore[arg-type]
    assert people.tag_people(session, **common, people=two, tag="a panel").undo is None  # type: ignore[arg-type]
    assert names(session, actor, here, tags=frozenset(["a panel"])) == ["Lina", "Omar"]
    assert done.undo is not None
    people.undo(session, **common, uuid=done.undo)  # type: ignore[arg-type]
    assert names(session, actor, here, tags=frozenset(["a panel"])) == []
    for nonsense in (" ", "x" * 41):
        with pytest.raises(UserError):
            people.tag_people(session, **common, people=two, tag=nonsense)  # type: ignore[arg-type]


def test_leaving_takes_what_is_ahead_and_comes_back_whole(
    session: Session, make: Factory, here: Programme, actor: Actor, clock: FixedClock
) -> None:
    lina, omar = (make.person(here, name=name) for name in ("Lina", "Omar"))
    pair = make.pair(here, lina, omar)
    past, coming = (
        make.event(here, timed(datetime(2026, month, 1, 14)), key=f"m{month}") for month in (3, 9)
    )
    was = make.participation(past, lina)
    make.participation(coming, lina, answer_note="window seat")
    make.role(make.item(coming), person=lina)
    session.commit()
    told = people.what_follows(session, now=NOW, programme=here, people=[lina])[0]
    assert [one.event.key for one in told.listed] == ["m9"]
    assert (list(told.pairs), list(told.stays)) == ([pair], [coming])

    common = {"actor": actor, "now": NOW, "programme": here}
    with pytest.raises(UserError):
        people.leave(session, **common, people=[lina], on=date(2026, 7, 1))  # type: ignore[arg-type]
    done = people.leave(
        session,
        **common,  # type: ignore[arg-type]
        people=[lina],
        on=date(2026, 6, 18),
        reason="A new post",
    )
    session.commit()
    part = people.roles_in(session, here, lina)[0]
    assert (part.status, part.ends_on) == (MembershipStatus.LEFT, date(2026, 6, 18))
    assert (pair.ends_on, pair.end_reason) == (date(2026, 6, 18), "A new post")
    assert session.scalars(select(Participation)).all() == [was]
    assert names(session, actor, here) == ["Kerstin Berg", "Omar"]
    assert names(session, actor, here, standing=Standing.LEFT) == ["Lina"]
    assert people.leave(session, **common, people=[lina]).people == []  # type: ignore[arg-type]

    assert done.undo is not None
    people.undo(session, **common, uuid=done.undo)  # type: ignore[arg-type]
    session.commit()
    assert part.status is MembershipStatus.ACTIVE
    assert (pair.ends_on, pair.end_reason, pair.members[0].ends_on) == (None, None, None)
    notes = session.scalars(select(Participation.answer_note).order_by(Participation.event_id))
    assert set(notes) == {None, "window seat"}
    people.undo(session, **common, uuid=done.undo)  # type: ignore[arg-type]
    assert len(session.scalars(select(Participation)).all()) == 2


def test_who_comes_back_leaves_a_partner_in_the_pair_they_found_since(
    session: Session, make: Factory, here: Programme, actor: Actor
) -> None:
    lina, omar, erik = (make.person(here, name=name) for name in ("Lina", "Omar", "Erik"))
    pair = make.pair(here, lina, omar)
    session.commit()
    common = {"actor": actor, "now": NOW, "programme": here}
    done = people.leave(session, **common, people=[lina], on=date(2026, 6, 18))  # type: ignore[arg-type]
    make.pair(here, omar, erik)
    session.commit()
    assert done.undo is not None
    people.undo(session, **common, uuid=done.undo)  # type: ignore[arg-type]
    assert people.roles_in(session, here, lina)[0].status is MembershipStatus.ACTIVE
    assert pair.ends_on == date(2026, 6, 18)


def test_a_trio_goes_on_as_a_pair(
    session: Session, make: Factory, here: Programme, actor: Actor
) -> None:
    three = [make.person(here, name=name) for name in ("Lina", "Omar", "Erik")]
    pair = make.pair(here, *three)
    people.leave(session, actor=actor, now=NOW, programme=here, people=three[:1])
    assert pair.ends_on is None
    assert [member.ends_on for member in pair.members] == [NOW.date(), None, None]


def test_alumni_agree_or_not_and_return(
    session: Session, make: Factory, here: Programme, kerstin: Person, actor: Actor
) -> None:
    lina = make.person(here, name="Lina")
    common = {"actor": actor, "now": NOW, "programme": here, "person": lina}
    people.make_alumni(session, **common, agreed=True)  # type: ignore[arg-type]
    consent = session.scalars(select(Consent)).one()
    assert (consent.given, consent.noted_by) == (True, kerstin)
    assert names(session, actor, here, standing=Standing.ALUMNI) == ["Lina"]
    assert people.come_back(session, **common) is not None  # type: ignore[arg-type]
    assert names(session, actor, here) == ["Kerstin Berg", "Lina"]
    with pytest.raises(UserError):
        people.make_alumni(session, **(common | {"person": kerstin}), agreed=None)  # type: ignore[arg-type]


def test_every_act_leaves_a_trace(
    session: Session, make: Factory, here: Programme, kerstin: Person, actor: Actor
) -> None:
    lina = make.person(here, name="Lina")
    people.leave(session, actor=actor, now=NOW, programme=here, people=[lina])
    entry = session.scalars(select(HistoryEntry)).one()
    assert (entry.subject_uuid, entry.action, entry.actor) == (lina.uuid, "left", kerstin)
