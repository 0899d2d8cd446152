"""Answers, whatever way they come: one rule, the newest word counts, and seats are counted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from mmp.adapters.database import engine_options
from mmp.core.errors import NotFound, UserError
from mmp.core.mail import token
from mmp.models import Event, HistoryEntry, Mail, Participation, Person, Programme
from mmp.models.enums import (
    AnswerVia,
    AttendanceForm,
    Entry,
    EventForm,
    EventStatus,
    MembershipRole,
    MembershipStatus,
    Partstat,
    Strength,
)
from mmp.models.mail import MailState
from mmp.services import answers, mine, participants, permissions, sessions
from mmp.services.answers import Outcome, Reply
from mmp.services.permissions import Actor
from tests.support.factories import Factory

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
YES, MAYBE, NO = Partstat.ACCEPTED, Partstat.TENTATIVE, Partstat.DECLINED
ROOM, ONLINE = AttendanceForm.IN_ROOM, AttendanceForm.ONLINE


@dataclass
class Gathering:
    """An event with two seats, and people who are asked."""

    session: Session
    make: Factory
    programme: Programme
    event: Event
    coordinator: Person

    def ask(self, **values: object) -> Participation:
        person = self.make.person(self.programme)
        asked = {"partstat": Partstat.NEEDS_ACTION} | values
        return self.make.participation(self.event, person, **asked)

    def say(
        self,
        row: Participation,
        partstat: Partstat,
        form: AttendanceForm | None = None,
        *,
        via: AnswerVia = AnswerVia.PAGE,
        stamp: datetime | None = None,
        hours: float = 0,
        note: str | None = None,
    ) -> Outcome:
        return answers.record_answer(
            self.session,
            now=NOW + timedelta(hours=hours),
            participation=row,
            reply=Reply(partstat, form, note),
            via=via,
            actor=row.person,
            stamp=stamp,
        )

    def mails(self, kind: str) -> list[int]:
        waiting = (Mail.kind == kind, Mail.state == MailState.DUE)
        return list(self.session.scalars(select(Mail.person_id).where(*waiting).order_by(Mail.id)))

    def actor(self, person: Person | None = None) -> Actor:
        who = person or self.coordinator
        _, cookie = sessions.start(self.session, now=NOW, person=who, strength=Strength.STRONG)
        return permissions.actor_of(self.session, now=NOW, token=cookie)

    def edit(self, row: Participation, **values: object) -> None:
        participants.change_many(
            self.session,
            actor=self.actor(),
            now=NOW,
            event=self.event,
            ticked={row.uuid: row.version},
            **values,  # type: ignore[arg-type]  # as named
        )


def entries(*rows: Participation) -> list[Entry]:
    return [row.entry for row in rows]


@pytest.fixture
def gathering(session: Session) -> Gathering:
    make = Factory(session)
    programme = make.programme()
    event = make.event(programme, form=EventForm.IN_PERSON, capacity=2)
    kerstin = make.person(programme, MembershipRole.COORDINATOR)
    return Gathering(session, make, programme, event, kerstin)


def test_an_answer_says_which_way_it_came(gathering: Gathering) -> None:
    row = gathering.ask()
    assert gathering.say(row, YES, via=AnswerVia.LINK, note="  late \n train ").changed
    assert (row.partstat, row.form, row.answer_note) == (YES, ROOM, "late train")
    assert (row.answered_via, row.answered_at) == (AnswerVia.LINK, NOW)
    entry = gathering.session.scalars(select(HistoryEntry)).one()
    assert (entry.action, entry.actor_id) == ("answered", row.person_id)
    assert entry.changes["answered_via"] == [None, "link"]
    assert entry.changes["partstat"] == ["NEEDS-ACTION", "ACCEPTED"]
    version = row.version
    assert not gathering.say(row, YES, hours=1).changed
    assert (row.version, row.answered_at) == (version, NOW)
    assert len(gathering.session.scalars(select(HistoryEntry)).all()) == 1


def test_an_older_word_changes_nothing(gathering: Gathering) -> None:
    """A reply lies in the mail while its writer answers again, by page or by calendar."""
    row = gathering.ask()
    gathering.say(row, NO, hours=2)
    before = NOW + timedelta(hours=1)
    late = gathering.say(row, YES, via=AnswerVia.CALENDAR, stamp=before, hours=3)
    assert (late.outdated, row.partstat) == (True, NO)
    newer, newest = NOW + timedelta(hours=4), NOW + timedelta(hours=5)
    gathering.say(row, YES, via=AnswerVia.CALENDAR, stamp=newest, hours=8)
    assert gathering.say(row, NO, via=AnswerVia.CALENDAR, stamp=newer, hours=9).outdated
    assert row.partstat is YES
    # That it came at eight does not make what was written at six too old.
    written = NOW + timedelta(hours=6)
    assert gathering.say(row, MAYBE, via=AnswerVia.CALENDAR, stamp=written, hours=9).changed


def test_the_same_word_said_later_still_counts_as_the_newest(gathering: Gathering) -> None:
    row = gathering.ask()
    gathering.say(row, YES)
    later, between = NOW + timedelta(hours=4), NOW + timedelta(hours=2)
    assert not gathering.say(row, YES, via=AnswerVia.CALENDAR, stamp=later, hours=5).changed
    assert gathering.say(row, NO, via=AnswerVia.CALENDAR, stamp=between, hours=6).outdated
    assert row.partstat is YES


def test_a_calendar_that_is_years_ahead_does_not_have_the_last_word(gathering: Gathering) -> None:
    row = gathering.ask()
    ahead = NOW + timedelta(days=4000)
    gathering.say(row, YES, via=AnswerVia.CALENDAR, stamp=ahead)
    reply = gathering.say(row, NO, via=AnswerVia.CALENDAR, stamp=NOW, hours=1)
    assert (reply.changed, row.partstat) == (True, NO)


@pytest.mark.parametrize(
    ("values", "sentence"),
    (
        ({"status": EventStatus.CANCELLED, "cancelled_at": NOW}, "does not take place"),
        ({"ends_at": NOW}, "is over"),
    ),
)
def test_what_is_over_or_cancelled_asks_for_nothing(
    gathering: Gathering, values: dict[str, object], sentence: str
) -> None:
    row = gathering.ask()
    for name, value in values.items():
        setattr(gathering.event, name, value)
    with pytest.raises(UserError, match=sentence):
        gathering.say(row, YES)
    assert gathering.say(row, YES, via=AnswerVia.COORDINATOR).changed


def test_who_was_taken_off_meanwhile_is_not_there(gathering: Gathering) -> None:
    row = gathering.ask()
    gathering.session.delete(row)
    with pytest.raises(NotFound):
        gathering.say(row, YES)


def test_a_hybrid_yes_says_where(gathering: Gathering) -> None:
    gathering.event.form = EventForm.HYBRID
    row = gathering.ask()
    with pytest.raises(UserError) as refused:
        gathering.say(row, YES)
    assert refused.value.field == "answer"
    gathering.say(row, YES, via=AnswerVia.CALENDAR, note="x" * 400)
    assert (row.form, len(row.answer_note or "")) == (None, answers.LONGEST_NOTE)
    gathering.say(row, YES, ONLINE)
    gathering.say(row, MAYBE, via=AnswerVia.CALENDAR)
    assert row.form is ONLINE
    with pytest.raises(UserError) as refused:
        gathering.say(row, YES, ROOM, note="x" * 400)
    assert refused.value.field == "note"


def test_the_line_moves_up_by_itself_and_says_so(gathering: Gathering) -> None:
    first, second, third, fourth = (gathering.ask() for _ in range(4))
    assert [gathering.say(row, YES).place for row in (first, second)] == [None, None]
    assert gathering.say(third, YES, hours=1).place == 1
    assert gathering.say(fourth, YES, hours=2).place == 2
    assert gathering.mails("waiting") == [third.person_id, fourth.person_id]
    assert gathering.say(fourth, YES, hours=3).place == 2
    gathering.say(first, NO, hours=4)
    assert (third.entry, fourth.entry) == (Entry.INVITED, Entry.WAITING)
    assert gathering.mails("seat_free") == [third.person_id]
    ends = select(Mail.expires_at).where(Mail.kind == "seat_free")
    assert gathering.session.scalar(ends) == gathering.event.ends_at
    assert gathering.mails("waiting") == [fourth.person_id], "the older news does not go any more"
    # Back again is at the end of the line.
    assert gathering.say(first, YES, hours=5).place == 2
    gathering.say(fourth, MAYBE, hours=6)
    assert (fourth.entry, fourth.waiting_since) == (Entry.INVITED, None)
    assert gathering.mails("waiting") == [first.person_id], "no place to tell of any more"
    gathering.say(second, MAYBE, hours=7)
    assert first.entry is Entry.INVITED
    actions = gathering.session.scalars(select(HistoryEntry.action)).all()
    assert actions.count("moved_up") == 2


def test_online_there_is_always_room(gathering: Gathering) -> None:
    gathering.event.form, gathering.event.capacity = EventForm.HYBRID, 1
    first, second = gathering.ask(), gathering.ask()
    gathering.say(first, YES, ROOM)
    assert gathering.say(second, YES, ROOM).place == 1
    assert gathering.say(second, YES, ONLINE).place is None
    assert second.entry is Entry.INVITED
    assert gathering.say(second, YES, ROOM).place == 1
    gathering.say(first, YES, ONLINE)
    assert second.entry is Entry.INVITED


def test_who_waits_is_in_no_calendar_and_sees_it_on_their_pages(gathering: Gathering) -> None:
    gathering.event.capacity = 0
    row = gathering.ask()
    counter = row.person.calendar_counter
    gathering.say(row, YES)
    gathering.session.flush()
    gathering.session.refresh(row.person)
    assert row.person.calendar_counter > counter, "their feeds are written anew"
    own = mine.own_event(gathering.session, gathering.actor(row.person), gathering.event.uuid)
    assert own.waits
    assert own.join_link is None


def test_a_seat_that_a_coordinator_frees_is_given_on(gathering: Gathering) -> None:
    rows = [gathering.ask() for _ in range(5)]
    for hours, row in enumerate(rows):
        gathering.say(row, YES, hours=hours)
    common = {"session": gathering.session, "now": NOW, "event": gathering.event}
    participants.remove(actor=gathering.actor(), row=rows[0], **common)  # type: ignore[arg-type]  # as named
    assert [row.entry for row in rows[2:]] == [Entry.INVITED, Entry.WAITING, Entry.WAITING]
    gathering.edit(rows[1], partstat=NO)
    assert rows[1].answered_via is AnswerVia.COORDINATOR
    assert [row.entry for row in rows[3:]] == [Entry.INVITED, Entry.WAITING]
    assert gathering.mails("seat_free") == [rows[2].person_id, rows[3].person_id]


def test_by_hand_someone_gets_a_seat_that_is_not_there(gathering: Gathering) -> None:
    rows = [gathering.ask() for _ in range(4)]
    for hours, row in enumerate(rows):
        gathering.say(row, YES, hours=hours)
    gathering.edit(rows[3], entry=Entry.INVITED)
    assert (rows[3].entry, rows[3].waiting_since) == (Entry.INVITED, None)
    assert gathering.mails("seat_free") == [rows[3].person_id]
    gathering.say(rows[0], NO, hours=5)
    assert entries(rows[2]) == [Entry.WAITING], "two of two seats are taken"
    gathering.say(rows[1], NO, hours=6)
    assert entries(rows[2]) == [Entry.INVITED]


def test_who_is_put_into_the_line_by_hand_stays_there(gathering: Gathering) -> None:
    row, other = gathering.ask(), gathering.ask()
    gathering.say(row, YES)
    gathering.say(other, YES)
    gathering.edit(row, entry=Entry.WAITING)
    assert entries(row) == [Entry.WAITING]
    gathering.say(other, NO, hours=1)
    assert entries(row) == [Entry.INVITED]


def test_more_seats_let_the_line_in_and_fewer_take_nobodys(gathering: Gathering) -> None:
    rows = [gathering.ask() for _ in range(5)]
    for hours, row in enumerate(rows):
        gathering.say(row, YES, hours=hours)
    gathering.event.capacity = 4
    answers.follow_capacity(gathering.session, now=NOW, event=gathering.event)
    assert [row.entry for row in rows] == [Entry.INVITED] * 4 + [Entry.WAITING]
    gathering.event.capacity = 1
    assert answers.follow_capacity(gathering.session, now=NOW, event=gathering.event) == []
    assert [row.entry for row in rows[:4]] == [Entry.INVITED] * 4
    gathering.event.capacity = None
    assert answers.follow_capacity(gathering.session, now=NOW, event=gathering.event) == [rows[4]]


def test_nobody_moves_up_into_what_is_over(gathering: Gathering) -> None:
    rows = [gathering.ask() for _ in range(3)]
    for hours, row in enumerate(rows):
        gathering.say(row, YES, hours=hours)
    gathering.event.ends_at = NOW
    gathering.say(rows[0], NO, via=AnswerVia.COORDINATOR)
    assert rows[2].entry is Entry.WAITING


def test_the_last_seat_is_given_once(session: Session, database_url: str) -> None:
    """Eight people say yes at the same moment, three seats are left."""
    make = Factory(session)
    programme = make.programme()
    event = make.event(programme, form=EventForm.IN_PERSON, capacity=3)
    rows = [
        make.participation(event, make.person(programme), partstat=Partstat.NEEDS_ACTION)
        for _ in range(8)
    ]
    numbers = [row.id for row in rows]
    session.commit()
    engine = create_engine(database_url, **engine_options(database_url))
    start, failed = Barrier(len(numbers)), list[BaseException]()

    def accept(number: int) -> None:
        with Session(engine) as own:
            row = own.get_one(Participation, number)
            start.wait()
            answers.record_answer(
                own,
                now=NOW,
                participation=row,
                reply=Reply(YES),
                via=AnswerVia.LINK,
                actor=row.person,
            )
            own.commit()

    _all_at_once([lambda number=number: accept(number) for number in numbers], failed)  # type: ignore[misc]  # mypy and defaults
    engine.dispose()
    assert failed == []
    session.expire_all()
    assert {row.partstat for row in rows} == {YES}
    assert [row.entry for row in rows].count(Entry.INVITED) == 3
    waiting = [row for row in rows if row.entry is Entry.WAITING]
    places = [answers.place_in_line(session, row, event.form) for row in waiting]
    assert sorted(places, key=str) == [1, 2, 3, 4, 5]
    assert len(session.scalars(select(Mail).where(Mail.kind == "waiting")).all()) == 5


def _all_at_once(acts: list[Callable[[], None]], failed: list[BaseException]) -> None:
    def tried(act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001  told by the test
            failed.append(error)

    threads = [Thread(target=tried, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_link_of_a_mail_is_the_readers_alone(gathering: Gathering) -> None:
    row, other = gathering.ask(), gathering.ask()
    given = token("secret", "answer", row.uuid)
    found = answers.asked(gathering.session, secret="secret", uuid=row.uuid, given=given)
    assert found is not None
    assert found.row is row
    for secret, uuid, wrong in (
        ("other", row.uuid, given),
        ("secret", other.uuid, given),
        ("secret", row.uuid, "nonsense"),
    ):
        with pytest.raises(NotFound):
            answers.asked(gathering.session, secret=secret, uuid=uuid, given=wrong)
    membership = gathering.programme.memberships[-2]
    assert membership.person_id == row.person_id
    membership.status = MembershipStatus.LEFT
    gathering.session.flush()
    assert answers.asked(gathering.session, secret="secret", uuid=row.uuid, given=given) is None
