"""An event is cancelled or moved while its reminders leave."""

import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FileClock, FixedClock
from mmp.models import Delivery, Event, Mail
from mmp.models.enums import DeliveryState, MembershipRole
from mmp.models.mail import MailState
from mmp.services import event_edits
from mmp.services.permissions import Actor
from tests.faults.children import wait_until
from tests.faults.conftest import StartWorker
from tests.faults.meeting import IN_A_WEEK, WEEK_BEFORE, let_it_be, meeting
from tests.faults.post_office import PAUSE, PostOffice
from tests.faults.scale import BOTH_IN_FULL, PEOPLE
from tests.support.factories import Factory, timed

pytestmark = [BOTH_IN_FULL, pytest.mark.slow]

LANES = 4


@pytest.fixture
def event(session: Session, factory: Factory, clock: FixedClock, wall: FileClock) -> Event:
    """Its reminders are due."""
    event = meeting(session, factory, PEOPLE)
    let_it_be(WEEK_BEFORE, clock, wall)
    return event


@pytest.fixture
def coordinator(session: Session, factory: Factory, event: Event) -> Actor:
    person = factory.person(event.programme, MembershipRole.COORDINATOR)
    session.commit()
    return Actor(person_id=person.id)


@pytest.fixture
def half_way(event: Event, post: PostOffice, start_worker: StartWorker) -> None:
    """Some have left, and others are under way and not answered yet."""
    post.say("DOT", PAUSE, after=PEOPLE // 4)
    start_worker(lanes=LANES, many=1)
    wait_until(lambda: post.waiting() > 0, "nothing is under way")


def nothing_waits(session: Session) -> bool:
    session.rollback()
    waiting = Mail.state.in_((MailState.DUE, MailState.LEASED))
    return session.scalar(select(func.count()).where(waiting)) == 0


def subjects(post: PostOffice) -> Counter[str]:
    """How often each kind of mail came: the words before the colon."""
    return Counter(mail.subject.partition(":")[0] for mail in post.accepted())


def reminders_after(post: PostOffice, moment: float) -> int:
    return sum(mail.at > moment and mail.subject.startswith(IN_A_WEEK) for mail in post.accepted())


def test_cancelled_in_mid_burst(
    session: Session,
    clock: FixedClock,
    post: PostOffice,
    coordinator: Actor,
    event: Event,
    half_way: None,
) -> None:
    event_edits.cancel_event(session, actor=coordinator, now=clock.now(), event=event)
    session.commit()
    moment = time.monotonic()
    post.say()
    wait_until(lambda: nothing_waits(session), "something waits for ever")
    assert reminders_after(post, moment) <= LANES
    reminded = {mail.recipient for mail in post.accepted() if IN_A_WEEK in mail.subject}
    came = Counter(mail.recipient for mail in post.accepted())
    assert set(came.values()) <= {1, 2}, "a reminder at most, and that it is cancelled"
    assert {one for one, number in came.items() if number == 2} == reminded
    assert len(came) == PEOPLE
    states = session.scalars(select(Delivery.state)).all()
    assert states.count(DeliveryState.SENT) <= len(reminded) <= PEOPLE
    assert set(states) == {DeliveryState.SENT, DeliveryState.CANCELLED}


def test_moved_in_mid_burst(
    session: Session,
    clock: FixedClock,
    wall: FileClock,
    post: PostOffice,
    coordinator: Actor,
    event: Event,
    half_way: None,
) -> None:
    """What has not gone of the old plan stays; the new one goes once, in its time."""
    details = event_edits.details_of(event)
    event_edits.change_event(
        session,
        actor=coordinator,
        now=clock.now(),
        event=event,
        version=event.version,
        details=replace(details, when=timed(datetime(2026, 7, 15, 14))),
    )
    session.commit()
    moment = time.monotonic()
    post.say()
    wait_until(lambda: nothing_waits(session), "something waits for ever")
    assert reminders_after(post, moment) <= LANES
    reminded = subjects(post).pop("In 7 days")
    assert post.count() == reminded + PEOPLE, "each is told of the new time, once"
    let_it_be(WEEK_BEFORE + timedelta(days=14), clock, wall)
    wait_until(lambda: post.count() >= reminded + 2 * PEOPLE, "the new plan does not leave")
    wait_until(lambda: nothing_waits(session), "something waits for ever")
    assert subjects(post)["In 7 days"] == reminded + PEOPLE
    assert set(post.message_ids().values()) == {1}
