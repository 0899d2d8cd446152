"""At the meeting: who is there, one tap for each person, and who comes without a seat.

A tap says what was seen and what is so now. Where somebody else tapped something else meanwhile
nothing is changed and both are told; taps at different people never meet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mmp.core.breakouts.costs import Costs
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.models import Person
from mmp.models.breakouts import BreakoutGroup, BreakoutSeat
from mmp.models.enums import BreakoutState, SeatState
from mmp.services.breakouts.drafts import Draft
from mmp.services.breakouts.places import Place
from mmp.services.breakouts.problems import Table, live_table
from mmp.services.breakouts.trail import note
from mmp.services.permissions import Actor

AWAY = frozenset({SeatState.LEFT, SeatState.ABSENT})
"""States of who does not sit there now."""


class TappedMeanwhile(StaleEdit):
    """Somebody else said something else of this person; `state` is what."""

    def __init__(self, state: SeatState) -> None:
        self.state = state
        super().__init__("Somebody else tapped something else meanwhile; look again.")


@dataclass(slots=True)
class Room:
    """The applied groups with everybody's seat, and who takes part without one."""

    place: Place
    seats: Sequence[BreakoutSeat]
    table: Table

    @property
    def groups(self) -> list[BreakoutGroup]:
        """Those in which somebody has a seat."""
        assert self.place.breakout is not None
        used = {seat.group_id for seat in self.seats}
        return [group for group in self.place.breakout.groups if group.id in used]

    @property
    def by_group(self) -> Mapping[int, list[BreakoutSeat]]:
        """Seats by the number of their group, people by name."""
        found: dict[int, list[BreakoutSeat]] = {group.id: [] for group in self.groups}
        for seat in self.seats:
            found[seat.group_id].append(seat)
        return found

    @property
    def unseated(self) -> list[Person]:
        """Who takes part and has no seat."""
        seated = {seat.person_id for seat in self.seats}
        return [one for one in self.table.people if one.id not in seated]

    @property
    def gone(self) -> list[BreakoutSeat]:
        """Seats of those who have said no since, or are on the list no more."""
        there = {one.id for one in self.table.people}
        return [seat for seat in self.seats if seat.person_id not in there]

    @property
    def sitting(self) -> list[BreakoutSeat]:
        """Seats of those who are there, or are still expected."""
        gone = {seat.id for seat in self.gone}
        return [one for one in self.seats if one.state not in AWAY and one.id not in gone]


def room_of(session: Session, place: Place) -> Room:
    """The groups as they were applied. Raises NotFound where none were; seven statements."""
    breakout = place.breakout
    if breakout is None or breakout.state is not BreakoutState.APPLIED:
        raise NotFound("There are no groups here yet.")
    seats = session.scalars(
        select(BreakoutSeat)
        .join(BreakoutSeat.person)
        .where(BreakoutSeat.breakout_id == breakout.id)
        .options(joinedload(BreakoutSeat.person), joinedload(BreakoutSeat.group))
        .order_by(Person.search, Person.id)
        .execution_options(populate_existing=True)
    ).all()
    seated = Draft(
        {str(seat.person.uuid): seat.group.position for seat in seats},
        frozenset(str(seat.person.uuid) for seat in seats if seat.locked),
    )
    return Room(place, seats, live_table(session, place, seated))


def tap(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    place: Place,
    seat: UUID,
    seen: SeatState,
    state: SeatState,
) -> bool:
    """Say of one person whether they came; gives whether that changed anything. `place` was read
    with `hold`. Raises TappedMeanwhile where it is not as `seen` any more, NotFound."""
    row = _seat(session, place, seat)
    if row.state is state:
        return False
    if row.state is not seen:
        raise TappedMeanwhile(row.state)
    old, row.state, row.changed_at = row.state, state, now
    session.flush()
    _note(session, actor, now, place, "tapped", row, [old.value, state.value])
    return True


def arrive(
    session: Session, *, actor: Actor, now: datetime, place: Place, person: UUID
) -> BreakoutSeat:
    """Seat somebody who takes part and has no seat, as come late: where the fewest rules break,
    then in the smallest group, then with the fewest they know. `place` was read with `hold`.

    Who has a seat by now keeps it. Raises NotFound for who does not take part.
    """
    room = room_of(session, place)
    there = next((one for one in room.seats if one.person.uuid == person), None)
    if there is not None:
        return there
    newcomer = next((one for one in room.table.people if one.uuid == person), None)
    if newcomer is None:
        raise NotFound("There is no such person on the list.")
    if not room.groups:
        raise UserError("Nobody has a seat yet: apply groups first.")
    group = _best(room, newcomer)
    row = BreakoutSeat(
        breakout_id=group.breakout_id,
        group=group,
        person=newcomer,
        state=SeatState.LATE,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    _note(session, actor, now, place, "seated", row, [None, SeatState.LATE.value])
    return row


def _best(room: Room, newcomer: Person) -> BreakoutGroup:
    sitting = room.by_group
    here = {seat.id for seat in room.sitting}
    size = {number: sum(seat.id in here for seat in seats) for number, seats in sitting.items()}
    problem = room.table.problem
    if problem is None:
        return min(room.groups, key=lambda group: (size[group.id], group.position))
    number = room.table.number
    groups = tuple(
        tuple(
            number[str(seat.person.uuid)]
            for seat in room.seats
            if seat.id in here and seat.group.position == at
        )
        for at in range(problem.groups)
    )
    costs, one = Costs(problem, groups), number[str(newcomer.uuid)]

    def key(group: BreakoutGroup) -> tuple[int, ...]:
        cost = costs.of_move(one, group.position)
        return (cost.hard, size[group.id], cost.repeats, cost.mix, group.position)

    return min(room.groups, key=key)


def _seat(session: Session, place: Place, uuid: UUID) -> BreakoutSeat:
    number = place.breakout.id if place.breakout else None
    row = session.scalar(
        select(BreakoutSeat)
        .where(BreakoutSeat.uuid == uuid, BreakoutSeat.breakout_id == number)
        .options(joinedload(BreakoutSeat.person), joinedload(BreakoutSeat.group))
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("There is no such seat.")
    return row


def _note(
    session: Session,
    actor: Actor,
    now: datetime,
    place: Place,
    action: str,
    row: BreakoutSeat,
    state: list[str | None],
) -> None:
    changes = {
        "person": [None, str(row.person.uuid)],
        "group": [None, row.group.position + 1],
        "state": state,
    }
    note(session, actor=actor, now=now, place=place, action=action, changes=changes)
