"""Who is invited, what their calendars hold, and what becomes of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.core.errors import UserError
from mmp.core.mail import CalendarPart, Reason, Site
from mmp.core.when import When
from mmp.models import (
    AgendaItem,
    Event,
    Feed,
    InboundMail,
    Invitation,
    Mail,
    Participation,
    Person,
    Programme,
    SuppressedAddress,
)
from mmp.models.enums import (
    AnswerVia,
    CalendarDelivery,
    Entry,
    EventForm,
    EventStatus,
    InboundKind,
    InboundState,
    InvitationState,
    MembershipRole,
    MembershipStatus,
    Partstat,
    Region,
    Strength,
)
from mmp.models.mail import MailState
from mmp.services import (
    answers,
    event_edits as edits,
    invitations,
    participants,
    permissions,
    sessions,
)
from mmp.services.calendars import invited_entries
from mmp.services.events import item_columns, touch
from mmp.services.invitations import Blocked, Choice, WhyNot
from mmp.services.outbox.contents import rendered_mail
from mmp.services.outbox.sources import More, more_for
from mmp.services.permissions import Actor
from tests.support.factories import MADE_AT, Factory, timed

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
SITE = Site("https://mmp.example", "post@mmp.example", "a secret for the tests")
OCTOBER = timed(datetime(2026, 10, 22, 14))


class Office:
    """A coordinator's programme with one meeting, and what leaves it."""

    def __init__(self, session: Session) -> None:
        self.session, self.make = session, Factory(session)
        self.programme: Programme = self.make.programme(slug="here", name={"en": "MMP"})
        boss = self.make.person(self.programme, MembershipRole.COORDINATOR, name="Ann Holm")
        _, token = sessions.start(session, now=NOW, person=boss, strength=Strength.STRONG)
        self.actor: Actor = permissions.actor_of(session, now=NOW, token=token)
        self.event: Event = self.make.event(
            self.programme, OCTOBER, title={"en": "Fourth meeting"}, venue={"en": "Room 1"}
        )

    def mentor(self, name: str = "Lina", **values: Any) -> Person:
        """A mentor who has not answered yet."""
        entry = values.pop("entry", Entry.INVITED)
        partstat = values.pop("partstat", Partstat.NEEDS_ACTION)
        person = self.make.person(self.programme, name=name, **values)
        self.make.participation(self.event, person, entry=entry, partstat=partstat)
        return person

    def speaker(self, name: str = "Sami", **times: Any) -> tuple[Person, AgendaItem]:
        person = self.make.person(self.programme, MembershipRole.SPEAKER, name=name)
        item = self.make.item(
            self.event, times.get("starts", datetime(2026, 10, 22, 15)), title={"en": "Talk"}
        )
        self.make.role(item, person=person)
        return person, item

    def invite(self, **choice: Any) -> invitations.Sent:
        return invitations.invite(
            self.session, actor=self.actor, now=NOW, event=self.event, choice=Choice(**choice)
        )

    def plan(self, **choice: Any) -> dict[str, Any]:
        found = invitations.would_invite(
            self.session, now=NOW, event=self.event, choice=Choice(**choice)
        )
        return {
            line.person.name: line.why_not or [one.uid for one in line.gets] for line in found.lines
        }

    def save(self, **more: Any) -> None:
        tell_all = more.pop("tell_all", False)
        edits.change_event(
            self.session,
            actor=self.actor,
            now=NOW,
            event=self.event,
            version=self.event.version,
            details=replace(edits.details_of(self.event), **more),
            tell_all=tell_all,
        )

    def follow(self) -> int:
        self.session.flush()
        return invitations.follow(self.session, now=NOW, event=self.event)

    def take_off(self, person: Person) -> Any:
        row = self.session.scalars(
            select(Participation).where(Participation.person_id == person.id)
        ).one()
        return participants.remove(
            self.session, actor=self.actor, now=NOW, event=self.event, row=row
        )

    def leave(self) -> list[tuple[str, str, Any]]:
        """Everything that waits goes: reader, kind, and the entry it brings."""
        self.session.flush()
        self.session.expire_all()
        due = list(
            self.session.scalars(select(Mail).where(Mail.state == MailState.DUE).order_by(Mail.id))
        )
        more = more_for(self.session, due, SITE)
        found = [
            (mail.person.name, mail.kind, entry_of(more.get(mail.id, More()).calendar))
            for mail in due
            if more.get(mail.id, More()).void is None
        ]
        gone = {"state": MailState.SENT, "reason": Reason.ACCEPTED, "frozen_at": NOW}
        self.session.execute(
            update(Mail).where(Mail.state == MailState.DUE).values(gone | {"ended_at": NOW})
        )
        self.session.expire_all()
        return found

    def text(self, person: Person) -> str:
        """The newest mail to them in words."""
        mail = self.session.scalars(
            select(Mail).where(Mail.person_id == person.id).order_by(Mail.id)
        ).all()[-1]
        return " ".join(rendered_mail(self.session, mail, site=SITE).text.split())


