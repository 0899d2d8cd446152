"""A draft becomes the groups: what was applied before stays until that moment."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mmp.core.errors import StaleEdit, UserError
from mmp.models import Person
from mmp.models.breakouts import BreakoutGroup, BreakoutSeat
from mmp.models.enums import BreakoutState
from mmp.services.breakouts.drafts import draft_of
from mmp.services.breakouts.places import Place
from mmp.services.breakouts.settings import settings_of
from mmp.services.breakouts.trail import note
from mmp.services.breakouts.who import people_taking_part
from mmp.services.permissions import Actor


def apply(
    session: Session, *, actor: Actor, now: datetime, place: Place, version: int
) -> list[BreakoutGroup]:
    """Let the draft be the groups of the agenda item. Whoever stays in their group keeps their
    seat, with what is known of them there; `place` was read with `hold`.

    Who is in no group of the draft gets no seat. Raises UserError where a group would be empty,
    StaleEdit.
    """
    breakout = place.breakout
    if breakout is None or not breakout.draft.get("groups"):
        raise UserError("There are no groups to apply yet: make a proposal first.")
    if breakout.version != version:
        raise StaleEdit("Someone else changed the groups while you looked at them.")
    people = {str(one.uuid): one for one in people_taking_part(session, place.event)}
    count = settings_of(breakout).groups
    draft = draft_of(breakout).within(people, count)
    groups = draft.groups(count)
    for number, members in enumerate(groups, start=1):
        if not members:
            raise UserError(
                "Group %(number)s is empty: move somebody there, or make fewer groups.",
                number=number,
            )
    rows = session.scalars(
        select(BreakoutGroup)
        .where(BreakoutGroup.breakout_id == breakout.id)
        .options(selectinload(BreakoutGroup.seats))
        .order_by(BreakoutGroup.position)
    ).all()
    moved = _seat(session, now, rows, groups, people, draft.locked)
    for row in rows:
        if row.position >= count and not (row.points or row.recommendation):
            breakout.groups.remove(row)
    breakout.state, breakout.applied_at, breakout.changed_at = BreakoutState.APPLIED, now, now
    session.flush()
    note(
        session,
        actor=actor,
        now=now,
        place=place,
        action="applied",
        changes={"seats": [None, len(draft.place)], "moved": [None, moved]},
    )
    return [row for row in rows if row.position < count]


def _seat(
    session: Session,
    now: datetime,
    rows: Sequence[BreakoutGroup],
    groups: tuple[tuple[str, ...], ...],
    people: dict[str, Person],
    locked: frozenset[str],
) -> int:
    """Seats follow the groups; gives how many came, went or changed places."""
    seats = {seat.person_id: seat for row in rows for seat in row.seats}
    wanted = {people[one].id: (at, one) for at, group in enumerate(groups) for one in group}
    moved = 0
    for number, seat in seats.items():
        if number not in wanted:
            seat.group.seats.remove(seat)
            moved += 1
    for number, (at, one) in wanted.items():
        there = seats.get(number)
        if there is None:
            session.add(
                BreakoutSeat(
                    breakout_id=rows[at].breakout_id,
                    group=rows[at],
                    person=people[one],
                    locked=one in locked,
                    changed_at=now,
                )
            )
            moved += 1
            continue
        if there.group_id != rows[at].id:
            there.group, there.changed_at = rows[at], now
            moved += 1
        there.locked = one in locked
    return moved
