"""Who was at an event, by its days: recorded one by one, so that two who record never overwrite
each other, or for all who said yes at once.

A row without a day is about the whole event and counts for each of its days, until one of that day
says otherwise. Where there is no row, nothing is recorded.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.zones import day_in_zone
from mmp.models import Attendance, Event, HistoryEntry, Participation, Programme
from mmp.models.enums import AttendanceForm, EventForm, EventStatus, Partstat, Precision
from mmp.services import answers, desk, history
from mmp.services.permissions import Actor
from mmp.services.taking_part import TAKING_PART

KIND, EVERYBODY = "attendance", "recorded_all"
MOST_DAYS = 31


class Mark(StrEnum):
    """What is recorded of a person and a day."""

    IN_ROOM = "in_room"
    ONLINE = "online"
    ABSENT = "absent"
    NONE = "none"
    """Not recorded."""


class RecordedMeanwhile(StaleEdit):
    """Somebody else recorded something else; `mark` is what."""

    def __init__(self, mark: Mark) -> None:
        self.mark = mark
        super().__init__("Somebody else recorded this meanwhile; look again.")


@dataclass(frozen=True, slots=True)
class Attended:
    """An event that is over, in figures: people of the list, and of how many nothing is known."""

    event: Event
    in_room: int
    online: int
    absent: int
    unknown: int

    @property
    def present(self) -> int:
        return self.in_room + self.online

    @property
    def total(self) -> int:
        return self.present + self.absent + self.unknown

    @property
    def recorded(self) -> bool:
        return self.present + self.absent > 0


def days_of(event: Event) -> Sequence[date]:
    """The days of an event at its place; none where they are not fixed."""
    if event.precision is Precision.TIMED and event.starts_local and event.ends_local:
        first, last = event.starts_local.date(), event.ends_local.date()
    elif event.precision is Precision.DAYS and event.first_day and event.last_day:
        first, last = event.first_day, event.last_day
    else:
        return []
    length = min((last - first).days, MOST_DAYS - 1)
    return [first + timedelta(days=number) for number in range(length + 1)]


def marks_of(event: Event) -> Sequence[Mark]:
    """What can be recorded, by the form of the event."""
    match event.form:
        case EventForm.ONLINE:
            return (Mark.ONLINE, Mark.ABSENT)
        case EventForm.IN_PERSON:
            return (Mark.IN_ROOM, Mark.ABSENT)
        case _:
            return (Mark.IN_ROOM, Mark.ONLINE, Mark.ABSENT)


def marks(session: Session, event: Event, day: date) -> Mapping[int, Mark]:
    """What is recorded of that day, by the number of the line; one statement."""
    rows = session.scalars(
        select(Attendance)
        .join(Attendance.participation)
        .where(Participation.event_id == event.id, Attendance.agenda_item_id.is_(None))
        .options(raiseload("*"))
        .order_by(Attendance.id)
    )
    whole: dict[int, Mark] = {}
    of_day: dict[int, Mark] = {}
    for row in rows:
        if row.day is None:
            whole[row.participation_id] = _mark(row, event)
        elif row.day == day:
            of_day[row.participation_id] = _mark(row, event)
    return whole | of_day


def record(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    row: Participation,
    day: date,
    seen: Mark,
    mark: Mark,
) -> bool:
    """Record one person on one day; gives whether that changed anything.

    Raises RecordedMeanwhile where something else than `seen` is recorded by now, UserError for a
    day that is not the event's or has not come.
    """
    _check(event, day, now)
    if mark not in (*marks_of(event), Mark.NONE):
        raise UserError("This event is not held that way.")
    answers.in_turn(session, event.id)
    known = _rows(session, [row.id], day)
    there = known.get(row.id)
    old = _mark(there, event) if there else Mark.NONE
    if old is mark:
        return False
    if old is not seen:
        raise RecordedMeanwhile(old)
    _write(session, now, event, row, day, there, mark)
    session.flush()
    changes = {"attendance": [old.value, mark.value], "day": [None, day.isoformat()]}
    history.record(
        session,
        now=now,
        actor=desk.person_of(session, actor),
        programme=event.programme,
        kind="participation",
        uuid=row.uuid,
        action="recorded",
        changes=changes,
    )
    return True


def record_all(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    rows: Iterable[Participation],
    day: date,
) -> tuple[int, UUID | None]:
    """Everybody of these who said yes was there, in the way they said; what is recorded stays.

    Gives how many, and what `take_back_all` needs. Raises UserError as `record`.
    """
    _check(event, day, now)
    answers.in_turn(session, event.id)
    those = [row for row in rows if row.entry in TAKING_PART and row.partstat is Partstat.ACCEPTED]
    known = _rows(session, [row.id for row in those], day)
    made = [
        _write(session, now, event, row, day, None, _usual(event, row))
        for row in those
        if row.id not in known
    ]
    session.flush()
    if not made:
        return 0, None
    entry = history.record(
        session,
        now=now,
        actor=desk.person_of(session, actor),
        programme=event.programme,
        kind=KIND,
        uuid=event.uuid,
        action=EVERYBODY,
        changes={
            "day": [None, day.isoformat()],
            "rows": [None, [str(one.uuid) for one in made if one]],
        },
    )
    return len(made), entry.uuid


def take_back_all(
    session: Session, *, actor: Actor, now: datetime, event: Event, entry: UUID
) -> int:
    """Undo `record_all`, but for what was corrected since. Gives how many. Raises NotFound."""
    done = session.scalar(
        select(HistoryEntry).where(
            HistoryEntry.uuid == entry,
            HistoryEntry.subject_kind == KIND,
            HistoryEntry.subject_uuid == event.uuid,
            HistoryEntry.action == EVERYBODY,
        )
    )
    if done is None:
        raise NotFound("There is nothing to take back.")
    answers.in_turn(session, event.id)
    uuids = [UUID(text) for text in done.changes["rows"][1]]
    rows = session.scalars(
        select(Attendance).where(Attendance.uuid.in_(uuids), Attendance.recorded_at == done.at)
    ).all()
    for row in rows:
        session.delete(row)
    session.flush()
    history.record(
        session,
        now=now,
        actor=desk.person_of(session, actor),
        programme=event.programme,
        kind=KIND,
        uuid=event.uuid,
        action="taken_back",
        changes={"people": [len(rows), 0]},
    )
    return len(rows)


def over_the_year(session: Session, programme: Programme, *, now: datetime) -> list[Attended]:
    """What is recorded of each event that is over, earliest first; who came on one day of several
    was there. Two statements."""
    lines = session.execute(
        select(Participation.id, Participation.event_id, Event)
        .join(Event, Event.id == Participation.event_id)
        .where(
            Event.programme_id == programme.id,
            Event.pair_id.is_(None),
            Event.status == EventStatus.PUBLISHED,
            Event.ends_at <= now,
            Participation.entry.in_(TAKING_PART),
        )
        .options(raiseload("*"))
        .order_by(Event.ends_at, Event.id)
    ).all()
    events = {row.Event.id: row.Event for row in lines}
    rows = session.scalars(
        select(Attendance)
        .join(Attendance.participation)
        .where(Participation.event_id.in_(events))
        .options(raiseload("*"))
    )
    by_line: dict[int, list[Attendance]] = defaultdict(list)
    for row in rows:
        by_line[row.participation_id].append(row)
    found: dict[int, list[Mark]] = defaultdict(list)
    for line in lines:
        found[line.event_id].append(_best(by_line.get(line.id, ()), events[line.event_id]))
    return [
        Attended(
            event,
            in_room=found[number].count(Mark.IN_ROOM),
            online=found[number].count(Mark.ONLINE),
            absent=found[number].count(Mark.ABSENT),
            unknown=found[number].count(Mark.NONE),
        )
        for number, event in events.items()
    ]


def _best(rows: Iterable[Attendance], event: Event) -> Mark:
    there = {_mark(row, event) for row in rows}
    order = (Mark.IN_ROOM, Mark.ONLINE, Mark.ABSENT)
    return next((mark for mark in order if mark in there), Mark.NONE)


def _rows(session: Session, lines: Sequence[int], day: date) -> dict[int, Attendance]:
    """The row that counts for that day, by the number of the line."""
    rows = session.scalars(
        select(Attendance)
        .where(Attendance.participation_id.in_(lines), Attendance.agenda_item_id.is_(None))
        .options(joinedload(Attendance.participation))
        .execution_options(populate_existing=True)
        .order_by(Attendance.day.is_not(None), Attendance.id)
    )
    return {row.participation_id: row for row in rows if row.day in (None, day)}


def _write(
    session: Session,
    now: datetime,
    event: Event,
    row: Participation,
    day: date,
    there: Attendance | None,
    mark: Mark,
) -> Attendance | None:
    """What is about several days is not overwritten by one of them."""
    several = len(days_of(event)) > 1
    if there is not None and (there.day == day or not several):
        if mark is Mark.NONE:
            session.delete(there)
            return None
        there.present = mark is not Mark.ABSENT
        there.form, there.recorded_at = _form(mark), now
        return there
    if mark is Mark.NONE:
        raise UserError("The whole event is recorded; say instead that they were not there.")
    made = Attendance(
        participation=row,
        day=day if several else None,
        present=mark is not Mark.ABSENT,
        form=_form(mark),
        recorded_at=now,
    )
    session.add(made)
    return made


def _mark(row: Attendance, event: Event) -> Mark:
    if not row.present:
        return Mark.ABSENT
    if row.form is None:
        return Mark.ONLINE if event.form is EventForm.ONLINE else Mark.IN_ROOM
    return Mark.ONLINE if row.form is AttendanceForm.ONLINE else Mark.IN_ROOM


def _form(mark: Mark) -> AttendanceForm | None:
    return None if mark is Mark.ABSENT else AttendanceForm(mark.value)


def _usual(event: Event, row: Participation) -> Mark:
    if event.form is EventForm.ONLINE:
        return Mark.ONLINE
    online = event.form is not EventForm.IN_PERSON and row.form is AttendanceForm.ONLINE
    return Mark.ONLINE if online else Mark.IN_ROOM


def _check(event: Event, day: date, now: datetime) -> None:
    if event.status is not EventStatus.PUBLISHED:
        raise UserError("Only of events that take place is it recorded who was there.")
    if day not in days_of(event):
        raise UserError("That is not a day of this event.")
    if day > day_in_zone(now, event.zone):
        raise UserError("That day has not come yet.")
