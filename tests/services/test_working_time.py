"""Working time in the tables: what dates hit, what coordinators and people say of their days."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.when import When
from mmp.core.working_time import Kind
from mmp.models import Absence, DayOverride, HistoryEntry, Person, Programme, WorkingHours
from mmp.models.enums import MembershipRole, Partstat, Strength
from mmp.services import permissions, privacy, sessions, working_time
from mmp.services.permissions import Actor
from mmp.services.working_time import DayDetails, Found
from tests.support.factories import Factory, timed

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
TUNIS_DAY = date(2026, 10, 15)


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def actor(session: Session, make: Factory, programme: Programme) -> Actor:
    return signed_in(session, make.person(programme, MembershipRole.COORDINATOR))


def signed_in(session: Session, person: Person) -> Actor:
    _, token = sessions.start(session, now=NOW, person=person, strength=Strength.STRONG)
    return permissions.actor_of(session, now=NOW, token=token)


def hits(session: Session, when: When, *people: Person, now: datetime = NOW) -> Found:
    return working_time.date_hits(session, now=now, when=when, readers=working_time.Readers(people))


def test_a_holiday_in_tunisia_hits_two(
    session: Session, make: Factory, programme: Programme
) -> None:
    tunis = [make.person(programme, country="TN", zone="Africa/Tunis") for _ in range(2)]
    when = timed(datetime(2026, 10, 15, 14))
    (hit,) = hits(session, when, make.person(programme), *tunis).hits
    assert (hit.kind, hit.country, hit.people) == (Kind.HOLIDAY, "TN", (1, 2))


def test_whoever_is_on_the_list_is_asked_about_and_else_the_programme(
    session: Session, make: Factory, programme: Programme
) -> None:
    event = make.event(programme)
    lina, erik = make.person(programme), make.person(programme)
    assert len(readers(session, programme, event)) == 2
    make.participation(event, lina)
    make.participation(event, erik, partstat=Partstat.DECLINED)
    assert readers(session, programme, event) == [lina]


def readers(session: Session, programme: Programme, event: object) -> list[Person]:
    found = working_time.readers_of(session, programme_id=programme.id, event=event)  # type: ignore[arg-type]
    return list(found.people)


def test_clocks_that_change_until_then_or_around_it(
    session: Session, make: Factory, programme: Programme
) -> None:
    amman = make.person(programme, country="JO", zone="Asia/Amman")
    cairo = make.person(programme, country="EG", zone="Africa/Cairo")
    found = hits(session, timed(datetime(2026, 10, 27, 14)), amman, cairo)
    assert found.unsettled is not None
    assert {(one.zone, one.before, one.after, count) for one, count in found.moved} == {
        ("Asia/Amman", 60, 120, 1),
        ("Africa/Cairo", 60, 120, 1),
    }
    calm = hits(session, timed(datetime(2026, 9, 28, 14)), amman, cairo)
    assert (calm.moved, calm.unsettled) == ([], None)
    assert not hits(session, When.month(2026, 10, "Europe/Stockholm"), amman)


def test_a_day_that_somebody_knows_better(
    session: Session, make: Factory, programme: Programme, actor: Actor
) -> None:
    tunis = make.person(programme, country="TN", zone="Africa/Tunis")
    uuid, when = uuid4(), timed(datetime(2026, 10, 15, 14))
    works = DayDetails("TN", TUNIS_DAY, off=False, source="Decree 1")
    for _ in range(2):
        working_time.save_day(
            session, actor=actor, now=NOW, programme=programme, uuid=uuid, details=works
        )
    assert not hits(session, when, tunis).hits
    (row,) = working_time.known_days(session, actor=actor, since=TUNIS_DAY)
    assert row.set_by_id == actor.person_id
    with pytest.raises(UserError, match="in the list already"):
        working_time.save_day(
            session, actor=actor, now=NOW, programme=programme, uuid=uuid4(), details=works
        )
    entry = working_time.take_day_away(
        session, actor=actor, now=NOW, programme=programme, uuid=uuid
    )
    assert hits(session, when, tunis).hits
    for _ in range(2):
        working_time.put_back_day(session, actor=actor, now=NOW, programme=programme, uuid=entry)
    assert not hits(session, when, tunis).hits
    actions = session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.id)).all()
    assert actions == ["created", "removed", "created"]


@pytest.mark.parametrize(
    ("details", "field"),
    (
        (DayDetails("XX", TUNIS_DAY, off=True, name="Feast"), "country"),
        (DayDetails("TN", TUNIS_DAY, off=True), "name"),
        (DayDetails("TN", date(26, 10, 15), off=False), "day"),
        (DayDetails("TN", TUNIS_DAY, off=False, source="x" * 201), "source"),
    ),
)
def test_what_does_not_hold_is_said_beside_its_field(
    session: Session, programme: Programme, actor: Actor, details: DayDetails, field: str
) -> None:
    with pytest.raises(UserError) as refused:
        working_time.save_day(
            session, actor=actor, now=NOW, programme=programme, uuid=uuid4(), details=details
        )
    assert refused.value.field == field


def test_only_coordinators_say_what_a_day_is(
    session: Session, make: Factory, programme: Programme
) -> None:
    other = signed_in(session, make.person(programme, MembershipRole.ASSISTANT))
    with pytest.raises(NotFound):
        working_time.save_day(
            session,
            actor=other,
            now=NOW,
            programme=programme,
            uuid=uuid4(),
            details=DayDetails("TN", TUNIS_DAY, off=False),
        )
    assert not working_time.known_days(session, actor=other, since=TUNIS_DAY)


def test_own_hours_begin_as_in_the_country_and_are_painted(
    session: Session, make: Factory, programme: Programme
) -> None:
    lina = make.person(programme, country="JO", zone="Asia/Amman")
    week, version = working_time.own_week(session, lina)
    assert version is None
    assert (week.day(4)[40], week.day(6)[40]) == (9, 0)
    working = [(0, half) for half in range(18, 30)]
    working_time.save_week(session, now=NOW, person=lina, version=None, working=working)
    week, version = working_time.own_week(session, lina)
    monday = week.day(0)
    assert [monday[4 * hour] for hour in (6, 7, 8, 9, 14, 15, 16, 17, 19, 20)] == (
        [9, 3, 1, 0, 0, 1, 1, 3, 9, 9]
    )
    (rhythm,) = working_time.rhythms(session, [lina])
    assert rhythm.week == week
    with pytest.raises(StaleEdit):
        working_time.save_week(session, now=NOW, person=lina, version=None, working=[(1, 20)])
    with pytest.raises(UserError, match="at least one"):
        working_time.save_week(session, now=NOW, person=lina, version=version, working=[])
    working_time.save_week(session, now=NOW, person=lina, version=version, working=None)
    assert working_time.rhythms(session, [lina])[0].week is None


def test_days_off_and_journeys(session: Session, make: Factory, programme: Programme) -> None:
    lina = make.person(programme, country="SE")
    uuid = uuid4()
    for _ in range(2):
        working_time.add_absence(
            session,
            now=NOW,
            person=lina,
            uuid=uuid,
            first_day=date(2026, 10, 14),
            last_day=date(2026, 10, 16),
        )
    (hit,) = hits(session, timed(datetime(2026, 10, 15, 14)), lina).hits
    assert (hit.kind, hit.name, hit.country) == (Kind.DAY_OFF, "", None)
    assert len(working_time.own_absences(session, lina, since=TUNIS_DAY)) == 1
    with pytest.raises(NotFound):
        working_time.remove_absence(session, now=NOW, person=make.person(), uuid=uuid)
    working_time.remove_absence(session, now=NOW, person=lina, uuid=uuid)
    assert not hits(session, timed(datetime(2026, 10, 15, 14)), lina).hits
    working_time.add_absence(
        session,
        now=NOW,
        person=lina,
        uuid=uuid4(),
        first_day=TUNIS_DAY,
        last_day=TUNIS_DAY,
        zone="Asia/Amman",
    )
    (rhythm,) = working_time.rhythms(session, [lina])
    assert rhythm.zone_at(datetime(2026, 10, 15, 12, tzinfo=UTC)) == "Asia/Amman"
    for first, last, zone, field in (
        (date(2026, 10, 16), TUNIS_DAY, None, "last_day"),
        (TUNIS_DAY, date(2028, 1, 1), None, "last_day"),
        (TUNIS_DAY, TUNIS_DAY, "Nowhere", "zone"),
    ):
        with pytest.raises(UserError) as refused:
            working_time.add_absence(
                session,
                now=NOW,
                person=lina,
                uuid=uuid4(),
                first_day=first,
                last_day=last,
                zone=zone,
            )
        assert refused.value.field == field


def test_erasing_takes_hours_and_days_and_leaves_what_was_known_of_countries(
    session: Session, make: Factory, programme: Programme, actor: Actor
) -> None:
    lina = make.person(programme)
    row = DayOverride(country="TN", day=TUNIS_DAY, off=False, changed_at=NOW)
    row.set_by = lina
    session.add(row)
    working_time.save_week(session, now=NOW, person=lina, version=None, working=[(0, 20)])
    working_time.add_absence(
        session, now=NOW, person=lina, uuid=uuid4(), first_day=TUNIS_DAY, last_day=TUNIS_DAY
    )
    session.commit()
    held = privacy.held_about(session, lina)
    assert {"working_hours", "absence"} <= set(held)
    privacy.erase(session, now=NOW, actor=None, person=lina)
    assert not session.scalars(select(WorkingHours)).all()
    assert not session.scalars(select(Absence)).all()
    assert len(session.scalars(select(DayOverride)).all()) == 1