def entry_of(part: CalendarPart | None) -> dict[str, Any] | None:
    """The entry of a mail, checked as every one must be."""
    if part is None:
        return None
    calendar: Any = Calendar.from_ical(part.octets)
    [event] = calendar.walk("VEVENT")
    assert calendar["METHOD"] == part.method
    assert event["ORGANIZER"] == "mailto:post@mmp.example"
    assert not isinstance(event["ATTENDEE"], list)
    return {"method": part.method, **event}


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def methods(left: list[tuple[str, str, Any]]) -> list[tuple[str, str, str | None, int | None]]:
    return [
        (name, kind, entry and entry["method"], entry and entry["SEQUENCE"])
        for name, kind, entry in left
    ]


def test_everybody_on_the_list_is_invited_once(office: Office) -> None:
    lina, erik = office.mentor("Lina", zone="Asia/Amman"), office.mentor("Erik")
    assert office.invite().people == 2
    assert office.invite().people == 0, "a form sent twice"
    assert set(office.session.scalars(select(Mail.urgent))) == {True}, "before any reminder"
    left = office.leave()
    assert methods(left) == [
        ("Erik", "invitation", "REQUEST", 0),
        ("Lina", "invitation", "REQUEST", 0),
    ]
    assert [entry["ATTENDEE"] for _, _, entry in left] == [
        f"mailto:{one.email}" for one in (erik, lina)
    ]
    text = office.text(lina)
    for words in ("Ann Holm invites you", "15:00–17:00, Amman", "14:00–16:00, Stockholm", "Room 1"):
        assert words in text
    assert "/en/answer/" in text
    assert office.plan() == {"Erik": WhyNot.UP_TO_DATE, "Lina": WhyNot.UP_TO_DATE}


def test_the_entry_is_that_of_the_feed(office: Office, session: Session) -> None:
    lina = office.mentor()
    office.event.sequence = 4
    office.invite()
    [(_, _, entry)] = office.leave()
    [feed] = invited_entries(session, [(lina, office.event.id)], base_url="x:").values()
    assert (entry["UID"], entry["SEQUENCE"]) == (feed.uid, feed.sequence) == (office.event.uid, 4)


def test_who_gets_nothing_and_why(office: Office, session: Session) -> None:
    office.mentor("No address", email=None)
    office.mentor("Refused", email="refused@example.org")
    office.mentor("Said no", partstat=Partstat.DECLINED)
    office.mentor("Waits", entry=Entry.WAITING)
    left = office.mentor("Left")
    left.memberships[0].status = MembershipStatus.LEFT
    session.add(SuppressedAddress(address="refused@example.org", since=NOW))
    office.speaker("No time", starts=None)
    assert office.plan() == {
        "No address": WhyNot.NO_ADDRESS,
        "Refused": WhyNot.SUPPRESSED,
        "Said no": WhyNot.DECLINED,
        "Waits": WhyNot.NOT_ON_LIST,
        "Left": WhyNot.LEFT,
        "No time": WhyNot.NO_TIME,
    }
    assert office.invite().mails == 0


def test_an_audience_is_chosen_by_what_people_are(office: Office) -> None:
    lina = office.mentor("Lina", region=Region.MENA, country="JO")
    erik = office.mentor("Erik", partstat=Partstat.ACCEPTED)
    sami, _ = office.speaker("Sami")
    pair = office.make.pair(office.programme, lina, erik)
    choices: dict[str, tuple[dict[str, Any], set[str]]] = {
        "all": ({}, {"Lina", "Erik", "Sami"}),
        "role": ({"roles": {MembershipRole.SPEAKER}}, {"Sami"}),
        "region": ({"regions": {Region.MENA}}, {"Lina"}),
        "country": ({"countries": {"JO"}}, {"Lina"}),
        "pair": ({"pairs": {pair.uuid}}, {"Lina", "Erik"}),
        "answer": ({"answers": {Partstat.ACCEPTED}}, {"Erik"}),
        "people": ({"people": {sami.uuid}}, {"Sami"}),
    }
    for name, (choice, wanted) in choices.items():
        assert set(office.plan(**choice)) == wanted, name
    assert office.invite(regions={Region.MENA}).people == 1
    assert [name for name, _, _ in office.leave()] == ["Lina"]


