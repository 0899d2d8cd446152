"""Who has met whom in break-out groups so far, for the next groups and for the page of the year.

What counts is what happened, of each person by the best witness there is:

1. a tap at the meeting: arrived, late and left were there, absent was not;
2. else the attendance recorded of the agenda item, the day or the event, the nearest first;
3. else, where others of these groups were tapped as arrived or others of the event are recorded,
   nobody saw them: not there;
4. else nothing at all is known, and the groups as they were applied count.

Groups of cancelled items or events never met.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.core.breakouts.problem import pairs_of
from mmp.models import AgendaItem, Attendance, Event, Participation, Programme
from mmp.models.breakouts import Breakout, BreakoutGroup, BreakoutSeat
from mmp.models.enums import BreakoutState, EventStatus, SeatState

Two = tuple[int, int]
"""Numbers of two people, the lower first."""

HERE = frozenset({SeatState.ARRIVED, SeatState.LATE, SeatState.LEFT})
"""States of a seat that show its person was in the room."""


@dataclass(frozen=True, slots=True)
class Met:
    """Groups that met: of one agenda item, who was in each."""

    breakout: Breakout
    groups: tuple[tuple[int, ...], ...]
    """The numbers of the people of each group, in the order of the groups."""

    @property
    def item(self) -> AgendaItem:
        return self.breakout.agenda_item


def rounds_before(
    session: Session, programme: Programme, *, before: datetime, but: Breakout | None = None
) -> list[Met]:
    """All groups of a programme that met before that moment, earliest first, with their events.

    Three statements. `but` is left out: the break-out that is being planned.
    """
    begins = func.coalesce(AgendaItem.starts_at, Event.starts_at, Event.ends_at)
    found = session.scalars(
        select(Breakout)
        .join(Breakout.agenda_item)
        .join(AgendaItem.event)
        .where(
            Event.programme_id == programme.id,
            Event.status == EventStatus.PUBLISHED,
            AgendaItem.status == EventStatus.PUBLISHED,
            Breakout.state == BreakoutState.APPLIED,
            begins < before,
            *([Breakout.id != but.id] if but else []),
        )
        .options(
            joinedload(Breakout.agenda_item).joinedload(AgendaItem.event),
            selectinload(Breakout.groups).selectinload(BreakoutGroup.seats),
        )
        .order_by(begins, AgendaItem.id)
    ).all()
    known = _attended(session, found)
    return [_met(one, known[one.agenda_item.event_id]) for one in found]


def met_before(
    session: Session, programme: Programme, *, before: datetime, but: Breakout | None = None
) -> Mapping[Two, int]:
    """How often each two people sat in one group before that moment; who never did is not named."""
    return counts(rounds_before(session, programme, before=before, but=but))


def counts(rounds: Iterable[Met]) -> Mapping[Two, int]:
    """How often each two people sat in one group."""
    return Counter(two for one in rounds for two in pairs_of(one.groups))


def day_of(item: AgendaItem) -> date | None:
    """The day of an agenda item at its place, if it is known."""
    if item.starts_local is not None:
        return item.starts_local.date()
    event = item.event
    return event.starts_local.date() if event.starts_local else event.first_day


@dataclass(frozen=True, slots=True)
class _Row:
    item_id: int | None
    day: date | None
    present: bool


def _attended(
    session: Session, breakouts: Sequence[Breakout]
) -> Mapping[int, Mapping[int, list[_Row]]]:
    """What is recorded, by the numbers of event and person; one statement."""
    events = {one.agenda_item.event_id for one in breakouts}
    found: dict[int, dict[int, list[_Row]]] = defaultdict(lambda: defaultdict(list))
    if not events:
        return found
    items = {one.agenda_item_id for one in breakouts}
    rows = session.execute(
        select(
            Participation.event_id,
            Participation.person_id,
            *(Attendance.agenda_item_id, Attendance.day, Attendance.present),
        )
        .join(Attendance.participation)
        .where(
            Participation.event_id.in_(events),
            or_(Attendance.agenda_item_id.is_(None), Attendance.agenda_item_id.in_(items)),
        )
        .order_by(Attendance.id)
    )
    for event, person, item, day, present in rows:
        found[event][person].append(_Row(item, day, present))
    return found


def _met(breakout: Breakout, recorded: Mapping[int, list[_Row]]) -> Met:
    item = breakout.agenda_item
    day = day_of(item)
    that = {
        person: [row for row in rows if _concerns(row, item, day)]
        for person, rows in recorded.items()
    }
    seats = [seat for group in breakout.groups for seat in group.seats]
    looked = any(that.values()) or any(seat.state is SeatState.ARRIVED for seat in seats)
    return Met(
        breakout,
        tuple(
            tuple(
                seat.person_id
                for seat in group.seats
                if _was_there(seat, that.get(seat.person_id, ()), item, looked=looked)
            )
            for group in breakout.groups
        ),
    )


def _concerns(row: _Row, item: AgendaItem, day: date | None) -> bool:
    if row.item_id is not None:
        return row.item_id == item.id
    return row.day is None or row.day == day


def _was_there(seat: BreakoutSeat, rows: Sequence[_Row], item: AgendaItem, *, looked: bool) -> bool:
    if seat.state is not SeatState.PLANNED:
        return seat.state in HERE
    if rows:
        nearest = max(rows, key=lambda row: (row.item_id == item.id, row.day is not None))
        return nearest.present
    return not looked
