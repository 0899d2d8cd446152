"""Talks of pairs: offered, picked once, moved, cancelled, logged; and seen by nobody else."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.renderer import Rendered
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.mail import Site, token
from mmp.models import (
    Event,
    HistoryEntry,
    Invitation,
    Mail,
    Pair,
    Person,
    Programme,
    TalkLog,
    TalkOffer,
)
from mmp.models.enums import AttributionConsent, EventStatus, MembershipRole, Partstat, Strength
from mmp.models.mail import MailState
from mmp.models.pair_talks import OfferEnd
from mmp.services import pair_talks as talks, permissions, sessions
from mmp.services.outbox.contents import rendered_mail
from mmp.services.outbox.sources import more_for
from mmp.services.pair_talks import LogEntry, OfferOpen, TimeTaken, Wish
from mmp.services.permissions import Actor
from tests.support.factories import Factory

NOW = datetime(2026, 10, 19, 8, 0, tzinfo=UTC)
SECRET = "a secret"


@dataclass
class Two:
    """A pair in Amman and Stockholm, and what they do."""

    session: Session
    make: Factory
    programme: Programme
    pair: Pair
    lina: Person
    erik: Person

    def offer(self, *starts: datetime, by: Person | None = None, **more: object) -> TalkOffer:
        wish = Wish(starts or (datetime(2026, 10, 24, 18), datetime(2026, 10, 26, 18)), 60)
        return talks.offer_times(
            self.session,
            now=NOW,
            actor=by or self.lina,
            pair=self.pair,
            **{"uuid": uuid4(), "wish": wish, **more},  # type: ignore[arg-type]  # as given
        )

    def talk(self, **more: object) -> Event:
        offer = self.offer(**more)  # type: ignore[arg-type]  # as given
        return talks.pick_time(self.session, now=NOW, actor=self.erik, time=offer.times[0])

    def mails(self, kind: str) -> list[str]:
        found = self.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id))
        return [mail.person.name for mail in found]

    def actor(self, person: Person) -> Actor:
        _, cookie = sessions.start(self.session, now=NOW, person=person, strength=Strength.STRONG)
        return permissions.actor_of(self.session, now=NOW, token=cookie)


@pytest.fixture
def two(session: Session) -> Two:
    make = Factory(session)
    programme = make.programme()
    lina = make.person(programme, name="Lina", zone="Asia/Amman", country="JO", locale="ar_JO")
    erik = make.person(programme, name="Erik")
    return Two(session, make, programme, make.pair(programme, lina, erik), lina, erik)


def test_a_picked_time_is_a_talk_of_both(two: Two) -> None:
    offer = two.offer(wish=Wish([datetime(2026, 10, 26, 18)], 45, "https://meet.example/x", "Hope"))
    talk = talks.pick_time(two.session, now=NOW, actor=two.erik, time=offer.times[0])
    assert talk.starts_at == datetime(2026, 10, 26, 15, tzinfo=UTC)
    assert talk.ends_at == datetime(2026, 10, 26, 15, 45, tzinfo=UTC)
    assert (talk.status, talk.zone) == (EventStatus.PUBLISHED, "Asia/Amman")
    assert talk.join_link == "https://meet.example/x"
    assert {one.partstat for one in talk.participations} == {Partstat.ACCEPTED}
    assert two.mails("talk_offered") == ["Erik"]
    [offered] = _written(two, "talk_offered")
    assert "https://meet.example/x" in offered.text
    fixed = _written(two, "talk_fixed")[0]
    assert "Hope" in offered.text
    assert "Hope" in fixed.text
    assert sorted(two.mails("talk_fixed")) == ["Erik", "Lina"]
    assert offer.closed_as is OfferEnd.PICKED
    actions = set(two.session.scalars(select(HistoryEntry.action)))
    assert {"offered", "agreed"} <= actions


def test_hours_that_a_clock_shows_twice_stay_as_they_were_agreed(two: Two) -> None:
    """04:15 in Amman is the second 02:15 of that night in Stockholm."""
    two.talk(wish=Wish([datetime(2026, 10, 25, 4, 15)], 30))
    for mail in _mails(two, "talk_fixed"):
        assert "Asia/Amman" in str(mail.parameters["event"]["when"])


def test_two_picks_make_one_talk(two: Two) -> None:
    offer = two.offer()
    first = talks.pick_time(two.session, now=NOW, actor=two.erik, time=offer.times[0])
    again = talks.pick_time(two.session, now=NOW, actor=two.erik, time=offer.times[0])
    assert first is again
    with pytest.raises(TimeTaken, match="just before"):
        talks.pick_time(two.session, now=NOW, actor=two.erik, time=offer.times[1])
    assert len(two.session.scalars(select(Event)).all()) == 1


def test_the_same_form_sent_twice_is_one_offer(two: Two) -> None:
    number = uuid4()
    assert two.offer(uuid=number) is two.offer(uuid=number)
    assert two.mails("talk_offered") == ["Erik"]


def test_who_offers_second_is_shown_the_first(two: Two) -> None:
    first = two.offer()
    with pytest.raises(OfferOpen):
        two.offer(by=two.erik)
    second = two.offer(by=two.erik, seen=first.uuid)
    assert first.closed_as is OfferEnd.ANSWERED
    assert two.mails("talk_offered") == ["Erik", "Lina"]
    with pytest.raises(TimeTaken):
        talks.pick_time(two.session, now=NOW, actor=two.erik, time=first.times[0])
    with pytest.raises(UserError, match="Your partner picks"):
        talks.pick_time(two.session, now=NOW, actor=two.erik, time=second.times[0])


def test_an_offer_ends_after_two_weeks_or_with_its_last_time(two: Two) -> None:
    near = two.offer(datetime(2026, 10, 20, 9))
    assert near.expires_at == near.times[0].starts_at
    far = two.offer(datetime(2026, 12, 20, 9))
    assert far.expires_at == NOW + timedelta(days=14)
    assert near.closed_as is OfferEnd.WITHDRAWN
    with pytest.raises(TimeTaken, match="not open"):
        talks.pick_time(two.session, now=far.expires_at, actor=two.erik, time=far.times[0])


@pytest.mark.parametrize(
    ("starts", "field", "sentence"),
    (
        ([datetime(2026, 10, 19, 10)], "time1", "has passed"),
        ([datetime(2026, 10, 26, 10), datetime(2028, 1, 1, 9)], "time2", "within a year"),
        ([], "time1", "one to five"),
        ([datetime(2026, 11, day, 9) for day in range(1, 7)], "time1", "one to five"),
    ),
)
def test_what_cannot_be_offered(
    two: Two, starts: list[datetime], field: str, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence) as refused:
        two.offer(wish=Wish(starts, 60))
    assert refused.value.field == field


def test_an_hour_the_clocks_skip_is_refused(two: Two) -> None:
    with pytest.raises(UserError, match="go forward"):
        two.offer(by=two.erik, wish=Wish([datetime(2027, 3, 28, 2, 30)], 60))


def test_the_hour_shown_twice_is_the_first_and_lasts_as_long_as_said(two: Two) -> None:
    [time] = two.offer(by=two.erik, wish=Wish([datetime(2026, 10, 25, 2, 30)], 60)).times
    assert time.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert time.ends_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_moving_raises_the_sequence_and_tells_the_other(two: Two) -> None:
    talk = two.talk()
    talks.move_talk(
        two.session,
        now=NOW,
        actor=two.erik,
        talk=talk,
        version=talk.version,
        starts=datetime(2026, 10, 28, 17),
        minutes=30,
        where="The library",
    )
    two.lina.locale = "en"
    two.erik.locale, two.erik.languages = "ckb_IQ", ["ckb", "ar", "en"]
    assert (talk.sequence, talk.zone) == (1, "Europe/Stockholm")
    assert talk.starts_at == datetime(2026, 10, 28, 16, tzinfo=UTC)
    assert talk.venue == {"en": "The library"}
    assert two.mails("event_moved") == ["Lina", "Erik"], "his calendar has it by mail as well"
    to_her, to_him = _written(two, "event_moved")
    assert to_her.subject == "Erik has moved your talk"
    assert "offer other times:\nhttps://mmp.example/en/pairs/" in to_her.text
    assert "Erik" in to_him.text
    assert "Moved" not in to_him.subject, "he reads Arabic, not Kurdish, of what we write"
    assert "has moved" not in to_him.text
    with pytest.raises(StaleEdit):
        talks.cancel_talk(two.session, now=NOW, actor=two.lina, talk=talk, version=1)
    talks.cancel_talk(two.session, now=NOW, actor=two.lina, talk=talk, version=talk.version)
    talks.cancel_talk(two.session, now=NOW, actor=two.lina, talk=talk, version=1)
    assert (talk.sequence, talk.status) == (2, EventStatus.CANCELLED)
    assert two.mails("event_cancelled") == ["Erik", "Lina"]
    to_erik, to_lina = _written(two, "event_cancelled")
    assert "Offer" not in to_lina.text, "it was she"
    assert "Lina" in to_erik.subject


def test_who_has_the_talk_in_a_feed_is_not_mailed_their_own_move(two: Two) -> None:
    talk = two.talk()
    for row in two.session.scalars(select(Invitation)):
        row.in_calendar = False  # a program fetches their feeds
    talks.cancel_talk(two.session, now=NOW, actor=two.lina, talk=talk, version=talk.version)
    assert two.mails("event_cancelled") == ["Erik"]


def test_a_talk_comes_into_calendars_by_mail(two: Two) -> None:
    """And goes with it: both ways with the pair's own neutral words where one is discreet."""
    two.erik.discreet, two.lina.locale = True, "en"
    talk = two.talk()
    fixed = [_entry(two, mail) for mail in _mails(two, "talk_fixed")]
    assert [
        (calendar["METHOD"], event["SUMMARY"], event["CLASS"]) for calendar, event in fixed
    ] == [("REQUEST", "Meeting", "PRIVATE")] * 2
    assert {event["ATTENDEE"] for _, event in fixed} == {
        f"mailto:{person.email}" for person in (two.lina, two.erik)
    }
    both_agreed = {event["ATTENDEE"].params["PARTSTAT"] for _, event in fixed}
    assert both_agreed == {"ACCEPTED"}
    talks.cancel_talk(two.session, now=NOW, actor=two.lina, talk=talk, version=talk.version)
    for mail in _mails(two, "event_cancelled"):
        calendar, event = _entry(two, mail)
        assert (calendar["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")
        assert (event["UID"], event["SEQUENCE"]) == (talk.uid, talk.sequence)
        assert event["SUMMARY"] == "Cancelled: Meeting"
        assert event["DTSTART"].dt == talk.starts_at
        assert "LOCATION" not in event


def _written(two: Two, kind: str) -> list[Rendered]:
    site = Site("https://mmp.example", "post@mmp.example", SECRET)
    return [rendered_mail(two.session, mail, site=site) for mail in _mails(two, kind)]


def _mails(two: Two, kind: str) -> list[Mail]:
    two.session.flush()
    return list(two.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))