@pytest.mark.parametrize(
    ("blocked", "change"),
    (
        (Blocked.DRAFT, {"status": EventStatus.DRAFT}),
        (Blocked.CANCELLED, {"status": EventStatus.CANCELLED, "cancelled_at": NOW}),
        (Blocked.OVER, {"ends_at": datetime(2026, 6, 1, tzinfo=UTC)}),
    ),
)
def test_nobody_is_invited_to_what_is_not_there(
    office: Office, session: Session, blocked: Blocked, change: dict[str, Any]
) -> None:
    office.mentor()
    for name, value in change.items():
        setattr(office.event, name, value)
    session.flush()
    assert invitations.would_invite(session, now=NOW, event=office.event).blocked is blocked
    with pytest.raises(UserError):
        office.invite()
    assert office.leave() == []


def test_an_event_without_a_day_is_in_nobodys_calendar(office: Office) -> None:
    office.mentor()
    office.save(when=When.month(2026, 10, "Europe/Stockholm"))
    with pytest.raises(UserError, match="day"):
        office.invite()


def test_a_move_updates_and_says_from_what_to_what(office: Office) -> None:
    lina = office.mentor()
    office.invite()
    office.leave()
    office.save(when=timed(datetime(2026, 10, 29, 14)))
    assert office.follow() == 0, "it was told by then"
    [(_, kind, entry)] = office.leave()
    assert (kind, entry["method"], entry["SEQUENCE"]) == ("event_moved", "REQUEST", 1)
    assert entry["DTSTART"].dt.isoformat() == "2026-10-29T14:00:00+01:00"
    assert "22 October" in office.text(lina)
    assert "29 October" in office.text(lina)


def test_new_words_are_told_only_if_asked(office: Office) -> None:
    office.mentor()
    office.invite()
    office.leave()
    office.save(title={"en": "Fourth meting"})
    assert (office.follow(), office.leave()) == (0, [])
    office.save(title={"en": "Fourth meeting, mended"}, tell_all=True)
    [(_, kind, entry)] = office.leave()
    assert (kind, entry["SEQUENCE"], entry["SUMMARY"]) == (
        "event_moved",
        0,
        "Fourth meeting, mended",
    )


def test_cancelled_and_restored(office: Office, session: Session) -> None:
    office.mentor()
    office.invite()
    office.leave()
    edits.cancel_event(session, actor=office.actor, now=NOW, event=office.event)
    [(_, kind, entry)] = office.leave()
    assert (kind, entry["method"], entry["STATUS"]) == ("event_cancelled", "CANCEL", "CANCELLED")
    assert (entry["SEQUENCE"], entry["SUMMARY"]) == (1, "Cancelled: Fourth meeting")
    edits.restore_event(session, actor=office.actor, now=NOW, event=office.event)
    assert office.follow() == 0
    assert methods(office.leave()) == [("Lina", "event_restored", "REQUEST", 2)]


def test_cancelled_and_restored_before_anything_left(office: Office, session: Session) -> None:
    office.mentor()
    office.invite()
    edits.cancel_event(session, actor=office.actor, now=NOW, event=office.event)
    edits.restore_event(session, actor=office.actor, now=NOW, event=office.event)
    office.follow()
    assert methods(office.leave()) == [("Lina", "invitation", "REQUEST", 2)]


def test_an_invitation_that_waits_says_how_things_are(office: Office) -> None:
    lina = office.mentor()
    office.invite()
    office.save(venue={"en": "Room 7"})
    [(_, kind, entry)] = office.leave()
    assert (kind, entry["SEQUENCE"], str(entry["LOCATION"])) == ("invitation", 1, "Room 7")
    assert "Room 1" not in office.text(lina)


