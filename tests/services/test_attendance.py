"""Who was there: by days, by two at once, by all who said yes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.when import When
from mmp.models import Attendance, Event, Participation
from mmp.models.enums import AttendanceForm, EventForm, MembershipRole, Partstat
from mmp.services import attendance as service
from mmp.services.attendance import Mark, RecordedMeanwhile
from mmp.services.balance import coming, members
from mmp.services.permissions import Actor
from tests.services.test_pair_board import actor_for
from tests.support.factories import Factory

NOW = datetime(2026, 6, 19, 8, 0, tzinfo=UTC)
FIRST, SECOND = date(2026, 6, 18), date(2026, 6, 19)


@dataclass(slots=True)
class Meeting:
    session: Session
    make: Factory
    actor: Actor
    event: Event
    rows: list[Participation]

    def record(
        self, mark: Mark, *, seen: Mark = Mark.NONE, day: date = FIRST, line: int = 0
    ) -> bool:
        return service.record(
            self.session,
            actor=self.actor,
            now=NOW,
            event=self.event,
            row=self.rows[line],
            day=day,
            seen=seen,
            mark=mark,
        )

    def marks(self, day: date = FIRST) -> list[Mark]:
        known = service.marks(self.session, self.event, day)
        return [known.get(row.id, Mark.NONE) for row in self.rows]


@pytest.fixture
def meeting(session: Session) -> Meeting:
    make = Factory(session)
    programme = make.programme()
    actor = actor_for(session, make.person(programme, MembershipRole.COORDINATOR))
    event = make.event(
        programme, When.days(FIRST, SECOND, "Europe/Stockholm"), form=EventForm.HYBRID
    )
    rows = [
        make.participation(event, make.person(programme), form=AttendanceForm.ONLINE),
        make.participation(event, make.person(programme)),
        make.participation(event, make.person(programme), partstat=Partstat.DECLINED),
    ]
    session.commit()
    return Meeting(session, make, actor, event, rows)


def test_days_are_recorded_by_themselves(meeting: Meeting) -> None:
    assert meeting.record(Mark.IN_ROOM)
    assert not meeting.record(Mark.IN_ROOM)
    assert meeting.record(Mark.ABSENT, day=SECOND)
    assert (meeting.marks()[0], meeting.marks(SECOND)[0]) == (Mark.IN_ROOM, Mark.ABSENT)
    assert meeting.record(Mark.NONE, seen=Mark.IN_ROOM)
    assert meeting.marks()[0] is Mark.NONE


def test_nobody_overwrites_another(meeting: Meeting) -> None:
    meeting.record(Mark.ONLINE)
    with pytest.raises(RecordedMeanwhile) as caught:
        meeting.record(Mark.ABSENT)
    assert caught.value.mark is Mark.ONLINE
    assert meeting.record(Mark.ABSENT, seen=Mark.ONLINE)
    assert meeting.record(Mark.IN_ROOM, line=1)
    assert meeting.marks() == [Mark.ABSENT, Mark.IN_ROOM, Mark.NONE]


def test_everyone_who_said_yes(meeting: Meeting) -> None:
    meeting.record(Mark.ABSENT, line=1)

    def everybody() -> tuple[int, object]:
        return service.record_all(
            meeting.session,
            actor=meeting.actor,
            now=NOW,
            event=meeting.event,
            rows=meeting.rows,
            day=FIRST,
        )

    number, entry = everybody()
    assert number == 1
    assert everybody() == (0, None)
    assert meeting.marks() == [Mark.ONLINE, Mark.ABSENT, Mark.NONE]
    (attended,) = service.over_the_year(
        meeting.session, meeting.event.programme, now=datetime(2026, 6, 21, tzinfo=UTC)
    )
    assert (attended.online, attended.absent, attended.unknown) == (1, 1, 1)
    for _twice in range(2):
        service.take_back_all(
            meeting.session,
            actor=meeting.actor,
            now=NOW,
            event=meeting.event,
            entry=entry,  # type: ignore[arg-type]  # there is one
        )
    assert meeting.marks() == [Mark.NONE, Mark.ABSENT, Mark.NONE]


def test_what_a_file_says_of_the_whole_event_counts_for_each_day(meeting: Meeting) -> None:
    whole = Attendance(participation=meeting.rows[0], form=AttendanceForm.IN_ROOM, recorded_at=NOW)
    meeting.session.add(whole)
    meeting.session.flush()
    assert meeting.marks(SECOND)[0] is Mark.IN_ROOM
    meeting.record(Mark.ABSENT, seen=Mark.IN_ROOM, day=SECOND)
    assert (meeting.marks()[0], meeting.marks(SECOND)[0]) == (Mark.IN_ROOM, Mark.ABSENT)
    assert len(meeting.session.scalars(select(Attendance)).all()) == 2


def test_what_cannot_be_is_said(meeting: Meeting) -> None:
    later = meeting.make.event(
        meeting.event.programme, When.days(date(2026, 7, 1), date(2026, 7, 1), "UTC")
    )
    with pytest.raises(UserError, match="not a day"):
        meeting.record(Mark.ABSENT, day=date(2026, 1, 1))
    meeting.event = later
    meeting.rows = [meeting.make.participation(later, meeting.rows[0].person)]
    with pytest.raises(UserError, match="not come"):
        meeting.record(Mark.ABSENT, day=date(2026, 7, 1))


def test_balance_counts_who_comes_and_whom_one_may_see(meeting: Meeting) -> None:
    programme = meeting.event.programme
    assert [row.id for row in coming(meeting.rows)] == [row.person.id for row in meeting.rows[:2]]
    hidden = meeting.rows[0].person
    hidden.discreet = True
    assistant = actor_for(meeting.session, meeting.make.person(programme, MembershipRole.ASSISTANT))
    assert hidden in members(meeting.session, meeting.actor, programme, FIRST)
    assert hidden not in members(meeting.session, assistant, programme, FIRST)
