"""A year by clock: October open, fixed, moved, in another room, cancelled, restored; and a mentor
who takes feed and mails has one entry of each event."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.config import Settings
from mmp.core.mail import Site
from mmp.core.when import When
from mmp.models import Event, Mail, Person, Programme
from mmp.models.enums import (
    CalendarDelivery,
    EventForm,
    MembershipRole,
    Partstat,
    Precision,
    Region,
    Strength,
)
from mmp.models.mail import MailState
from mmp.services import event_edits as edits, feeds, invitations, outbox, permissions, sessions
from mmp.services.invitations import Choice
from tests.support.factories import Factory, timed

SITE = Site("https://mmp.example", "meetings@mmp.example", "a secret key for the tests alone")
STOCKHOLM = "Europe/Stockholm"


class Year:
    """A coordinator, three readers, and a mailbox and a subscribed calendar for each of them."""

    def __init__(self, app: Flask, session: Session, settings: Settings, clock: FixedClock) -> None:
        self.app, self.session, self.settings, self.clock = app, session, settings, clock
        session.info["clock"] = clock
        make = Factory(session)
        self.programme: Programme = make.programme(slug="here", name={"en": "MMP26"})
        boss = make.person(self.programme, MembershipRole.COORDINATOR, name="Kerstin Berg")
        _, token = sessions.start(session, now=clock.now(), person=boss, strength=Strength.STRONG)
        self.actor = permissions.actor_of(session, now=clock.now(), token=token)
        self.event: Event = make.event(
            self.programme,
            When.month(2026, 10, STOCKHOLM),
            key="october",
            title={"en": "Fourth meeting"},
            form=EventForm.IN_PERSON,
            venue={"en": "Room 1"},
        )
        self.readers: dict[str, Person] = {}
        for name, zone, country in (
            ("Erik", STOCKHOLM, "SE"),
            ("Lina", "Asia/Amman", "JO"),
            ("Salma", "Africa/Casablanca", "MA"),
        ):
            person = make.person(
                self.programme, name=name, zone=zone, country=country, region=Region.MENA
            )
            person.calendar_delivery = CalendarDelivery.BOTH
            make.participation(self.event, person, partstat=Partstat.NEEDS_ACTION)
            self.readers[name] = person
        session.commit()

    def save(self, **more: Any) -> None:
        event = self.event
        edits.change_event(
            self.session,
            actor=self.actor,
            now=self.clock.now(),
            event=event,
            version=event.version,
            details=replace(edits.details_of(event), **more),
        )
        self.session.commit()

    def mailed(self) -> dict[str, tuple[str, Any, str]]:
        """What leaves now, as each mailbox gets it: kind, entry, and the whole in words."""
        due = self.session.scalars(
            select(Mail).where(Mail.state == MailState.DUE).order_by(Mail.id)
        ).all()
        found: dict[str, tuple[str, Any, str]] = {}
        for mail in due:
            contents = outbox.compose(self.session, mail, site=SITE, now=self.clock.now())
            message: Any = message_from_bytes(contents.octets, policy=policy.default)
            parts = {part.get_content_type(): part for part in message.walk()}
            entry = None
            if "text/calendar" in parts:
                octets = parts["text/calendar"].get_payload(decode=True)
                assert octets == parts["application/ics"].get_payload(decode=True)
                calendar: Any = Calendar.from_ical(octets)
                [entry] = calendar.walk("VEVENT")
                assert calendar["METHOD"] == parts["text/calendar"].get_param("method")
                assert entry["ORGANIZER"] == "mailto:" + message["From"].addresses[0].addr_spec
                entry["METHOD"] = calendar["METHOD"]
            assert mail.person.name not in found, "one mail each"
            words = " ".join(str(parts["text/plain"].get_content()).split())
            found[mail.person.name] = (mail.kind, entry, words)
            mail.state, mail.reason, mail.ended_at = MailState.SENT, "accepted", self.clock.now()
            mail.frozen_at = self.clock.now()
        self.session.commit()
        return found

    def feed(self, name: str) -> list[Any]:
        """The entries of their subscribed calendar."""
        secret = self.settings.feed_secret
        feed = feeds.default_feed(
            self.session, now=self.clock.now(), secret=secret, person=self.readers[name]
        )
        self.session.commit()
        octets = self.app.test_client().get(f"/feeds/{feeds.token_of(secret, feed)}.ics").data
        calendar: Any = Calendar.from_ical(octets)
        return list(calendar.walk("VEVENT"))

    def invite(self) -> int:
        sent = invitations.invite(
            self.session,
            actor=self.actor,
            now=self.clock.now(),
            event=self.event,
            choice=Choice(),
        )
        self.session.commit()
        return sent.mails


@pytest.fixture
def year(app: Flask, session: Session, settings: Settings, clock: FixedClock) -> Year:
    return Year(app, session, settings, clock)


def instant(entry: Any) -> datetime:
    starts: datetime = entry["DTSTART"].dt
    return starts.astimezone(UTC)


def hours(year: Year, wall: datetime) -> dict[str, str]:
    """What the clocks of the three show then."""
    from zoneinfo import ZoneInfo  # the readers' clocks, apart from the program's own reckoning

    at = wall.replace(tzinfo=ZoneInfo(STOCKHOLM))
    return {
        name: f"{at.astimezone(ZoneInfo(person.zone)):%H:%M}"
        for name, person in year.readers.items()
    }


def check(
    year: Year, mailed: dict[str, tuple[str, Any, str]], kind: str, method: str, wall: datetime
) -> None:
    """The mail of each says and brings the same as their feed: hour, UID, SEQUENCE."""
    assert set(mailed) == {"Erik", "Lina", "Salma"}
    for name, (found, entry, words) in mailed.items():
        [of_feed] = year.feed(name)
        assert (found, entry["METHOD"]) == (kind, method)
        assert instant(entry) == instant(of_feed)
        assert (entry["UID"], entry["SEQUENCE"]) == (of_feed["UID"], of_feed["SEQUENCE"])
        assert entry["SEQUENCE"] == year.event.sequence
        assert hours(year, wall)[name] in words, (name, words)
        assert entry["ATTENDEE"] == f"mailto:{year.readers[name].email}"


def test_october(year: Year, clock: FixedClock) -> None:
    assert [year.feed(name) for name in year.readers] == [[], [], []]
    assert year.event.precision is Precision.MONTH
    uid = year.event.uid

    clock.set(datetime(2026, 7, 1, 8, tzinfo=UTC))
    fifteenth = datetime(2026, 10, 15, 14)
    year.save(when=timed(fifteenth))
    assert year.mailed() == {}, "nobody was invited yet"
    assert year.invite() == 3
    check(year, year.mailed(), "invitation", "REQUEST", fifteenth)
    assert year.invite() == 0

    clock.set(datetime(2026, 9, 1, 8, tzinfo=UTC))
    second = datetime(2026, 10, 22, 14)
    year.save(when=timed(second))
    moved = year.mailed()
    check(year, moved, "event_moved", "REQUEST", second)
    assert all("15 October" in words and "22 October" in words for _, _, words in moved.values())

    sequence = year.event.sequence
    year.save(venue={"en": "Room 7"})
    roomed = year.mailed()
    check(year, roomed, "event_moved", "REQUEST", second)
    assert all("Room 1" in words and "Room 7" in words for _, _, words in roomed.values())
    assert year.event.sequence == sequence + 1

    edits.cancel_event(year.session, actor=year.actor, now=clock.now(), event=year.event)
    year.session.commit()
    cancelled = year.mailed()
    check(year, cancelled, "event_cancelled", "CANCEL", second)
    assert {str(entry["STATUS"]) for _, entry, _ in cancelled.values()} == {"CANCELLED"}

    edits.restore_event(year.session, actor=year.actor, now=clock.now(), event=year.event)
    year.session.commit()
    check(year, year.mailed(), "event_restored", "REQUEST", second)
    assert year.mailed() == {}
    assert (year.event.uid, year.event.sequence) == (uid, sequence + 3)

    # Across 25 October, when Stockholm's clocks go back and those of Amman and Rabat do not.
    last = datetime(2026, 10, 29, 14)
    year.save(when=timed(last))
    mailed = year.mailed()
    check(year, mailed, "event_moved", "REQUEST", last)
    assert hours(year, second) == {"Erik": "14:00", "Lina": "15:00", "Salma": "12:00"}
    assert hours(year, last) == {"Erik": "14:00", "Lina": "16:00", "Salma": "13:00"}


@pytest.mark.parametrize("choice", (CalendarDelivery.FEED, CalendarDelivery.MAILS))
def test_one_calendar_one_entry(year: Year, clock: FixedClock, choice: CalendarDelivery) -> None:
    """Her calendar holds what the mails bring, and, where she subscribes, what the feed brings."""
    lina = year.readers["Lina"]
    year.feed("Lina")  # a program fetches it
    year.save(when=timed(datetime(2026, 10, 15, 14)))
    year.mailed()
    feeds.choose_calendar(
        year.session,
        now=clock.now(),
        person=lina,
        delivery=choice,
        declined_events=lina.declined_events,
        alarm_minutes=None,
    )
    year.session.commit()
    subscribed = choice is CalendarDelivery.FEED
    by_mail: dict[str, Any] = {}

    def entries() -> int:
        found = year.mailed().get("Lina")
        if found is not None:
            kind, entry, words = found
            if kind == "invitation":
                told = "no second entry" if subscribed else "twice. Choose one of the two"
                assert told in words
                assert "/en/home/#calendar" in words
            if entry is not None and entry["METHOD"] == "REQUEST":
                by_mail[entry["UID"]] = entry
            elif entry is not None:
                by_mail.pop(entry["UID"])
        shown = [one for one in year.feed("Lina") if one["STATUS"] != "CANCELLED"]
        return len(by_mail) + (len(shown) if subscribed else 0)

    year.invite()
    assert entries() == 1
    year.save(when=timed(datetime(2026, 10, 22, 14)))
    assert entries() == 1
    year.save(venue={"en": "Room 7"})
    assert entries() == 1
    edits.cancel_event(year.session, actor=year.actor, now=clock.now(), event=year.event)
    year.session.commit()
    assert entries() == 0
    edits.restore_event(year.session, actor=year.actor, now=clock.now(), event=year.event)
    year.session.commit()
    assert entries() == 1
    assert year.event.starts_local is not None
    assert year.event.starts_local.date() == date(2026, 10, 22)
