"""Events whose UTC moved because the law of time changed: Rabat left +01 on 20 September 2026."""

import io
import struct
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.core.errors import NotFound
from mmp.core.when import When
from mmp.core.zones import tz_version
from mmp.models import AgendaItem, Delivery, Event, HistoryEntry, Mail, Person, Programme
from mmp.models.enums import EventStatus, MembershipRole, ReminderPreset, Strength
from mmp.services import invitations, permissions, sessions, time_law
from mmp.services.invitations import Choice
from mmp.services.permissions import Actor
from mmp.services.time_law import Keep, Settled
from tests.support.factories import Factory, timed

NOW = datetime(2026, 9, 21, 8, 0, tzinfo=UTC)
RABAT, OLD = "Africa/Casablanca", "2026b"
WALL = datetime(2026, 10, 15, 14)


def _old_rabat() -> ZoneInfo:
    """Rabat as tzdata 2026.2 has it in October: an hour ahead of UTC, by rule (RFC 8536)."""
    block = struct.pack(">iB4x", 3600, 0)[:6] + b"+01\0"

    def part(version: bytes) -> bytes:
        return b"TZif" + version + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4) + block

    return ZoneInfo.from_file(io.BytesIO(part(b"2") + part(b"2") + b"\n<+01>-1\n"), RABAT)


OLD_RABAT = _old_rabat()


def derive_as_before(*rows: Event | AgendaItem) -> None:
    """Give rows the instants that the old data gave them."""
    for row in rows:
        assert row.starts_local is not None
        assert row.ends_local is not None
        row.starts_at = row.starts_local.replace(tzinfo=OLD_RABAT).astimezone(UTC)
        row.ends_at = row.ends_local.replace(tzinfo=OLD_RABAT).astimezone(UTC)
        row.tz_version = OLD


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme(slug="here", reminder_preset=ReminderPreset.STANDARD)


@pytest.fixture
def actor(session: Session, make: Factory, programme: Programme) -> Actor:
    return _signed_in(session, make.person(programme, MembershipRole.COORDINATOR))


@pytest.fixture
def rabat(session: Session, make: Factory, programme: Programme) -> Event:
    """Agreed on for 14:00 in Rabat, when that was 13:00 UTC; with an item, and two on the list."""
    event = make.event(programme, timed(WALL, zone=RABAT), key="rabat", sequence=3)
    item = make.item(event, WALL, 45)
    for zone, country in ((RABAT, "MA"), ("Europe/Stockholm", "SE")):
        make.participation(event, make.person(programme, zone=zone, country=country))
    derive_as_before(event, item)
    session.commit()
    return event


def _signed_in(session: Session, person: Person) -> Actor:
    _, token = sessions.start(session, now=NOW, person=person, strength=Strength.STRONG)
    return permissions.actor_of(session, now=NOW, token=token)


def _settle(session: Session, actor: Actor, event: Event, keep: Keep, now: datetime = NOW) -> int:
    session.info["clock"] = FixedClock(now)
    moved = time_law.moved_event(session, actor=actor, now=now, uuid=event.uuid)
    told = time_law.settle(session, actor=actor, now=now, moved=moved, keep=keep)
    session.commit()
    return told


def test_the_two_laws_differ_on_that_day(rabat: Event) -> None:
    assert OLD_RABAT.utcoffset(WALL) == timedelta(hours=1)
    assert rabat.starts_at == datetime(2026, 10, 15, 13, tzinfo=UTC)
    assert timed(WALL, zone=RABAT).span().starts_at == datetime(2026, 10, 15, 14, tzinfo=UTC)


def test_a_moved_event_is_listed_with_whom_it_concerns(
    session: Session, actor: Actor, programme: Programme, rabat: Event
) -> None:
    (moved,) = time_law.moved_events(session, actor=actor, now=NOW, programme_id=programme.id)
    assert moved.event is rabat
    assert [move.row for move in moved.moves] == [rabat, *rabat.agenda]
    assert [move.new.starts_at for move in moved.moves] == [
        datetime(2026, 10, 15, 14, tzinfo=UTC)
    ] * 2
    there = {seen.zone: seen for seen in moved.seen}
    assert [len(seen.people) for seen in moved.seen] == [1, 1]
    clocks = {
        zone: (f"{seen.known:%H:%M}", f"{seen.wall:%H:%M}", f"{seen.instant:%H:%M}")
        for zone, seen in there.items()
    }
    assert clocks == {
        RABAT: ("14:00", "14:00", "13:00"),
        "Europe/Stockholm": ("15:00", "16:00", "15:00"),
    }