def test_taken_off_and_put_back(office: Office, session: Session) -> None:
    lina = office.mentor()
    office.mentor("Erik")
    office.invite()
    office.leave()
    removed = office.take_off(lina)
    assert (office.follow(), office.follow()) == (1, 0)
    [(name, kind, entry)] = office.leave()
    assert (name, kind, entry["method"], entry["SEQUENCE"]) == (
        *("Lina", "invitation_cancelled", "CANCEL"),
        office.event.sequence,
    )
    assert office.event.sequence == 1
    assert "STATUS" not in entry, "RFC 5546, section 3.2.5"
    participants.restore(session, actor=office.actor, now=NOW, event=office.event, removed=removed)
    assert (office.follow(), office.follow()) == (1, 0)
    assert methods(office.leave()) == [("Lina", "invitation", "REQUEST", 2)]


@pytest.mark.parametrize("how", ("refused", "called off", "sent back"))
def test_what_did_not_arrive_can_be_sent_again(office: Office, session: Session, how: str) -> None:
    """As after a coordinator let mail go to the address again."""
    office.mentor()
    office.invite()
    session.flush()
    [mail] = session.scalars(select(Mail))
    ended = {"reason": Reason.ADDRESS_REFUSED, "ended_at": NOW}
    states = {"refused": MailState.FAILED, "called off": MailState.CANCELLED}
    for name, value in (ended | {"state": states.get(how, MailState.SENT)}).items():
        setattr(mail, name, value)
    if how == "sent back":
        report = InboundMail(
            fingerprint="x",
            received_at=NOW,
            kind=InboundKind.BOUNCE,
            state=InboundState.OPEN,
            reason="gave_up",
            mail=mail,
        )
        session.add(report)
    session.flush()
    assert office.plan() == {"Lina": [office.event.uid]}
    assert office.invite().people == 1
    [(_, kind, entry)] = office.leave()
    assert (kind, entry["method"], entry["SEQUENCE"]) == ("invitation", "REQUEST", 1)
    assert office.plan() == {"Lina": WhyNot.UP_TO_DATE}


def test_another_address_gets_the_entry_and_the_old_one_loses_it(
    office: Office, session: Session
) -> None:
    """Else a calendar that is read no more keeps it, and the other one never has it."""
    lina = office.mentor(email="old@example.org")
    office.invite()
    office.leave()
    session.info["clock"] = FixedClock(NOW)
    lina.email = "new@example.org"
    session.commit()
    assert office.follow() == 0, "the commit has done it"
    text = office.text(lina)
    assert "because yours has changed" in text
    assert "/en/answer/" in text
    left = office.leave()
    assert methods(left) == [
        ("Lina", "invitation_cancelled", "CANCEL", 1),
        ("Lina", "invitation", "REQUEST", 2),
    ]
    cancel, request = (entry for _, _, entry in left)
    assert cancel["ATTENDEE"] == "mailto:old@example.org"
    assert request["ATTENDEE"] == "mailto:new@example.org"
    edits.cancel_event(session, actor=office.actor, now=NOW, event=office.event)
    [(_, _, entry)] = office.leave()
    assert (entry["method"], entry["ATTENDEE"]) == ("CANCEL", "mailto:new@example.org")


def test_another_address_before_the_invitation_left(office: Office) -> None:
    lina = office.mentor(email="old@example.org")
    office.invite()
    lina.email = "new@example.org"
    assert (office.follow(), office.follow()) == (0, 0)
    [(_, _, entry)] = office.leave()
    assert entry["ATTENDEE"] == "mailto:new@example.org"
    assert office.follow() == 0


def test_two_who_swap_their_addresses_keep_one_entry_each(office: Office, session: Session) -> None:
    lina, erik = office.mentor(), office.mentor("Erik")
    office.invite()
    office.leave()
    one, other = lina.email, erik.email
    lina.email = None
    session.flush()
    erik.email = one
    session.flush()
    lina.email = other
    assert office.follow() == 4
    last: dict[str, tuple[int, str]] = {}
    for _, _, entry in office.leave():
        said = (entry["SEQUENCE"], entry["method"])
        last[entry["ATTENDEE"]] = max(last.get(entry["ATTENDEE"], said), said)
    assert {method for _, method in last.values()} == {"REQUEST"}


