"""Each participant's own group and question: in their feed and reminder, nobody else's."""

import email
from datetime import UTC, date, datetime, timedelta
from email import policy
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.core.mail import Site
from mmp.core.when import When
from mmp.models import AgendaItem, Breakout, Event, Mail, Participation, Person
from mmp.models.enums import (
    AgendaKind,
    AttendanceForm,
    BreakoutState,
    EventForm,
    ReminderPreset,
    SeatState,
)
from mmp.services import outbox, reminders
from mmp.services.breakouts.own_group import own_groups
from tests.services.test_calendars import body, entries
from tests.support.factories import Factory, timed

SITE = Site("https://mmp.example.org", secret="a secret for the tests alone")
NOW = datetime(2026, 6, 19, 8, tzinfo=UTC)


class Meeting:
    """Lina is in the second of two groups of a meeting in Amman, Erik in the first."""

    def __init__(self, session: Session, when: When) -> None:
        self.session, self.make = session, Factory(session)
        programme = self.make.programme(reminder_preset=ReminderPreset.STANDARD)
        self.lina: Person = self.make.person(programme, locale="ar_JO", zone="Asia/Amman")
        self.erik: Person = self.make.person(programme, locale="en")
        self.event: Event = self.make.event(programme, when, form=EventForm.HYBRID)
        for one in (self.lina, self.erik):
            self.make.participation(self.event, one)
        self.item: AgendaItem = self.make.item(
            self.event,
            datetime(2026, 9, 28, 14),
            kind=AgendaKind.BREAK_OUT,
            title={"en": "In groups"},
            room={"en": "Hall"},
            sequence=2,
        )
        self.breakout: Breakout = self.make.breakout(
            self.item, [self.erik], [self.lina], question={"en": "For all?", "ar": "للجميع؟"}
        )
        self.breakout.groups[1].room = {"en": "Petra", "ar": "البتراء"}
        session.flush()


DAYS = When.days(date(2026, 9, 28), date(2026, 9, 29), "Asia/Amman")
HOURS = timed(datetime(2026, 9, 28, 13), 180, "Asia/Amman")


def test_the_agenda_item_in_the_feed_says_ones_own_group(session: Session) -> None:
    there = Meeting(session, DAYS)
    mine, theirs = (entries(body(session, one)) for one in (there.lina, there.erik))
    entry = mine["In groups"]
    assert entry["LOCATION"] == "البتراء"
    assert entry["DESCRIPTION"].startswith("مجموعتك: المجموعة 2\nللجميع؟")
    assert entry["SEQUENCE"] == 2, "a group is no change of time or place"
    assert theirs["In groups"]["DESCRIPTION"].startswith("Your group: Group 1\nFor all?")
    assert "Petra" not in theirs["In groups"].to_ical().decode()


def test_another_group_changes_the_feed_and_its_date_alone(session: Session) -> None:
    there = Meeting(session, DAYS)
    before = body(session, there.erik)
    session.refresh(there.erik, ["calendar_counter"])
    counter = there.erik.calendar_counter
    seat = there.breakout.groups[0].seats[0]
    seat.group, seat.changed_at = there.breakout.groups[1], NOW
    session.flush()
    session.refresh(there.erik, ["calendar_counter"])
    assert there.erik.calendar_counter > counter
    after = body(session, there.erik)
    assert before != after
    entry = entries(after)["In groups"]
    assert entry["SEQUENCE"] == 2
    assert entry["LAST-MODIFIED"].dt == NOW
    assert "Group 2" in entry["DESCRIPTION"]


def test_a_tap_at_the_meeting_makes_no_program_fetch(session: Session) -> None:
    there = Meeting(session, DAYS)
    session.refresh(there.lina, ["calendar_counter"])
    counter = there.lina.calendar_counter
    there.breakout.groups[1].seats[0].state = SeatState.ARRIVED
    there.breakout.groups[1].points = "We agree."
    session.flush()
    session.refresh(there.lina, ["calendar_counter"])
    assert there.lina.calendar_counter == counter
    there.breakout.groups[1].question = {"en": "Ours?"}
    session.flush()
    session.refresh(there.lina, ["calendar_counter"])
    assert there.lina.calendar_counter > counter


def test_a_short_event_says_it_in_its_own_entry(session: Session) -> None:
    there = Meeting(session, HOURS)
    found = entries(body(session, there.erik))
    assert list(found) == [there.event.title["en"]], "no second entry inside the first"
    [entry] = found.values()
    assert entry["DESCRIPTION"].startswith("Your group: In groups, Group 1, Hall\nFor all?")
    there.breakout.state = BreakoutState.DRAFT
    assert "Your group" not in body(session, there.erik).decode()


def test_a_discreet_readers_calendar_has_no_group(session: Session) -> None:
    there = Meeting(session, DAYS)
    there.erik.discreet = True
    assert "Group" not in body(session, there.erik).decode()


def test_the_link_of_a_group_is_for_who_joins_online(session: Session) -> None:
    there = Meeting(session, DAYS)
    for group in there.breakout.groups:
        group.join_link = f"https://meet.example/{group.position}"
    session.flush()
    assert "meet.example" not in body(session, there.erik).decode()
    answers = {one.person_id: one for one in session.scalars(select(Participation))}
    answers[there.erik.id].form = AttendanceForm.ONLINE
    session.flush()
    text = body(session, there.erik).decode()
    assert "meet.example/0" in text
    assert "meet.example/1" not in text


def test_a_reminder_says_ones_own_group(session: Session, clock: FixedClock) -> None:
    there = Meeting(session, HOURS)
    session.commit()
    clock.set(datetime(2026, 9, 27, 12, tzinfo=UTC))
    for _day in range(8):
        reminders.queue_due(session, now=clock.now())
        clock.advance(timedelta(hours=1))
    session.commit()
    said = {}
    for mail in session.scalars(select(Mail).where(Mail.kind == "reminder")):
        made = outbox.compose(session, mail, site=SITE, now=clock.now())
        said[mail.person_id] = made.octets.decode(errors="replace")
    words = {number: _text(octets) for number, octets in said.items()}
    assert "Your group: Group 1, Hall" in words[there.erik.id]
    assert "For all?" in words[there.erik.id]
    assert "البتراء" in words[there.lina.id]
    assert "البتراء" not in words[there.erik.id]


def test_only_what_was_asked_for_is_read(session: Session) -> None:
    there = Meeting(session, DAYS)
    found = own_groups(session, {(there.lina.id, there.event.id)})
    assert list(found) == [(there.lina.id, there.event.id)]


def _text(octets: str) -> str:
    """A mail's words."""
    message: Any = email.message_from_string(octets, policy=policy.default)
    return str(message.get_body(("plain",)).get_content())
