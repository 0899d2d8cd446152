"""Times that suit those on an event's list: what counts for them, and what they have paid."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.slots.telling import Why
from mmp.core.when import When
from mmp.models import Absence, BusyCalendar, BusyTime, DayOverride, Event, Person, Programme
from mmp.models.enums import EventForm, EventStatus, Partstat
from mmp.services import slot_finding
from mmp.services.slot_finding import Offered, Wish, guest_handle
from tests.support.factories import MADE_AT, Factory, timed

NOW = datetime(2026, 6, 19, 8, tzinfo=UTC)


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def here(make: Factory) -> Programme:
    return make.programme(slug="here")


@pytest.fixture
def autumn(make: Factory, here: Programme) -> Event:
    return make.event(here, timed(datetime(2026, 9, 16, 14), 90), key="autumn")


@pytest.fixture
def people(make: Factory, here: Programme, autumn: Event) -> list[Person]:
    """On the list: Stockholm, Amman, and one who declined."""
    erik = make.person(here, name="Erik")
    lina = make.person(here, name="Lina", country="JO", zone="Asia/Amman")
    away = make.person(here, name="Zoe")
    for person in (erik, lina):
        make.participation(autumn, person)
    make.participation(autumn, away, partstat=Partstat.DECLINED)
    return [erik, lina, away]


def wish_of(session: Session, event: Event) -> Wish:
    return slot_finding.first_wish(event, slot_finding.asked(session, event=event), NOW)


def search(session: Session, event: Event, wish: Wish | None = None) -> Offered:
    asked = slot_finding.asked(session, event=event)
    wish = wish or slot_finding.first_wish(event, asked, NOW)
    return slot_finding.find_slots(session, now=NOW, event=event, asked=asked, wish=wish)


def test_of_a_month_that_has_begun_it_begins_a_week_ahead(
    session: Session, make: Factory, here: Programme
) -> None:
    event = make.event(here, When.month(2026, 6, "Europe/Stockholm"))
    asked = slot_finding.asked(session, event=event)
    for day, first in ((5, 13), (19, 23), (28, 29)):
        wish = slot_finding.first_wish(event, asked, datetime(2026, 6, day, 8, tzinfo=UTC))
        assert (wish.first_day, wish.last_day) == (date(2026, 6, first), date(2026, 6, 30))


def on(wish: Wish, day: date) -> Wish:
    return replace(wish, first_day=day, last_day=day)


def test_it_begins_with_the_event_itself_and_who_has_not_declined(
    session: Session, people: list[Person], autumn: Event
) -> None:
    found = search(session, autumn)
    assert [person.name for person in found.people] == ["Erik", "Lina"]
    wish = wish_of(session, autumn)
    assert (wish.minutes, wish.first_day, wish.last_day) == (
        90,
        date(2026, 9, 9),
        date(2026, 9, 23),
    )
    best = found.found.slots[0]
    assert found.found.fits
    assert not best.strains
    assert best.starts_at.weekday() not in (4, 5, 6)  # weekends of Amman and of Stockholm


def test_only_who_has_a_part_is_needed_to_begin_with(
    session: Session, make: Factory, people: list[Person], autumn: Event
) -> None:
    make.role(make.item(autumn), person=people[1])
    assert wish_of(session, autumn).needed == {guest_handle(people[1])}


def test_an_empty_list_means_everybody_in_the_programme(
    session: Session, make: Factory, here: Programme
) -> None:
    event = make.event(here)
    people = [make.person(here) for _ in range(3)]
    assert slot_finding.asked(session, event=event).people == tuple(people)


def test_other_events_talks_and_own_calendars_keep_busy(
    session: Session, make: Factory, here: Programme, people: list[Person], autumn: Event
) -> None:
    erik, lina, _ = people
    day = on(wish_of(session, autumn), date(2026, 9, 16))
    other = make.event(here, timed(datetime(2026, 9, 16, 9), 180))
    make.participation(other, erik)
    make.participation(make.event(here, timed(datetime(2026, 9, 16, 6), 900)), people[2])
    talk = timed(datetime(2026, 9, 16, 12), 60)
    make.event(here, talk, pair=make.pair(here, lina, people[2]))
    calendar = BusyCalendar(
        person_id=lina.id,
        name="mine",
        from_day=date(2026, 6, 1),
        until_day=date(2027, 6, 1),
        created_at=MADE_AT,
    )
    session.add(calendar)
    session.flush()
    at = datetime(2026, 9, 16, 11, tzinfo=UTC)
    session.add(
        BusyTime(
            calendar_id=calendar.id,
            person_id=lina.id,
            starts_at=at,
            ends_at=at + timedelta(minutes=30),
        )
    )
    session.flush()
    best = search(session, autumn, day).found.slots[0]
    assert best.starts_at == datetime(2026, 9, 16, 11, 30, tzinfo=UTC)
    other.status, other.cancelled_at = EventStatus.CANCELLED, NOW
    session.flush()
    assert search(session, autumn, day).found.slots[0].starts_at.hour < 10


def test_days_off_and_what_a_coordinator_knows_count(
    session: Session, people: list[Person], autumn: Event
) -> None:
    first = date(2026, 9, 15)
    day = on(wish_of(session, autumn), first)
    session.add(Absence(person_id=people[0].id, first_day=first, last_day=first))
    session.flush()
    found = search(session, autumn, day)
    assert not found.found.fits
    assert found.found.relax
    assert found.found.slots[0].strains[0].why is Why.DAY_OFF
    session.add(DayOverride(country="JO", day=first, off=True, name="A feast", changed_at=MADE_AT))
    session.flush()
    found = search(session, autumn, day)
    assert {one.why for one in found.found.slots[0].strains} == {Why.DAY_OFF, Why.HOLIDAY}
    assert [hit.name for hit in found.found.slots[0].holidays] == ["A feast"]


def test_who_paid_last_time_is_spared(
    session: Session, make: Factory, here: Programme, people: list[Person], autumn: Event
) -> None:
    tokyo = make.person(here, name="Aiko", country="JP", zone="Asia/Tokyo")
    make.participation(autumn, tokyo)
    past = make.event(here, timed(datetime(2026, 5, 12, 13), 60), title={"en": "In May"})
    room = timed(datetime(2026, 5, 13, 13), 60)
    for event in (past, make.event(here, room, form=EventForm.IN_PERSON)):
        for person in (people[0], tokyo):
            make.participation(event, person)
    found = search(session, autumn)
    assert [(paid.burden, paid.title) for paid in found.paid.values()] == [(3, {"en": "In May"})]
    assert list(found.paid) == [tokyo.id]
    place = [person.name for person in found.people].index("Aiko")
    costs = {one.person: one.cost for one in found.found.slots[0].strains}
    assert costs.get(place, 0) <= 1


@pytest.mark.parametrize(
    ("change", "field"),
    (
        ({"minutes": 2}, "minutes"),
        ({"minutes": 1800}, "minutes"),
        ({"last_day": date(2026, 9, 1)}, "last_day"),
        ({"first_day": date(2026, 1, 1), "last_day": date(2026, 2, 1)}, "last_day"),
        ({"last_day": date(2028, 9, 1)}, "last_day"),
        ({"needed": frozenset()}, "needed"),
    ),
)
def test_what_cannot_be_asked_is_said_beside_its_field(
    session: Session, people: list[Person], autumn: Event, change: dict[str, object], field: str
) -> None:
    wish = replace(wish_of(session, autumn), **change)  # type: ignore[arg-type]  # of each its own
    with pytest.raises(UserError) as caught:
        search(session, autumn, wish)
    assert caught.value.field == field