def test_taken_off_before_the_invitation_left(office: Office, session: Session) -> None:
    """They never hear of it; put back, they are invited."""
    lina = office.mentor()
    office.invite()
    removed = office.take_off(lina)
    office.follow()
    assert office.leave() == []
    participants.restore(session, actor=office.actor, now=NOW, event=office.event, removed=removed)
    office.follow()
    assert methods(office.leave()) == [("Lina", "invitation", "REQUEST", 2)]


def test_a_waiting_list_takes_the_entry_away_and_brings_it_back(
    office: Office, session: Session
) -> None:
    """In the mails that tell of it: nobody reads of an invitation they have lost, and another."""
    office.event.capacity = 0
    office.mentor()
    office.invite()
    office.leave()
    row = session.scalars(select(Participation)).one()
    reply = answers.Reply(Partstat.ACCEPTED)
    answers.record_answer(
        session, now=NOW, participation=row, reply=reply, via=AnswerVia.LINK, actor=row.person
    )
    office.follow()
    [(name, kind, entry)] = office.leave()
    assert (name, kind, entry["method"]) == ("Lina", "waiting", "CANCEL")
    office.event.capacity = 1
    answers.fill_seats(session, now=NOW, event=office.event)
    office.follow()
    assert methods(office.leave()) == [("Lina", "seat_free", "REQUEST", office.event.sequence)]


def test_who_has_said_yes_is_not_asked_once_more(office: Office) -> None:
    said_yes = office.mentor(partstat=Partstat.ACCEPTED)
    asked = office.mentor("Asked")
    office.invite()
    assert "You have said yes" in office.text(said_yes)
    assert "Can you come?" not in office.text(said_yes)
    assert "Can you come?" in office.text(asked)
    told = {name: entry["ATTENDEE"].params["PARTSTAT"] for name, _, entry in office.leave()}
    assert told == {"Lina": "ACCEPTED", "Asked": "NEEDS-ACTION"}


def test_who_comes_later_is_not_invited_silently(office: Office, session: Session) -> None:
    office.mentor()
    office.invite()
    office.leave()
    office.mentor("Later")
    assert (office.follow(), office.leave()) == (0, [])
    assert office.plan()["Later"] == [office.event.uid]


def test_who_said_no_hears_no_more(office: Office, session: Session) -> None:
    lina = office.mentor()
    office.invite()
    office.leave()
    row = session.scalars(select(Participation).where(Participation.person_id == lina.id)).one()
    row.partstat = Partstat.DECLINED
    office.save(venue={"en": "Room 7"})
    assert (office.follow(), office.leave()) == (0, [])
    row = session.scalars(select(Participation).where(Participation.person_id == lina.id)).one()
    row.partstat = Partstat.ACCEPTED
    assert office.follow() == 1, "what they have is old"
    assert methods(office.leave()) == [("Lina", "event_moved", "REQUEST", 1)]


def test_a_part_in_the_agenda_is_an_entry_of_its_own(office: Office, session: Session) -> None:
    sami, item = office.speaker()
    lina, erik = office.make.person(office.programme), office.make.person(office.programme)
    beside = office.make.item(office.event, datetime(2026, 10, 22, 16))
    office.make.role(beside, pair=office.make.pair(office.programme, lina, erik))
    assert office.invite().mails == 3
    left = office.leave()
    assert {(name, entry["UID"]) for name, _, entry in left} == {
        ("Sami", item.uid),
        *((one.name, beside.uid) for one in (lina, erik)),
    }
    assert "Your part: Speaking" in office.text(sami)
    assert f"It is a part of “{office.event.title['en']}”." in office.text(sami)

    item = session.get_one(AgendaItem, item.id)
    later = timed(datetime(2026, 10, 22, 15, 30), 30)
    for column, value in item_columns(later, office.event.zone).items():
        setattr(item, column, value)
    touch(item, {"when"}, now=NOW)
    assert (office.follow(), office.follow()) == (1, 0)
    assert methods(office.leave()) == [("Sami", "item_moved", "REQUEST", 1)]
    assert "15:00–15:30" in office.text(sami)
    assert "15:30–16:00" in office.text(sami)

    session.delete(session.get_one(AgendaItem, item.id).roles[0])
    assert (office.follow(), office.follow()) == (1, 0)
    [(_, kind, entry)] = office.leave()
    assert (kind, entry["method"], entry["SEQUENCE"], entry.get("STATUS")) == (
        *("invitation_cancelled", "CANCEL", 2),
        None,
    )
    session.delete(session.get_one(AgendaItem, beside.id))
    assert (office.follow(), office.follow()) == (2, 0)
    for _, kind, entry in office.leave():
        assert (kind, entry["UID"], entry["STATUS"]) == (
            *("invitation_cancelled", beside.uid),
            "CANCELLED",
        )


