"""The plan follows every edit: whatever happened before, it is as if it had just been made."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, event as listening, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.core.mail import Words, pack
from mmp.models import (
    Delivery,
    Event,
    Invitation,
    Membership,
    OptOut,
    Participation,
    Person,
    Programme,
    ReminderHold,
    ReminderRule,
    SuppressedAddress,
)
from mmp.models.enums import (
    AttendanceForm,
    DeliveryState,
    Entry,
    EventForm,
    EventStatus,
    MembershipStatus,
    OffsetUnit,
    Partstat,
    ReminderAnchor,
    ReminderPreset,
)
from mmp.services import reminders
from mmp.services.calendar_parts.facts import facts_of, fingerprint
from mmp.services.events import apply_when, touch
from tests.support.factories import Factory, timed

LIVE = (DeliveryState.PLANNED, DeliveryState.HELD)


@pytest.fixture
def factory(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def programme(factory: Factory) -> Programme:
    return factory.programme(reminder_preset=ReminderPreset.STANDARD)


def live(session: Session) -> list[tuple[Any, ...]]:
    """What is planned, without the numbers of its rows."""
    names = ("event_id", "person_id", "rule", "occurrence", "time_version", "nominal_at")
    more = ("due_at", "expires_at", "urgent", "state", "reason")
    rows = session.scalars(select(Delivery).where(Delivery.state.in_(LIVE))).all()
    return sorted((*(getattr(row, name) for name in (*names, *more)), str(row.why)) for row in rows)


def rebuilt(session: Session, now: datetime) -> list[tuple[Any, ...]]:
    """The same after it was thrown away and made anew."""
    session.execute(delete(Delivery).where(Delivery.state.in_(LIVE)))
    reminders.reconcile_all(session, now=now)
    return live(session)


class Edits:
    """Random edits of a programme, each through rows as verbs make them."""

    def __init__(self, session: Session, factory: Factory, programme: Programme, seed: int) -> None:
        self.session, self.factory, self.programme = session, factory, programme
        self.random = Random(seed)
        self.people = [self.person() for _ in range(4)]
        self.events = [self.event(day) for day in (3, 9, 30)]
        for event in self.events:
            for person in self.people[:3]:
                factory.participation(event, person, partstat=self.pick(list(Partstat)))
        session.commit()

    def pick(self, some: Sequence[Any]) -> Any:
        return self.random.choice(some)

    def now(self) -> datetime:
        now: datetime = self.session.info["clock"].now()
        return now

    def person(self) -> Person:
        zone, country = self.pick(PLACES)
        return self.factory.person(self.programme, zone=zone, country=country)

    def event(self, day: int) -> Event:
        return self.factory.event(
            self.programme, self.some_time(day), form=self.pick(list(EventForm))
        )

    def some_time(self, day: int) -> Any:
        starts = datetime(2026, 6, 19) + timedelta(days=day, hours=self.random.randrange(24))
        return timed(starts, zone=self.pick(PLACES)[0])

    def move(self) -> None:
        event = self.pick(self.events)
        apply_when(event, self.some_time(self.random.randrange(1, 40)))
        touch(event, {"when"}, now=self.now())

    def change_status(self) -> None:
        event = self.pick(self.events)
        with self.session.no_autoflush:
            event.status = self.pick(list(EventStatus))
            touch(event, {"status"}, now=self.now())

    def change_form(self) -> None:
        self.pick(self.events).form = self.pick(list(EventForm))

    def answer(self) -> None:
        if rows := self.session.scalars(select(Participation)).all():
            row = self.pick(rows)
            row.partstat, row.form = self.pick(list(Partstat)), self.pick([None, *AttendanceForm])

    def wait(self) -> None:
        if rows := self.session.scalars(select(Participation)).all():
            self.pick(rows).entry = self.pick(list(Entry))

    def add_or_take_off(self) -> None:
        event, person = self.pick(self.events), self.pick(self.people)
        on_list = select(Participation).where(
            Participation.event_id == event.id, Participation.person_id == person.id
        )
        if row := self.session.scalar(on_list):
            event.participations.remove(row)
        else:
            self.factory.participation(event, person, partstat=Partstat.NEEDS_ACTION)

    def invite(self) -> None:
        event, person = self.pick(self.events), self.pick(self.people)
        same = select(Invitation).where(
            Invitation.uid == event.uid, Invitation.person_id == person.id
        )
        if row := self.session.scalar(same):
            row.told_at = self.now()
            return
        self.session.add(
            Invitation(
                person=person,
                event=event,
                uid=event.uid,
                sequence=0,
                in_calendar=True,
                facts=fingerprint(facts_of(event)),
                told=pack({"facts": facts_of(event), "title": Words(event.title)}),
                told_at=self.now(),
            )
        )

    def travel(self) -> None:
        person = self.pick(self.people)
        person.zone, person.country = self.pick(PLACES)

    def lose_address(self) -> None:
        person = self.pick(self.people)
        person.email = None if person.email else f"{person.key}@example.org"

    def suppress(self) -> None:
        address = self.pick(self.people).email
        if row := self.session.scalar(select(SuppressedAddress)):
            self.session.delete(row)
        elif address:
            self.session.add(SuppressedAddress(address=address, since=self.now()))

    def opt_out(self) -> None:
        person = self.pick(self.people)
        same = select(OptOut).where(OptOut.person_id == person.id)
        if row := self.session.scalar(same):
            self.session.delete(row)
        else:
            row = OptOut(person_id=person.id, programme_id=self.programme.id, since=self.now())
            self.session.add(row)

    def leave(self) -> None:
        row = self.pick(self.session.scalars(select(Membership)).all())
        row.status = self.pick(list(MembershipStatus))

    def change_rule(self) -> None:
        event = self.pick([None, *self.events])
        key = self.pick(("week", "day", "own-1", "chase"))
        level = ReminderRule.event_id.is_not_distinct_from(event.id if event else None)
        row = self.session.scalar(select(ReminderRule).where(ReminderRule.key == key, level))
        if row and self.random.random() < 0.3:
            self.session.delete(row)
            return
        if row is None:
            row = ReminderRule(
                programme=self.programme,
                event=event,
                key=key,
                offset=0,
                unit=OffsetUnit.DAYS,
                created_at=self.now(),
                changed_at=self.now(),
            )
            self.session.add(row)
        row.anchor = self.pick(list(ReminderAnchor))
        row.offset, row.unit = self.random.randrange(-12, 12), self.pick(list(OffsetUnit))
        row.active = self.random.random() < 0.8

    def choose_preset(self) -> None:
        self.programme.reminder_preset = self.pick(list(ReminderPreset))

    def hold_or_release(self) -> None:
        if row := self.session.scalar(select(ReminderHold)):
            self.session.delete(row)
            return
        event, rule = self.pick([(self.events[0], None), (None, "day"), (self.events[1], "week")])
        hold = ReminderHold(programme=self.programme, event=event, rule=rule, since=self.now())
        self.session.add(hold)

    def pass_time(self) -> None:
        """As a worker lives through it, from one due time to the next, with nothing held back."""
        for row in self.session.scalars(select(ReminderHold)):
            self.session.delete(row)
        clock = self.session.info["clock"]
        until = self.now() + timedelta(hours=self.random.randrange(1, 60))
        self.session.commit()
        while (due := reminders.next_delivery(self.session)) and due <= until:
            clock.set(max(due, self.now()))
            reminders.queue_due(self.session, now=self.now())
            self.session.commit()
        clock.set(until)

    def any(self) -> Callable[[], None]:
        names = (
            *("move", "change_status", "change_form", "answer", "wait", "add_or_take_off"),
            *("invite", "travel", "lose_address", "suppress", "opt_out", "leave"),
            *("change_rule", "choose_preset", "hold_or_release", "pass_time"),
        )
        found: Callable[[], None] = getattr(self, self.pick(names))
        return found


PLACES = (
    ("Europe/Stockholm", "SE"),
    ("Asia/Amman", "JO"),
    ("Africa/Casablanca", "MA"),
    ("America/New_York", "US"),
)


@pytest.mark.parametrize("seed", range(6))
def test_any_edits_leave_the_plan_of_a_rebuild(
    session: Session, factory: Factory, programme: Programme, clock: FixedClock, seed: int
) -> None:
    edits, done = Edits(session, factory, programme, seed), []
    for _ in range(25):
        for _ in range(edits.random.randrange(1, 3)):
            edit = edits.any()
            done.append(edit.__name__)
            edit()
        session.commit()
        found = live(session)
        assert rebuilt(session, clock.now()) == found, done
        session.rollback()


def test_150_people_take_six_statements(
    session: Session, factory: Factory, programme: Programme, clock: FixedClock
) -> None:
    people = [factory.person(programme) for _ in range(150)]
    meeting = factory.event(programme, timed(datetime(2026, 10, 27, 14)))
    rows = [factory.participation(meeting, person) for person in people]
    session.info.pop("clock")
    session.commit()
    session.refresh(meeting)
    run: list[str] = []
    listening.listen(
        session.get_bind(), "before_cursor_execute", lambda *given: run.append(given[2])
    )
    reminders.reconcile(session, now=clock.now(), event=meeting)
    assert len(live(session)) == 600  # week, day, hour and thanks
    assert len(run) <= 6 + 1  # and the one that counts them
    for row in rows[:75]:
        row.partstat = Partstat.DECLINED
    apply_when(meeting, timed(datetime(2026, 11, 3, 14)))
    session.flush()
    run.clear()
    reminders.reconcile(session, now=clock.now(), event=meeting)
    assert len(run) <= 6
    assert len(live(session)) == 300


def test_15000_lines_are_planned_soon(
    session: Session, factory: Factory, programme: Programme, clock: FixedClock
) -> None:
    """The figure itself is measured by `make bench`; here only that it does not grow by rows."""
    people = [factory.person(programme) for _ in range(30)]
    for day in range(10):
        meeting = factory.event(programme, timed(datetime(2026, 10, 1 + day, 14)))
        for person in people:
            factory.participation(meeting, person)
    session.info.pop("clock")
    session.commit()
    run: list[str] = []
    listening.listen(
        session.get_bind(), "before_cursor_execute", lambda *given: run.append(given[2])
    )
    reminders.reconcile_all(session, now=clock.now())
    assert len(run) <= 7
    assert len(live(session)) == 1200


def test_who_is_deleted_leaves_no_line(
    session: Session, factory: Factory, programme: Programme
) -> None:
    person = factory.person(programme)
    row = factory.participation(factory.event(programme, timed(datetime(2026, 10, 27, 14))), person)
    session.commit()
    assert len(live(session)) == 4
    for one in (row, *person.memberships):
        session.delete(one)
    session.flush()
    session.delete(person)
    session.commit()
    assert session.scalars(select(Delivery)).all() == []