def _entry(two: Two, mail: Mail) -> tuple[Any, Any]:
    """What the mail brings into a calendar."""
    site = Site("https://mmp.example", "post@mmp.example", "a secret")
    part = more_for(two.session, [mail], site)[mail.id].calendar
    assert part is not None
    calendar: Any = Calendar.from_ical(part.octets)
    assert calendar["METHOD"] == part.method
    assert calendar.walk("VEVENT")[0]["ORGANIZER"] == "mailto:post@mmp.example"
    return calendar, calendar.walk("VEVENT")[0]


def test_a_move_and_back_before_the_mail_left_tells_nothing(two: Two) -> None:
    talk = two.talk()
    starts, ends, session = talk.starts_local, talk.ends_local, two.session
    assert starts
    assert ends
    minutes = (ends - starts) // timedelta(minutes=1)

    def move(person: Person, days: int) -> list[str]:
        talks.move_talk(
            session,
            now=NOW,
            actor=person,
            talk=talk,
            version=talk.version,
            starts=starts + timedelta(days=days),
            minutes=minutes,
            where="",
        )
        session.expire_all()
        waiting = select(Mail).where(Mail.kind == "event_moved", Mail.state == MailState.DUE)
        return sorted(mail.person.name for mail in session.scalars(waiting))

    mover = two.lina if talk.zone == two.lina.zone else two.erik
    other = two.erik if mover is two.lina else two.lina
    both = sorted((mover.name, other.name))
    assert move(mover, 1) == both
    assert move(mover, 2) == both
    assert move(mover, 0) == []
    assert move(mover, 1) == both
    assert move(other, 2) == both


