"""Rules as coordinators set them, what they see of them beforehand, and what they hold back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.core.errors import StaleEdit, UserError
from mmp.core.mail import Site
from mmp.models import Delivery, Event, HistoryEntry, Mail, Person
from mmp.models.enums import (
    AnswerVia,
    DeliveryState,
    EventForm,
    MembershipRole,
    OffsetUnit,
    Partstat,
    ReminderAnchor,
    ReminderPreset,
)
from mmp.models.mail import MailState
from mmp.services import outbox, reminders
from mmp.services.permissions import Actor
from tests.support.factories import Factory, timed

SITE = Site("https://mmp.example.org", secret="a secret for the tests alone")
TWO_DAYS = reminders.RuleDetails(
    anchor=ReminderAnchor.START, offset=-2, unit=OffsetUnit.DAYS, text={"en": "Dear {{ name }}!"}
)


@pytest.fixture
def factory(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def event(session: Session, factory: Factory) -> Event:
    programme = factory.programme(reminder_preset=ReminderPreset.STANDARD)
    event = factory.event(programme, timed(datetime(2026, 10, 27, 14)), form=EventForm.IN_PERSON)
    factory.participation(
        event, factory.person(programme, name="Rana"), partstat=Partstat.NEEDS_ACTION
    )
    session.commit()
    return event


@pytest.fixture
def actor(session: Session, factory: Factory, event: Event) -> Actor:
    return Actor(person_id=factory.person(event.programme, MembershipRole.COORDINATOR).id)


@pytest.fixture
def mentor(event: Event) -> Person:
    return event.participations[0].person


def planned(session: Session) -> dict[str, str]:
    rows = session.scalars(select(Delivery).order_by(Delivery.due_at))
    return {
        row.rule: row.state.value
        for row in rows
        if row.state in (DeliveryState.PLANNED, DeliveryState.HELD)
    }


def test_the_event_replaces_the_programme_replaces_the_preset(
    session: Session, clock: FixedClock, event: Event, actor: Actor
) -> None:
    programme = event.programme
    given: dict[str, Any] = {"actor": actor, "now": clock.now(), "programme": programme}
    assert list(planned(session)) == ["pack", "week", "day"]
    reminders.save_rule(session, key="day", details=TWO_DAYS, **given)
    reminders.switch_rule(session, key="week", active=False, event=event, **given)
    session.commit()
    assert list(planned(session)) == ["pack", "day"]
    found = {
        one.rule.key: (one.origin, one.rule.active)
        for one in reminders.effective_rules(session, programme=programme, event=event)
    }
    assert found["day"] == ("programme", True)
    assert found["week"] == ("event", False)
    assert found["pack"] == ("preset", True)

    assert reminders.reset_rule(session, key="week", event=event, version=1, **given)
    assert reminders.choose_preset(session, preset=ReminderPreset.CALM, **given)
    session.commit()
    assert list(planned(session)) == ["pack", "day"]
    actions = session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.id)).all()
    assert actions == ["created", "created", "reset", "changed"]


def test_who_saves_an_older_version_is_told(
    session: Session, clock: FixedClock, event: Event, actor: Actor
) -> None:
    given: dict[str, Any] = {
        "actor": actor,
        "now": clock.now(),
        "programme": event.programme,
        "key": "day",
    }
    reminders.save_rule(session, details=TWO_DAYS, **given)
    assert reminders.save_rule(session, details=TWO_DAYS, **given).version == 1  # sent twice
    other = reminders.details_of(
        reminders.effective_rules(session, programme=event.programme)[0].rule
    )
    with pytest.raises(StaleEdit):
        reminders.save_rule(session, details=other, **given)
    with pytest.raises(StaleEdit):
        reminders.reset_rule(session, version=7, **given)


@pytest.mark.parametrize(
    ("changes", "field"),
    (
        ({"offset": -400}, "offset"),
        ({"anchor": ReminderAnchor.INVITED}, "offset"),
        ({"anchor": ReminderAnchor.END}, "offset"),
        ({"every_days": 0}, "every_days"),
        ({"most": 11}, "most"),
        ({"text": {"fr": "{{ nmae }}"}}, "text-fr"),
    ),
)
def test_what_does_not_hold_is_refused(
    session: Session,
    clock: FixedClock,
    event: Event,
    actor: Actor,
    changes: dict[str, Any],
    field: str,
) -> None:
    with pytest.raises(UserError) as caught:
        reminders.save_rule(
            session,
            actor=actor,
            now=clock.now(),
            programme=event.programme,
            key=f"own-{uuid4().hex[:6]}",
            details=replace(TWO_DAYS, **changes),
        )
    assert caught.value.field == field


def test_a_text_of_ones_own_as_it_will_be_read(
    session: Session, clock: FixedClock, event: Event, actor: Actor, mentor: Person
) -> None:
    mentor.locale, mentor.name_native = "ar_JO", "رنا"
    rule = reminders.save_rule(
        session,
        actor=actor,
        now=clock.now(),
        programme=event.programme,
        key="day",
        details=reminders.RuleDetails(
            anchor=ReminderAnchor.START,
            offset=-1,
            unit=OffsetUnit.DAYS,
            subject={"en": "Soon", "ar": "قريبا: {{ event }}"},
            text={"ar": "عزيزتي {{ name }}، أجيبي هنا: {{ answer_link }}"},
        ),
    )
    session.commit()
    in_force = next(
        one.rule
        for one in reminders.effective_rules(session, programme=event.programme)
        if one.rule.key == rule.key
    )
    seen = reminders.preview(
        session, now=clock.now(), event=event, person=mentor, rule=in_force, site=SITE
    )
    assert seen.subject == f"قريبا: {event.title['en']}"
    assert (
        f"عزيزتي رنا، أجيبي هنا: {SITE.base_url}/ar/answer/{event.participations[0].uuid}/…/"
        in seen.text
    )

    clock.set(datetime.fromisoformat("2026-10-26T14:00+00:00"))
    lines = session.scalars(select(Delivery).where(Delivery.rule == "day")).one()
    clock.set(lines.due_at)
    for one in session.scalars(select(Delivery).where(Delivery.rule != "day")):
        session.delete(one)
    reminders.queue_due(session, now=clock.now())
    session.commit()
    mail = session.scalars(select(Mail).where(Mail.kind == "reminder")).one()
    made = outbox.compose(session, mail, site=SITE, now=clock.now())
    assert made.subject == seen.subject
    assert mail.optional


def test_discreet_readers_get_hours_alone(
    session: Session, clock: FixedClock, event: Event, mentor: Person
) -> None:
    mentor.discreet = True
    session.commit()
    rule = next(one.rule for one in reminders.effective_rules(session, programme=event.programme))
    seen = reminders.preview(
        session, now=clock.now(), event=event, person=mentor, rule=rule, site=SITE
    )
    assert event.title["en"] not in seen.subject + seen.text + seen.html
    assert event.programme.name["en"] not in seen.text + seen.html
    assert "Meeting" in seen.subject


def test_discreet_readers_can_leave_them_like_others(
    session: Session, clock: FixedClock, event: Event, mentor: Person
) -> None:
    mentor.discreet = True
    session.commit()
    clock.set(reminders.next_delivery(session) or clock.now())
    assert reminders.queue_due(session, now=clock.now())
    mail = session.scalars(select(Mail)).one()
    octets = outbox.compose(session, mail, site=SITE, now=clock.now()).octets
    assert f"/{event.programme.uuid}/".encode() in octets.partition(b"List-Unsubscribe: ")[2]


def test_held_until_released(
    session: Session, factory: Factory, clock: FixedClock, event: Event, actor: Actor
) -> None:
    given: dict[str, Any] = {
        "actor": actor,
        "now": clock.now(),
        "programme": event.programme,
        "event": event,
    }
    assert reminders.hold(session, **given)
    factory.participation(event, factory.person(event.programme))
    session.commit()
    assert set(planned(session).values()) == {"held"}
    clock.set(datetime.fromisoformat("2026-10-20T13:00+00:00"))
    assert reminders.queue_due(session, now=clock.now()) == 0
    assert reminders.release(session, **given)
    assert not reminders.release(session, **given)
    session.commit()
    assert set(planned(session).values()) == {"planned"}


def test_holding_reaches_what_waits_in_a_mail(
    session: Session, factory: Factory, clock: FixedClock, event: Event, actor: Actor
) -> None:
    """Of a mail that tells of two meetings the other one stays."""
    half_past = timed(datetime(2026, 10, 27, 14, 30))
    other = factory.event(event.programme, half_past, form=EventForm.IN_PERSON)
    person = event.participations[0].person
    factory.participation(other, person, partstat=Partstat.NEEDS_ACTION)
    session.commit()
    clock.set(reminders.next_delivery(session) or clock.now())
    assert reminders.queue_due(session, now=clock.now())
    session.commit()
    (mail,) = session.scalars(select(Mail))
    given: dict[str, Any] = {"actor": actor, "now": clock.now(), "programme": event.programme}
    assert reminders.hold(session, **given, event=event)
    session.commit()
    queued = select(Delivery.event_id).where(Delivery.mail_id == mail.id)
    assert session.scalars(queued).all() == [other.id]
    states = select(Mail.state)
    assert session.scalars(states).all() == [MailState.DUE]
    assert reminders.hold(session, **given, rule="pack")
    session.commit()
    assert session.scalars(states).all() == [MailState.CANCELLED]
    assert reminders.queue_due(session, now=clock.now()) == 0
    assert reminders.release(session, **given, event=event)
    assert reminders.release(session, **given, rule="pack")
    session.commit()
    assert reminders.queue_due(session, now=clock.now()) == 2
    session.commit()
    waiting = session.scalars(select(Mail).where(Mail.state == MailState.DUE)).one()
    carried = select(func.count()).where(Delivery.mail_id == waiting.id)
    assert session.scalar(carried) == 2


def test_after_a_restore_nothing_leaves_until_released(
    session: Session, clock: FixedClock, event: Event
) -> None:
    assert reminders.hold_planned(session) == 3
    session.commit()
    event.title = {"en": "Another title"}
    session.commit()
    reminders.reconcile_all(session, now=clock.now())
    assert set(planned(session).values()) == {"held"}
    assert reminders.release_planned(session) == 3
    assert reminders.next_delivery(session) is not None


def test_why_somebody_gets_none(
    session: Session, factory: Factory, clock: FixedClock, event: Event, mentor: Person
) -> None:
    found = {
        one.rule.key: one.reason
        for one in reminders.explain(session, now=clock.now(), event=event, person=mentor)
    }
    assert found == {
        "chase": "not_invited",
        "pack": None,
        "week": None,
        "day": None,
        "hour": "event_form",
        "thanks": "answer",
    }
    stranger = factory.person()
    reasons = reminders.explain(session, now=clock.now(), event=event, person=stranger)
    assert {one.reason for one in reasons} == {"not_on_list"}
    plan = reminders.plan_of_event(session, now=clock.now(), event=event)
    assert [line.rule for line in plan.lines] == ["pack", "week", "day"]
    assert {one.rule: one.reason for one in plan.skipped}["hour"] == "event_form"
    assert reminders.plan_of_programme(session, now=clock.now(), programme=event.programme) == ()
    clock.set(datetime.fromisoformat("2026-10-10T08:00+00:00"))
    soon = reminders.plan_of_programme(session, now=clock.now(), programme=event.programme)
    assert [line.rule for line in soon] == ["pack", "week"]
    assert len(reminders.plan_of_person(session, now=clock.now(), person=mentor)) == 3
    assert reminders.reason_words("event_form", "en").startswith("The reminder is not")


@pytest.mark.parametrize(("hours", "state"), ((11, "skipped"), (13, "planned")))
def test_who_heard_of_it_within_half_a_day_is_spared_what_they_missed(
    session: Session, factory: Factory, clock: FixedClock, event: Event, hours: int, state: str
) -> None:
    clock.set(datetime.fromisoformat("2026-10-26T16:00+00:00"))
    tomorrow = factory.event(event.programme, timed(datetime(2026, 10, 27, 16)))
    answered = {
        "answered_at": clock.now() - timedelta(hours=hours),
        "answered_via": AnswerVia.PAGE,
    }
    factory.participation(tomorrow, factory.person(event.programme), **answered)
    session.commit()
    wanted = (Delivery.event_id == tomorrow.id, Delivery.rule == "day")
    assert session.scalars(select(Delivery.state).where(*wanted)).one().value == state


def test_several_in_an_hour_are_one_mail_and_three_a_day(
    session: Session, factory: Factory, clock: FixedClock, event: Event, mentor: Person
) -> None:
    for hour in (14, 16, 18, 20):
        for minute in (0, 20):
            other = factory.event(event.programme, timed(datetime(2026, 11, 26, hour, minute)))
            factory.participation(other, mentor)
    session.commit()
    counts = []
    end = datetime.fromisoformat("2026-11-19T21:00+00:00")
    clock.set(datetime.fromisoformat("2026-11-18T22:00+00:00"))
    session.execute(delete(Delivery).where(Delivery.due_at < clock.now()))
    while (due := reminders.next_delivery(session)) and due < end:
        clock.set(due)
        reminders.queue_due(session, now=due)
        session.commit()
        counts.append(session.query(Mail).filter(Mail.kind == "digest").count())
    assert counts[-1] == 3
    put_off = session.scalars(
        select(Delivery).where(Delivery.state == DeliveryState.PLANNED, Delivery.rule == "week")
    ).all()
    assert len(put_off) == 2
    assert {row.due_at - end < timedelta(hours=12) for row in put_off} == {True}
    assert put_off[0].why[-1]["code"] == "enough_today"
    digest = session.scalars(select(Mail).where(Mail.kind == "digest")).first()
    assert digest is not None
    made = outbox.compose(session, digest, site=SITE, now=clock.now())
    assert made.subject == "2 reminders"
    told = select(Delivery.expires_at).where(Delivery.mail_id == digest.id)
    begins, later = sorted(at for at in session.scalars(told) if at)
    clock.set(begins)
    assert begins < later
    made = outbox.compose(session, digest, site=SITE, now=clock.now())
    assert made.subject == "1 reminder"


def test_three_a_day_over_all_programmes_and_kinds(
    session: Session, factory: Factory, clock: FixedClock, mentor: Person
) -> None:
    """Five programmes remind at the same moment, and a message went in the morning."""
    for _ in range(5):
        programme = factory.programme(reminder_preset=ReminderPreset.STANDARD)
        meeting = factory.event(programme, timed(datetime(2026, 11, 26, 14)))
        factory.participation(meeting, mentor)
    clock.set(datetime.fromisoformat("2026-11-19T08:00+00:00"))
    session.execute(delete(Delivery).where(Delivery.due_at < clock.now()))
    outbox.enqueue(
        session,
        now=clock.now(),
        kind="message",
        person=mentor,
        template="test",
        parameters={},
        dedupe_key="a message",
    )
    session.commit()
    clock.set(datetime.fromisoformat("2026-11-19T13:00+00:00"))
    reminders.queue_due(session, now=clock.now())
    session.commit()
    mails = session.scalars(select(Mail.kind).where(Mail.person_id == mentor.id)).all()
    assert sorted(mails) == ["message", "reminder", "reminder"]