def test_the_night_leaves_it_to_people_and_follows_by_itself_where_nothing_moved(
    session: Session, make: Factory, programme: Programme, rabat: Event
) -> None:
    quiet = make.event(programme, timed(datetime(2026, 10, 20, 9)), tz_version=OLD)
    past = make.event(programme, timed(datetime(2026, 5, 20, 9)), tz_version=OLD)
    days = make.event(programme, When.days(WALL.date(), WALL.date(), RABAT))
    assert days.starts_at is not None
    days.starts_at, days.ends_at, days.tz_version = (
        *(days.starts_at - timedelta(hours=1), days.ends_at - timedelta(hours=1)),
        OLD,
    )
    session.commit()
    before = quiet.version, quiet.sequence, quiet.changed_at
    assert time_law.keep_up(session, now=NOW) == 1
    session.commit()
    session.expire_all()
    assert (quiet.tz_version, past.tz_version) == (tz_version(), OLD)
    assert (quiet.version, quiet.sequence, quiet.changed_at) == before
    assert days.starts_at == datetime(2026, 10, 15, tzinfo=UTC)
    assert (days.sequence, days.tz_version) == (0, tz_version())
    assert (rabat.tz_version, rabat.starts_at) == (OLD, datetime(2026, 10, 15, 13, tzinfo=UTC))
    assert time_law.keep_up(session, now=NOW) == 1


def test_the_wall_time_stays(session: Session, actor: Actor, rabat: Event) -> None:
    assert _settle(session, actor, rabat, Keep.WALL) == 2
    item = rabat.agenda[0]
    assert (rabat.starts_local, rabat.starts_at) == (WALL, datetime(2026, 10, 15, 14, tzinfo=UTC))
    assert (rabat.sequence, rabat.time_version, rabat.tz_version) == (4, 1, tz_version())
    assert (item.starts_at, item.sequence) == (datetime(2026, 10, 15, 14, tzinfo=UTC), 1)
    told = {
        mail.person.zone: mail.parameters["old"]
        for mail in session.scalars(select(Mail).where(Mail.kind == "event_moved"))
    }
    assert told[RABAT] == session.scalars(select(Mail.parameters)).first()["new"]  # type: ignore[index]
    assert "15:00" in str(told["Europe/Stockholm"])
    (entry,) = session.scalars(select(HistoryEntry).where(HistoryEntry.subject_kind == "event"))
    assert (entry.action, entry.changes["tz_version"]) == ("law_of_time", [OLD, tz_version()])


def test_the_instant_stays(session: Session, actor: Actor, rabat: Event) -> None:
    assert _settle(session, actor, rabat, Keep.INSTANT) == 2
    assert (rabat.starts_local, rabat.starts_at) == (
        datetime(2026, 10, 15, 13),
        datetime(2026, 10, 15, 13, tzinfo=UTC),
    )
    assert (rabat.sequence, rabat.tz_version) == (4, tz_version())
    assert rabat.agenda[0].starts_local == datetime(2026, 10, 15, 13)


def test_reminders_follow(session: Session, actor: Actor, rabat: Event) -> None:
    session.info["clock"] = FixedClock(NOW)
    rabat.title = {"en": "Rabat"}
    session.commit()
    before = set(session.scalars(select(Delivery.due_at)))
    _settle(session, actor, rabat, Keep.INSTANT)
    after = set(session.scalars(select(Delivery.due_at)))
    assert before
    assert any(due + timedelta(hours=1) in before for due in after - before)


def test_who_was_invited_gets_the_entry_anew_once(
    session: Session, actor: Actor, rabat: Event
) -> None:
    session.info["clock"] = FixedClock(NOW)
    invitations.invite(session, actor=actor, now=NOW, event=rabat, choice=Choice())
    session.commit()
    for mail in session.scalars(select(Mail)):
        mail.frozen_at = NOW
    session.commit()
    _settle(session, actor, rabat, Keep.WALL, NOW + timedelta(hours=1))
    mails = session.scalars(select(Mail).where(Mail.kind == "event_moved")).all()
    assert len(mails) == 2
    assert {mail.parameters["calendar"]["method"] for mail in mails} == {"REQUEST"}
    with pytest.raises(Settled):
        _settle(session, actor, rabat, Keep.WALL, NOW + timedelta(hours=2))


def test_a_talk_of_a_pair_follows_too(
    session: Session, make: Factory, programme: Programme, actor: Actor
) -> None:
    people = [make.person(programme, zone=zone) for zone in (RABAT, "Europe/Stockholm")]
    talk = make.event(programme, timed(WALL, 60, RABAT), pair=make.pair(programme, *people))
    derive_as_before(talk)
    session.commit()
    assert _settle(session, actor, talk, Keep.WALL) == 2
    assert talk.starts_at == datetime(2026, 10, 15, 14, tzinfo=UTC)


def test_assistants_and_strangers_find_none_and_the_cancelled_are_left_alone(
    session: Session, make: Factory, programme: Programme, actor: Actor, rabat: Event
) -> None:
    for role, where in (
        (MembershipRole.ASSISTANT, programme),
        (MembershipRole.COORDINATOR, make.programme()),
    ):
        other = _signed_in(session, make.person(where, role))
        assert not time_law.moved_events(session, actor=other, now=NOW, programme_id=programme.id)
        with pytest.raises(NotFound):
            time_law.moved_event(session, actor=other, now=NOW, uuid=rabat.uuid)
    rabat.status, rabat.cancelled_at = EventStatus.CANCELLED, NOW
    session.commit()
    assert time_law.count_moved(session, now=NOW) == 0
