"""Groups made right again while people are in the room, or on the eve: who would have to get up.

A proposal belongs to the seats it was made from, by their fingerprint. It is applied only if they
are still so; else there is another one to look at. The search is the same every time, so nothing
of it has to be kept.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from mmp.core.breakouts.measures import cannot_follow
from mmp.core.breakouts.problem import Groups, Problem
from mmp.core.breakouts.repair import repair
from mmp.core.errors import StaleEdit, UserError
from mmp.models import Person
from mmp.models.breakouts import BreakoutGroup, BreakoutSeat
from mmp.models.enums import SeatState
from mmp.services.breakouts import drafts
from mmp.services.breakouts.meeting import Room, room_of
from mmp.services.breakouts.places import Place
from mmp.services.breakouts.trail import note
from mmp.services.permissions import Actor


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody gets up. `why`: `language` (nobody in the new group, or not everybody, can follow
    without them), `few` (the new group has `have` people left, the old one `had`), `place` (they
    make place for somebody), `rules` (a rule asks for it)."""

    seat: BreakoutSeat
    before: BreakoutGroup
    after: BreakoutGroup
    why: str
    have: int
    had: int

    @property
    def person(self) -> Person:
        return self.seat.person


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be done, and to which seats."""

    steps: tuple[Step, ...]
    leave: tuple[BreakoutSeat, ...]
    """Seats of those who said no since: they are taken away."""
    fingerprint: str


def fingerprint(room: Room) -> str:
    """Equal as long as nobody came, went or was moved."""
    there = {one.id for one in room.table.people}
    rows = sorted(
        f"{seat.uuid} {seat.group.uuid} {seat.state} {seat.person_id in there}"
        for seat in room.seats
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]


def propose(room: Room) -> Proposal | None:
    """The fewest moves that make the groups right; None while nobody is missing or came late, or
    where too few are there for so many groups."""
    steps, leave = _steps(room), tuple(room.gone)
    return Proposal(steps, leave, fingerprint(room)) if steps or leave else None


def _steps(room: Room) -> tuple[Step, ...]:
    problem = room.table.problem
    disturbed = len(room.sitting) < len(room.seats) or any(
        seat.state is SeatState.LATE for seat in room.seats
    )
    if problem is None or not disturbed:
        return ()
    number = room.table.number
    seats = {number[str(seat.person.uuid)]: seat for seat in room.sitting}
    groups = tuple(
        tuple(one for one, seat in seats.items() if seat.group.position == at)
        for at in range(problem.groups)
    )
    try:
        live = replace(
            problem,
            present=(tuple(sorted(seats)),),
            pinned=tuple(pin for pin in problem.pinned if pin[1] in seats and _sits(pin, seats)),
            sizes=(),
        )
    except UserError:
        return ()
    found = repair(live, groups)
    by_position = {group.position: group for group in room.groups}
    return tuple(
        Step(
            seats[moved.person],
            by_position[moved.before],
            by_position[moved.after],
            _why(live, groups, found.groups, moved.before, moved.after),
            have=len(groups[moved.after]),
            had=len(groups[moved.before]),
        )
        for moved in found.moved
        if moved.before in by_position and moved.after in by_position
    )


def apply_repair(
    session: Session, *, actor: Actor, now: datetime, place: Place, seen: str
) -> Proposal:
    """Do what was proposed for the seats with this fingerprint; `place` was read with `hold`.

    The draft follows for whom it had where they sat, so that applying it again does not take them
    back. Raises StaleEdit where somebody came, went or was moved meanwhile.
    """
    room = room_of(session, place)
    proposal = propose(room)
    if proposal is None or proposal.fingerprint != seen:
        raise StaleEdit("Somebody came, went or was moved meanwhile: look at what follows now.")
    breakout = place.breakout
    assert breakout is not None  # it has a room
    draft = drafts.draft_of(breakout)
    at = dict(draft.place)
    for step in proposal.steps:
        who = str(step.person.uuid)
        if at.get(who) == step.before.position:
            at[who] = step.after.position
        step.seat.group, step.seat.changed_at = step.after, now
    for seat in proposal.leave:
        at.pop(str(seat.person.uuid), None)
        session.delete(seat)
    followed = drafts.Draft(at, draft.locked & at.keys())
    drafts.put(breakout, followed, now=now, did={"code": "repaired"})
    session.flush()
    note(
        session,
        actor=actor,
        now=now,
        place=place,
        action="repaired",
        changes={
            "moved": [None, [str(step.person.uuid) for step in proposal.steps]],
            "left": [None, [str(seat.person.uuid) for seat in proposal.leave]],
        },
    )
    return proposal


def _sits(pin: tuple[int, int, int], seats: dict[int, BreakoutSeat]) -> bool:
    """Whether somebody who is pinned sits there: a repair moves nobody back to a pin."""
    return seats[pin[1]].group.position == pin[2]


def _why(problem: Problem, before: Groups, after: Groups, old: int, new: int) -> str:
    if problem.languages and (
        _lost(problem, before, old) > _lost(problem, after, old)
        or _lost(problem, before, new) > _lost(problem, after, new)
    ):
        return "language"
    if len(before[new]) < len(before[old]):
        return "few"
    return "rules" if _broken(problem, before) else "place"


def _lost(problem: Problem, groups: Groups, at: int) -> int:
    return cannot_follow(problem, groups[at], at) if groups[at] else 0


def _broken(problem: Problem, groups: Groups) -> bool:
    return any(_pairs_broken(problem, groups))


def _pairs_broken(problem: Problem, groups: Groups) -> Iterator[bool]:
    place = {one: at for at, group in enumerate(groups) for one in group}
    for one, other in problem.apart:
        yield one in place and place[one] == place.get(other)
    for one, other in problem.together:
        yield one in place and other in place and place[one] != place[other]