def test_a_talk_has_one_entry_however_often_it_is_logged(two: Two) -> None:
    talk = two.talk()
    later = talk.ends_at + timedelta(hours=1)

    def log(person: Person, topic: str, consent: AttributionConsent, **more: int) -> TalkLog:
        entry = LogEntry(date(2026, 10, 24), 50, topic, consent)
        return talks.log_talk(
            two.session,
            now=later,
            actor=person,
            pair=two.pair,
            uuid=uuid4(),
            entry=entry,
            talk=talk,
            **more,
        )

    both = [two.lina.id, two.erik.id]
    entry = log(two.lina, "Hope", AttributionConsent.NAMED)
    assert talks.shared_consent(entry, both) is AttributionConsent.NO
    assert log(two.erik, "Hope", AttributionConsent.UNATTRIBUTED) is entry
    assert talks.shared_consent(entry, both) is AttributionConsent.UNATTRIBUTED
    with pytest.raises(StaleEdit):
        log(two.erik, "Fear", AttributionConsent.NO)
    assert log(two.erik, "Fear", AttributionConsent.NO, version=entry.version).topic == "Fear"


def test_coordinators_learn_the_day_and_nothing_else(two: Two) -> None:
    coordinator = two.make.person(two.programme, MembershipRole.COORDINATOR)
    assistant = two.make.person(two.programme, MembershipRole.ASSISTANT)
    other = two.make.person(two.programme)
    talk = two.talk()
    log = talks.log_talk(
        two.session,
        now=NOW,
        actor=two.lina,
        pair=two.pair,
        uuid=uuid4(),
        entry=LogEntry(date(2026, 10, 18), 30, "Only ours"),
    )
    told = talks.talk_days(two.session, two.actor(coordinator), two.programme.id, NOW)
    days = talks.TalkDays(
        date(2026, 10, 18), talk.starts_local.date() if talk.starts_local else None
    )
    assert told == {two.pair.id: days}
    assert talks.talk_days(two.session, two.actor(assistant), two.programme.id, NOW) == {}
    for person in (coordinator, assistant, other):
        actor = two.actor(person)
        for find, row in (
            (talks.own_pair, two.pair),
            (talks.own_talk, talk),
            (talks.own_log, log),
        ):
            with pytest.raises(NotFound):
                find(two.session, actor, row.uuid)
    assert all(
        "Only ours" not in str(changes)
        for changes in two.session.scalars(select(HistoryEntry.changes))
    )


