"""Who has met whom: what happened counts, by the best witness there is."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from mmp.models import AgendaItem, Attendance, Breakout, Event, Person
from mmp.models.enums import AgendaKind, BreakoutState, EventStatus, SeatState
from mmp.services.breakouts.met import met_before, rounds_before
from tests.support.factories import MADE_AT, Factory, timed

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)


@dataclass(slots=True)
class Meeting:
    session: Session
    make: Factory
    event: Event
    item: AgendaItem
    people: list[Person]
    breakout: Breakout

    def met(self, before: datetime = NOW) -> set[str]:
        """Who met, as letters: "ab" sat together."""
        self.session.flush()
        self.session.expire_all()
        letters = {one.id: "abcde"[number] for number, one in enumerate(self.people)}
        found = met_before(self.session, self.event.programme, before=before)
        return {"".join(letters[one] for one in two) for two in found}

    def tap(self, person: int, state: SeatState) -> None:
        seats = [seat for group in self.breakout.groups for seat in group.seats]
        next(one for one in seats if one.person is self.people[person]).state = state

    def record(self, person: int, present: bool, item: AgendaItem | None = None) -> None:
        row = next(one for one in self.event.participations if one.person is self.people[person])
        self.session.add(
            Attendance(
                participation=row, present=present, agenda_item=item, day=None, recorded_at=NOW
            )
        )


@pytest.fixture
def meeting(session: Session) -> Meeting:
    make = Factory(session)
    programme = make.programme()
    event = make.event(programme, timed(datetime(2026, 6, 18, 14)))
    item = make.item(event, datetime(2026, 6, 18, 15), kind=AgendaKind.BREAK_OUT)
    people = [make.person(programme) for _ in range(5)]
    for one in people:
        make.participation(event, one)
    breakout = make.breakout(item, people[:3], people[3:])
    return Meeting(session, make, event, item, people, breakout)


def test_where_nothing_is_known_the_applied_groups_count(meeting: Meeting) -> None:
    assert meeting.met() == {"ab", "ac", "bc", "de"}


def test_a_tap_counts_most(meeting: Meeting) -> None:
    meeting.tap(0, SeatState.ABSENT)
    assert meeting.met() == {"bc", "de"}, "absences alone say nothing of the others"
    meeting.tap(1, SeatState.ARRIVED)
    meeting.tap(2, SeatState.LATE)
    meeting.tap(3, SeatState.LEFT)
    assert meeting.met() == {"bc"}, "e was not seen where arrivals were tapped"


def test_attendance_of_the_event_rules_where_nobody_tapped(meeting: Meeting) -> None:
    meeting.record(0, present=True)
    meeting.record(1, present=True)
    meeting.record(2, present=False)
    assert meeting.met() == {"ab"}
    meeting.record(2, present=True, item=meeting.item)
    assert meeting.met() == {"ab", "ac", "bc"}, "the item is nearer than the event"
    meeting.tap(0, SeatState.ABSENT)
    assert meeting.met() == {"bc"}


def test_what_did_not_take_place_or_comes_later_is_no_meeting(meeting: Meeting) -> None:
    assert not meeting.met(before=datetime(2026, 6, 18, 13, 0, tzinfo=UTC)), "15:00 in Stockholm"
    meeting.breakout.state = BreakoutState.DRAFT
    assert not meeting.met()
    meeting.breakout.state = BreakoutState.APPLIED
    meeting.event.status, meeting.event.cancelled_at = EventStatus.CANCELLED, MADE_AT
    assert not meeting.met()


def test_every_meeting_counts_and_that_being_planned_does_not(meeting: Meeting) -> None:
    later = meeting.make.item(meeting.event, datetime(2026, 6, 18, 15, 30))
    again = meeting.make.breakout(later, meeting.people[:2])
    programme = meeting.event.programme
    two = (meeting.people[0].id, meeting.people[1].id)
    assert met_before(meeting.session, programme, before=NOW)[two] == 2
    assert met_before(meeting.session, programme, before=NOW, but=again)[two] == 1
    assert [one.item.id for one in rounds_before(meeting.session, programme, before=NOW)] == [
        meeting.item.id,
        later.id,
    ]
