"""What stands in whose feed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session

from mmp.core.when import When
from mmp.models import Feed, Person, Programme
from mmp.models.enums import (
    AgendaRoleName,
    AttendanceForm,
    Audience,
    DeclinedEvents,
    Entry,
    EventForm,
    EventStatus,
    FeedKind,
    MembershipRole,
    MembershipStatus,
    Partstat,
)
from mmp.services import calendars, feeds
from mmp.services.events import touch
from tests.support.factories import Factory, timed
from tests.support.statements import statements_of

SECRET = "a feed secret for the tests alone"
NOW = datetime(2026, 6, 19, 8, tzinfo=UTC)
LINK = "https://meet.example/room"
AMMAN = When.days(date(2026, 9, 28), date(2026, 9, 29), "Asia/Amman")


@pytest.fixture
def make(session: Session) -> Factory:
    return Factory(session)


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme(slug="mmp26")


@pytest.fixture
def lina(make: Factory, programme: Programme) -> Person:
    return make.person(programme, zone="Asia/Amman", locale="en_JO")


def body(session: Session, person: Person, now: datetime = NOW, **options: Any) -> bytes:
    feed = feeds.default_feed(session, now=now, secret=SECRET, person=person, **options)
    return body_of(session, feed, now)


def body_of(session: Session, feed: Feed, now: datetime = NOW) -> bytes:
    session.flush()
    reader = calendars.find_reader(session, feeds.token_of(SECRET, feed))
    assert reader is not None
    return calendars.render_feed(session, reader, now=now, base_url="https://mmp.example").body


def parse(octets: bytes) -> Any:
    return Calendar.from_ical(octets)


def entries(octets: bytes) -> dict[str, Any]:
    calendar = parse(octets)
    return {str(entry["SUMMARY"]): entry for entry in calendar.walk("VEVENT")}


def test_feed_holds_what_the_person_takes_part_in(
    make: Factory, session: Session, programme: Programme, lina: Person
) -> None:
    mine = make.event(programme, title={"en": "Mine"}, sequence=3)
    make.event(programme, title={"en": "Not mine"})
    make.participation(mine, lina)
    found = entries(body(session, lina))
    assert list(found) == ["Mine"]
    entry = found["Mine"]
    assert entry["UID"] == mine.uid
    assert entry["SEQUENCE"] == 3
    assert entry["DTSTART"].dt == datetime(2026, 6, 18, 12, tzinfo=UTC)
    assert entry["DTSTART"].params["TZID"] == "Europe/Stockholm"


@pytest.mark.parametrize(
    "hidden",
    (
        {"status": EventStatus.DRAFT},
        {"when": When.month(2026, 10, "Europe/Stockholm")},
        {"when": When.before(date(2026, 6, 18), "Europe/Stockholm")},
    ),
    ids=["draft", "a month without a day", "before a day"],
)
def test_what_is_not_fixed_or_published_is_in_no_feed(
    make: Factory, session: Session, programme: Programme, lina: Person, hidden: dict[str, Any]
) -> None:
    make.participation(make.event(programme, **hidden), lina)
    calendar = parse(body(session, lina))
    assert not calendar.walk("VEVENT")
    assert calendar.walk("VTIMEZONE")


@pytest.mark.parametrize("entry", (Entry.WAITING, Entry.APPLIED))
def test_who_waits_has_no_entry_yet(
    make: Factory, session: Session, programme: Programme, lina: Person, entry: Entry
) -> None:
    make.participation(make.event(programme), lina, entry=entry)
    assert not entries(body(session, lina))


@pytest.mark.parametrize(
    ("partstat", "summary", "status", "transparent"),
    (
        (Partstat.ACCEPTED, "Talk", "CONFIRMED", False),
        (Partstat.TENTATIVE, "Talk", "TENTATIVE", False),
        (Partstat.NEEDS_ACTION, "Talk", "TENTATIVE", False),
        (Partstat.DECLINED, "Declined: Talk", "CONFIRMED", True),
    ),
)
def test_answer_decides_how_an_event_is_shown(
    make: Factory,
    session: Session,
    programme: Programme,
    lina: Person,
    partstat: Partstat,
    summary: str,
    status: str,
    transparent: bool,
) -> None:
    make.participation(make.event(programme, title={"en": "Talk"}), lina, partstat=partstat)
    entry = entries(body(session, lina))[summary]
    assert entry["STATUS"] == status
    assert (entry.get("TRANSP") == "TRANSPARENT") is transparent


def test_declined_events_go_if_the_person_wants_so(
    make: Factory, session: Session, programme: Programme, lina: Person
) -> None:
    lina.declined_events = DeclinedEvents.HIDE
    make.participation(make.event(programme), lina, partstat=Partstat.DECLINED)
    assert not entries(body(session, lina))


def test_several_days_are_a_frame_and_its_open_items(
    make: Factory, session: Session, programme: Programme, lina: Person
) -> None:
    amman = make.event(programme, AMMAN, title={"en": "Amman"}, form=EventForm.IN_PERSON)
    opening = make.item(amman, datetime(2026, 9, 28, 9), title={"en": "Opening"})
    others = make.item(
        amman, datetime(2026, 9, 28, 11), title={"en": "Group A"}, audience=Audience.IN_ROLE
    )
    make.item(amman, datetime(2026, 9, 28, 11), title={"en": "Inside A"}, parent=others)
    own = make.item(
        amman, datetime(2026, 9, 28, 11), title={"en": "Group B"}, audience=Audience.IN_ROLE
    )
    make.role(own, person=lina, role=AgendaRoleName.FACILITATOR)
    make.item(amman, title={"en": "Without a time"})
    make.participation(amman, lina)
    found = entries(body(session, lina))
    assert set(found) == {"Amman", "Opening", "Facilitation: Group B"}
    assert found["Amman"]["DTSTART"].dt == date(2026, 9, 28)
    assert found["Amman"]["DTEND"].dt == date(2026, 9, 30)
    assert found["Amman"]["TRANSP"] == "TRANSPARENT"
    assert found["Opening"]["RELATED-TO"] == amman.uid
    assert found["Opening"]["UID"] == opening.uid
    assert found["Opening"]["DTSTART"].dt == datetime(2026, 9, 28, 6, tzinfo=UTC)


def test_cancelling_a_gathering_cancels_its_items_by_the_rules(
    make: Factory, session: Session, programme: Programme, lina: Person
) -> None:
    amman = make.event(programme, AMMAN, title={"en": "Amman"}, sequence=1)
    make.item(amman, datetime(2026, 9, 28, 9), title={"en": "Opening"}, sequence=2)
    make.participation(amman, lina)
    before = entries(body(session, lina))["Opening"]
    amman.status = EventStatus.CANCELLED
    touch(amman, {"status"}, now=NOW)
    after = entries(body(session, lina))["Cancelled: Opening"]
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["STATUS"] == "CANCELLED"
    assert after["LAST-MODIFIED"].dt == NOW


def test_one_day_shows_only_the_items_one_has_a_role_in(
    make: Factory, session: Session, programme: Programme, lina: Person
) -> None:
    june = make.event(programme, title={"en": "June"})
    make.item(june, datetime(2026, 6, 18, 14), title={"en": "Opening"})
    panel = make.item(june, datetime(2026, 6, 18, 15), title={"en": "Panel"})
    erik = make.person(programme)
    shown = make.item(june, datetime(2026, 6, 18, 15, 30), title={"en": "Reflections"})
    make.role(panel, person=lina)
    make.role(shown, pair=make.pair(programme, lina, erik), role=AgendaRoleName.PRESENTER)
    make.participation(june, lina)
    make.role(panel, person=lina, role=AgendaRoleName.RAPPORTEUR)
    theirs = {"Speaking, Reporting: Panel", "Presenting: Reflections"}
    assert set(entries(body(session, lina))) == {"June", *theirs}
    # One record, one entry: a speaker who is on no list has the event all the same, once.
    assert set(entries(body(session, erik))) == {"June", "Presenting: Reflections"}


@pytest.mark.parametrize(
    ("form", "attends", "partstat", "shown"),
    (
        (EventForm.ONLINE, None, Partstat.ACCEPTED, True),
        (EventForm.ONLINE, None, Partstat.DECLINED, False),
        (EventForm.HYBRID, AttendanceForm.ONLINE, Partstat.ACCEPTED, True),
        (EventForm.HYBRID, AttendanceForm.IN_ROOM, Partstat.ACCEPTED, False),
        (EventForm.HYBRID, None, Partstat.NEEDS_ACTION, False),
        (EventForm.IN_PERSON, AttendanceForm.ONLINE, Partstat.ACCEPTED, True),
    ),
)
def test_join_link_only_for_who_joins_online(
    make: Factory,
    session: Session,
    programme: Programme,
    lina: Person,
    form: EventForm,
    attends: AttendanceForm | None,
    partstat: Partstat,
    shown: bool,
) -> None:
    meeting = make.event(programme, form=form, join_link=LINK)
    make.participation(meeting, lina, form=attends, partstat=partstat)
    assert (LINK.encode() in body(session, lina).replace(b"\r\n ", b"")) is shown


def test_cancelled_event_stays_thirty_days(
    make: Factory, session: Session, programme: Programme, lina: Person
) -> None:
    cancelled = make.event(
        programme,
        title={"en": "Talk"},
        status=EventStatus.CANCELLED,
        cancelled_at=NOW,
        sequence=1,
    )
    make.participation(cancelled, lina)
    late = NOW + timedelta(days=29, hours=23)
    entry = entries(body(session, lina, late))["Cancelled: Talk"]
    assert entry["STATUS"] == "CANCELLED"
    assert entry["SEQUENCE"] == 1
    assert not entries(body(session, lina, NOW + timedelta(days=30)))


def test_rendering_says_until_when_it_holds(
    make: Factory, session: Session, programme: Programme, lina: Person
) -> None:
    at = NOW - timedelta(days=3)
    gone = make.event(programme, status=EventStatus.CANCELLED, cancelled_at=at)
    make.participation(gone, lina)
    feed = feeds.default_feed(session, now=NOW, secret=SECRET, person=lina)
    reader = calendars.find_reader(session, feeds.token_of(SECRET, feed))
    assert reader is not None
    rendered = calendars.render_feed(session, reader, now=NOW, base_url="https://mmp.example")
    assert rendered.valid_until == at + timedelta(days=30)


def test_discreet_person_s_feed_gives_nothing_away(
    make: Factory, session: Session, programme: Programme
) -> None:
    programme.name = {"en": "Mutual Mentorship"}
    nour = make.person(programme, discreet=True, name="Nour", locale="en")
    erik = make.person(programme, name="Erik")
    june = make.event(
        programme,
        title={"en": "Migration"},
        description={"en": "Lived realities"},
        city={"en": "Amman"},
        join_link=LINK,
    )
    make.participation(june, nour)
    pair = make.pair(programme, nour, erik)
    talk = make.event(programme, title={"en": "Talk with Nour"}, pair=pair, join_link=LINK)
    make.participation(talk, nour)
    make.participation(talk, erik)
    octets = body(session, nour).replace(b"\r\n ", b"")
    found = parse(octets).walk("VEVENT")
    assert {str(entry["SUMMARY"]) for entry in found} == {"Meeting"}
    assert {str(entry["CLASS"]) for entry in found} == {"PRIVATE"}
    assert LINK.encode() in octets
    for word in (b"Migration", b"Lived", b"Mutual", b"Amman", b"mmp26", b"Nour", b"Erik"):
        assert word not in octets
    # The partner's calendar may be seen by others too.
    assert b"Nour" not in body(session, erik)


def test_pair_talk_is_in_both_feeds_and_no_others(
    make: Factory, session: Session, programme: Programme, lina: Person
) -> None:
    erik, other = make.person(programme), make.person(programme)
    boss = make.person(programme, MembershipRole.COORDINATOR)
    talk = make.event(programme, title={"en": "Talk"}, pair=make.pair(programme, lina, erik))
    make.participation(talk, lina)
    make.participation(talk, erik)
    make.participation(make.event(programme, title={"en": "Plenary"}), other)
    assert set(entries(body(session, lina))) == set(entries(body(session, erik))) == {"Talk"}
    assert set(entries(body(session, other))) == {"Plenary"}
    assert set(entries(body(session, boss, programme=programme))) == {"Plenary"}
    public = calendars.find_public_reader(session, "mmp26", "en")
    assert public is not None
    octets = calendars.render_feed(session, public, now=NOW, base_url="https://mmp.example").body
    assert set(entries(octets)) == {"Plenary"}


def test_public_feed_has_published_dates_and_no_join_link(
    make: Factory, session: Session, programme: Programme
) -> None:
    make.event(programme, title={"en": "Open", "fr": "Ouvert"}, join_link=LINK)
    make.event(programme, title={"en": "Draft"}, status=EventStatus.DRAFT)
    public = calendars.find_public_reader(session, "mmp26", "fr")
    assert public is not None
    octets = calendars.render_feed(session, public, now=NOW, base_url="https://mmp.example").body
    assert set(entries(octets)) == {"Ouvert"}
    assert b"meet.example" not in octets
    assert calendars.find_public_reader(session, "mmp26", "xx") is None
    assert calendars.find_public_reader(session, "mmp27", "en") is None


def test_coordinator_s_feed_has_drafts_and_ends_with_the_role(
    make: Factory, session: Session, programme: Programme
) -> None:
    boss = make.person(programme, MembershipRole.COORDINATOR)
    make.event(programme, title={"en": "Plan"}, status=EventStatus.DRAFT, join_link=LINK)
    feed = feeds.default_feed(session, now=NOW, secret=SECRET, person=boss, programme=programme)
    assert feed.kind is FeedKind.COORDINATOR
    assert entries(body_of(session, feed))["Draft: Plan"]["STATUS"] == "TENTATIVE"
    boss.memberships[0].status = MembershipStatus.LEFT
    session.flush()
    assert calendars.find_reader(session, feeds.token_of(SECRET, feed)) is None


def test_who_left_has_nothing_of_the_programme_any_more(
    make: Factory, session: Session, programme: Programme, lina: Person
) -> None:
    make.participation(make.event(programme, title={"en": "Old"}), lina)
    second = make.programme()
    make.participation(make.event(second, title={"en": "Elsewhere"}), lina)
    session.refresh(lina)
    lina.memberships[0].status = MembershipStatus.LEFT
    assert set(entries(body(session, lina))) == {"Elsewhere"}


def test_feed_of_one_programme_has_only_its_events(
    make: Factory, session: Session, programme: Programme, lina: Person
) -> None:
    make.participation(make.event(programme, title={"en": "Here"}), lina)
    make.participation(make.event(make.programme(), title={"en": "There"}), lina)
    assert set(entries(body(session, lina))) == {"Here", "There"}
    assert set(entries(body(session, lina, programme=programme))) == {"Here"}


def test_reader_s_language_and_alarm(make: Factory, session: Session, programme: Programme) -> None:
    amal = make.person(programme, locale="ar_JO", alarm_minutes=15)
    make.participation(make.event(programme, title={"en": "Opening", "ar": "الافتتاح"}), amal)
    octets = body(session, amal)
    assert entries(octets)["الافتتاح"].walk("VALARM")
    assert "LANGUAGE=ar-JO" in octets.decode()


@pytest.mark.parametrize("events", (1, 3, 50))
def test_poll_takes_two_statements_whatever_it_holds(
    make: Factory, session: Session, programme: Programme, lina: Person, events: int
) -> None:
    for _ in range(events):
        make.participation(make.event(programme, AMMAN), lina)
    feed = feeds.default_feed(session, now=NOW, secret=SECRET, person=lina)
    session.commit()
    token = feeds.token_of(SECRET, feed)
    with statements_of(session.get_bind()) as statements:
        reader = calendars.find_reader(session, token)
        assert reader is not None
        calendars.render_feed(session, reader, now=NOW, base_url="https://mmp.example")
    assert len(statements) == 2


def test_who_left_a_pair_has_nothing_of_what_it_does_later(
    make: Factory, session: Session, programme: Programme, lina: Person
) -> None:
    pair = make.pair(programme, lina, make.person(programme))
    pair.members[0].ends_on = date(2026, 5, 31)
    for title, day in (("Before", 18), ("After", 20)):
        meeting = make.event(
            programme, timed(datetime(2026, 5 if title == "Before" else 6, day, 14)), join_link=LINK
        )
        meeting.title = {"en": title}
        item = make.item(meeting, meeting.starts_local, title={"en": f"{title}: reflections"})
        make.role(item, pair=pair, role=AgendaRoleName.PRESENTER)
    assert set(entries(body(session, lina))) == {"Before", "Presenting: Before: reflections"}


def test_one_bad_row_does_not_take_the_others_out_of_the_feed(
    make: Factory,
    session: Session,
    programme: Programme,
    lina: Person,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make.participation(make.event(programme, title={"en": "Good"}), lina)
    make.participation(make.event(programme, title={"en": "Bad"}, uid="no; uid", key="bad"), lina)
    programme.name = {"en": "\u2028"}
    octets = body(session, lina)
    assert set(entries(octets)) == {"Good"}
    assert b"X-WR-CALNAME:mmp26" in octets
    assert "event bad is in no feed" in caplog.text
    assert "no; uid" not in caplog.text