def test_the_link_of_a_mail_is_its_readers_alone(two: Two) -> None:
    offer = two.offer()

    def find(given: str, time: UUID) -> talks.Invitation:
        return talks.invitation(two.session, now=NOW, secret=SECRET, time=time, given=given)

    right = token(SECRET, f"pick-talk:{offer.uuid}", two.erik.uuid)
    time = offer.times[1]
    assert find(right, time.uuid).person is two.erik
    for wrong in (token(SECRET, f"pick-talk:{offer.uuid}", two.lina.uuid), right[:-1] + "_"):
        with pytest.raises(NotFound):
            find(wrong, time.uuid)
    two.pair.ends_on = date(2026, 10, 1)
    with pytest.raises(NotFound):
        find(right, time.uuid)


def test_discreet_people_are_named_in_no_mail(two: Two) -> None:
    two.erik.discreet = True
    offer = two.offer(wish=Wish([datetime(2026, 10, 26, 18)], 45, "My flat", "Our secret"))
    talk = talks.pick_time(two.session, now=NOW, actor=two.erik, time=offer.times[0])
    talks.cancel_talk(two.session, now=NOW, actor=two.lina, talk=talk, version=talk.version)
    assert talk.title["en"] == "Meeting"
    for mail in two.session.scalars(select(Mail)):
        assert mail.programme_id is None
        for word in ("Erik", "Lina", "Our secret", "My flat"):
            assert word not in str(mail.parameters)


def test_entry_of_another_pair_is_not_written_over(two: Two) -> None:
    entry = LogEntry(day=NOW.date(), minutes=30, topic="Ours", consent=AttributionConsent.NO)
    uuid = uuid4()
    talks.log_talk(two.session, now=NOW, actor=two.lina, pair=two.pair, uuid=uuid, entry=entry)
    others = [two.make.person(two.programme) for _ in range(2)]
    other = two.make.pair(two.programme, *others)
    with pytest.raises(UserError, match="Load the page again"):
        talks.log_talk(two.session, now=NOW, actor=others[0], pair=other, uuid=uuid, entry=entry)
    assert two.session.scalars(select(TalkLog.topic)).all() == ["Ours"]
