"""Story 5: Amman, 28 and 29 September, with 40 people, one of them online. The information pack
goes beforehand, every feed has the hours of the open agenda, the link is for the one online; on the
eve one cancels: the partner is told, the groups are repaired, the door's list is reprinted."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.config import Settings
from mmp.core.when import When
from mmp.models import AgendaItem, Delivery, Event, Mail, Person
from mmp.models.enums import (
    AgendaKind,
    AttendanceForm,
    Audience,
    DeliveryState,
    EventForm,
    MembershipRole,
    ReminderPreset,
    Strength,
)
from mmp.services import calendars, feeds, reminders
from tests.support.door import sign_in
from tests.support.factories import Factory
from tests.web.html import page

LINK = "https://meet.example/amman"
DAYS = When.days(date(2026, 9, 28), date(2026, 9, 29), "Asia/Amman")
EVE = datetime(2026, 9, 27, 15, 0, tzinfo=UTC)
PEOPLE, GROUPS, ONLINE, CANCELS = 40, 6, 39, 4
OPEN = {
    "Welcome": datetime(2026, 9, 28, 9),
    "In small groups": datetime(2026, 9, 28, 14),
    "A walk through the city": datetime(2026, 9, 28, 17),
    "What we take home": datetime(2026, 9, 29, 10),
}


class Amman:
    """The gathering: twenty pairs, groups in which nobody sits with their partner."""

    def __init__(self, session: Session, settings: Settings, clock: FixedClock) -> None:
        self.session, self.settings, self.clock = session, settings, clock
        self.make = make = Factory(session)
        programme = make.programme(slug="here", reminder_preset=ReminderPreset.STANDARD)
        self.boss = make.person(programme, MembershipRole.COORDINATOR, name="Kerstin Berg")
        self.event: Event = make.event(
            programme, DAYS, key="amman", form=EventForm.HYBRID, join_link=LINK
        )
        self.people: list[Person] = []
        for number in range(PEOPLE):
            there = number % 2
            person = make.person(
                programme,
                name=f"Mentor {number:02}",
                zone="Asia/Amman" if there else "Europe/Stockholm",
                country="JO" if there else "SE",
            )
            online = number == ONLINE
            form = AttendanceForm.ONLINE if online else AttendanceForm.IN_ROOM
            make.participation(self.event, person, form=form)
            self.people.append(person)
        for number in range(0, PEOPLE, 2):
            make.pair(programme, *self.people[number : number + 2])
        items = {
            title: make.item(self.event, starts, title={"en": title})
            for title, starts in OPEN.items()
        }
        self.item: AgendaItem = items["In small groups"]
        self.item.kind = AgendaKind.BREAK_OUT
        closed = make.item(self.event, datetime(2026, 9, 28, 8), title={"en": "The hosts meet"})
        closed.audience = Audience.IN_ROLE
        groups = [self.people[at::GROUPS] for at in range(GROUPS)]
        self.breakout = make.breakout(self.item, *groups, question={"en": "What will you try?"})
        session.commit()

    @property
    def groups_path(self) -> str:
        return f"/en/programmes/here/events/amman/agenda/{self.item.uuid}/groups/"

    def feed(self, person: Person) -> dict[str, Any]:
        """The entries of their calendar by title."""
        secret = self.settings.feed_secret
        feed = feeds.default_feed(self.session, now=self.clock.now(), secret=secret, person=person)
        self.session.flush()
        reader = calendars.find_reader(self.session, feeds.token_of(secret, feed))
        assert reader is not None
        octets = calendars.render_feed(
            self.session, reader, now=self.clock.now(), base_url="https://mmp.example"
        ).body
        calendar: Any = Calendar.from_ical(octets)
        return {str(entry["SUMMARY"]): entry for entry in calendar.walk("VEVENT")}


@pytest.fixture
def amman(session: Session, settings: Settings, clock: FixedClock) -> Amman:
    return Amman(session, settings, clock)


def test_amman(amman: Amman, client: FlaskClient, session: Session, clock: FixedClock) -> None:
    _the_pack_goes_beforehand(amman)
    for number, person in enumerate(amman.people):
        entries = amman.feed(person)
        assert set(entries) == {*OPEN, amman.event.title["en"]}, "what is closed is not theirs"
        for title, starts in OPEN.items():
            assert entries[title]["DTSTART"].dt == (starts - timedelta(hours=3)).replace(tzinfo=UTC)
            assert (LINK in entries[title].to_ical().decode()) == (number == ONLINE)
        group = f"Your group: Group {number % GROUPS + 1}\nWhat will you try?"
        assert group in entries["In small groups"]["DESCRIPTION"]

    clock.set(EVE)
    one, partner = amman.people[CANCELS], amman.people[CANCELS + 1]
    _cancel(amman, client, one)
    [mail] = session.scalars(select(Mail).where(Mail.kind == "partner_away"))
    assert mail.person_id == partner.id

    sign_in(client, session, amman.boss, now=EVE)
    meeting = page(client, f"{amman.groups_path}meeting/")
    assert f"loses the seat: {one.name}" in meeting.text
    assert "to Group 5, because Group 5 is down to 5 and Group" in meeting.text
    assert one.name not in page(client, f"{amman.groups_path}door/").text
    answer = client.post(
        f"{amman.groups_path}meeting/repair/",
        data={"csrf_token": meeting.fields["csrf_token"], "seen": _seen(meeting)},
    )
    assert answer.status_code == 303
    session.expire_all()
    sizes = [len(group.seats) for group in amman.breakout.groups]
    assert sorted(sizes) == [6, 6, 6, 7, 7, 7]
    seats = {seat.person_id: seat.group.position for g in amman.breakout.groups for seat in g.seats}
    [moved] = [
        person
        for number, person in enumerate(amman.people)
        if person is not one and seats[person.id] != number % GROUPS
    ]
    door = page(client, f"{amman.groups_path}door/").text
    assert "Who sits where: 39 people" in door
    assert one.name not in door
    assert f"{moved.name} Group 5" in door
    assert "Your group: Group 5" in amman.feed(moved)["In small groups"]["DESCRIPTION"]


def _the_pack_goes_beforehand(amman: Amman) -> None:
    """Two weeks before, to everybody who travels."""
    session, clock = amman.session, amman.clock
    clock.set(datetime(2026, 9, 14, 15, 0, tzinfo=UTC))
    reminders.queue_due(session, now=clock.now())
    session.commit()
    packs = session.scalars(select(Delivery).where(Delivery.rule == "pack")).all()
    assert Counter(line.state for line in packs) == {DeliveryState.QUEUED: PEOPLE - 1}
    assert amman.people[ONLINE].id not in {line.person_id for line in packs}


def _cancel(amman: Amman, client: FlaskClient, person: Person) -> None:
    """On their own page, from a telephone, with a reason that is nobody's business."""
    path = f"/en/my/events/{amman.event.uuid}/"
    sign_in(client, amman.session, person, strength=Strength.LINK, now=EVE)
    token = page(client, path).fields["csrf_token"]
    said = {"csrf_token": token, "answer": "declined", "note": "A fever."}
    assert client.post(f"{path}answer", data=said).status_code == 303


def _seen(found: Any) -> str:
    """The fingerprint that the button of the repair carries."""
    return next(
        str(values["value"])
        for tag, values in found.tags
        if tag == "input" and values.get("name") == "seen" and len(values["value"]) == 16
    )