def test_a_discreet_reader_gets_hours_and_no_words(office: Office) -> None:
    lina = office.mentor("Lina", discreet=True)
    office.invite()
    [(_, _, entry)] = office.leave()
    assert (entry["SUMMARY"], entry["CLASS"], "LOCATION" in entry) == ("Meeting", "PRIVATE", False)
    text = office.text(lina)
    for word in ("Fourth", "MMP", "Ann", "Room"):
        assert word not in text
    office.take_off(lina)
    office.follow()
    [(_, _, entry)] = office.leave()
    assert entry["SUMMARY"] == "Cancelled: Meeting"
    assert "Fourth" not in office.text(lina)


@pytest.mark.parametrize(
    ("delivery", "polled", "carried"),
    (
        (CalendarDelivery.FEED, False, True),
        (CalendarDelivery.FEED, True, False),
        (CalendarDelivery.MAILS, True, True),
        (CalendarDelivery.BOTH, True, True),
    ),
)
def test_an_entry_comes_by_feed_or_by_mail(
    office: Office, session: Session, delivery: CalendarDelivery, polled: bool, carried: bool
) -> None:
    lina = office.mentor("Lina", calendar_delivery=delivery)
    session.add(
        Feed(
            person=lina,
            name="Phone",
            token_hash="a" * 64,
            page_hash="b" * 64,
            created_at=MADE_AT,
            polled_at=NOW if polled else None,
        )
    )
    office.invite()
    [(_, _, entry)] = office.leave()
    assert (entry is not None) is carried
    assert ("subscribe to, so no second" in office.text(lina)) is not carried
    assert ("stand in it twice" in office.text(lina)) is carried


def test_hybrid_asks_where(office: Office) -> None:
    office.event.form = EventForm.HYBRID
    lina = office.mentor()
    office.invite()
    office.leave()
    text = office.text(lina)
    for words in ("Yes, in the room https://", "Yes, online https://", "Maybe https://"):
        assert words in text


@pytest.mark.parametrize(
    ("form", "line"),
    (
        (EventForm.ONLINE, "by your clock: 16:00–16:30 Talk"),
        (EventForm.IN_PERSON, "by the clock there: 15:00–15:30 Talk"),
    ),
)
def test_the_agenda_is_written_by_the_clock_one_looks_at(
    office: Office, form: EventForm, line: str
) -> None:
    office.event.form = form
    lina = office.mentor("Lina", zone="Asia/Amman")
    office.speaker()
    for number in range(13):
        office.make.item(office.event, datetime(2026, 10, 22, 18, number))
    office.invite()
    office.leave()
    assert line in office.text(lina)
    assert "… 2 more items" in office.text(lina), "it does not end as if that were all"


def test_each_mail_is_seen_before_it_goes(office: Office, session: Session) -> None:
    lina = office.mentor("Lina", locale="ar", zone="Asia/Amman")
    line, [sample] = invitations.preview_mail(
        session, actor=office.actor, now=NOW, event=office.event, person=lina.uuid, site=SITE
    )
    assert line.person is lina
    assert 'dir="rtl"' in sample.rendered.html
    assert "…" in sample.rendered.text, "no secret address is shown"
    assert session.scalars(select(Mail)).all() == []
    assert session.scalars(select(Invitation)).all() == []


def test_statements_do_not_grow_with_the_list(office: Office, session: Session) -> None:
    from sqlalchemy import event as events  # counted here alone

    def count(act: Callable[[], Any]) -> int:
        counted: list[str] = []

        def note(*call: object) -> None:
            counted.append(str(call[2]))

        events.listen(session.get_bind(), "before_cursor_execute", note)
        act()
        events.remove(session.get_bind(), "before_cursor_execute", note)
        return len(counted)

    office.mentor("One")
    office.speaker("Two")
    session.flush()
    session.expire_all()
    few = count(office.plan)
    for number in range(20):
        office.mentor(f"Person {number}")
    session.flush()
    session.expire_all()
    assert count(office.plan) <= few
    office.invite()
    assert session.scalars(select(Invitation.state).distinct()).all() == [InvitationState.REQUESTED]
