"""Somebody leaves a programme: what follows is told beforehand and can be taken back.

They keep their row and their past. What lies ahead goes: their parts, the pairs that cannot go on
without them, their place on lists. Invitations and reminders follow by themselves when the
transaction commits.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.core.errors import UserError
from mmp.core.mail import Reason
from mmp.core.zones import day_in_zone
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Delivery,
    Event,
    Membership,
    Pair,
    PairMember,
    Participation,
    Person,
    Programme,
)
from mmp.models.enums import DeliveryState, EventStatus, MembershipStatus
from mmp.services import outbox, participants
from mmp.services.desk import removals
from mmp.services.pair_board import By, end_pair, held_elsewhere, in_turn, pairing_in_turn
from mmp.services.people.editing import Done, note, refuse_last_coordinator
from mmp.services.permissions import Actor

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Follows:
    """What follows for one person. `stays` are coming events in whose agenda they still stand."""

    person: Person
    roles: Sequence[Membership] = ()
    pairs: Sequence[Pair] = ()
    listed: Sequence[Participation] = ()
    stays: Sequence[Event] = ()
    reminders: int = 0


def what_follows(
    session: Session, *, now: datetime, programme: Programme, people: Sequence[Person]
) -> list[Follows]:
    """What would go if these people left; nothing is written. Five statements for every five
    hundred people."""
    found: list[Follows] = []
    for start in range(0, len(people), 500):
        found += _follows(session, now, programme, people[start : start + 500])
    return found


def leave(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    people: Sequence[Person],
    on: date | None = None,
    reason: str = "",
    usual_reason: str = "Left the programme",
) -> Done:
    """Let these people go on a day that is not ahead (the programme's today, if none is said).
    A pair that ends calls off the talks it agreed on.

    Who left already stays as they are. Raises UserError (fields `on`, `reason`) for nonsense, and
    where nobody would be left to coordinate.
    """
    day = _checked(programme, now, on, reason)
    refuse_last_coordinator(session, programme, people)
    left, mark = Done(), str(uuid4())
    by, why = By(actor=actor, now=now), reason.strip() or usual_reason
    for one in what_follows(session, now=now, programme=programme, people=people):
        parts = [row for row in one.roles if row.status is not MembershipStatus.LEFT]
        if not (parts or one.pairs or one.listed):
            continue
        changes: dict[str, Any] = {
            "left_on": [None, day.isoformat()],
            "reason": [None, reason.strip() or None],
            "parts": [{row.role: state_of(row) for row in parts}, None],
            "pairs": [_end_pairs(session, by, one, day, why), None],
            "lists": [_take_off(session, actor, now, one), None],
            "together": [mark, None],
        }
        for row in parts:
            row.status = MembershipStatus.LEFT
            row.ends_on = max(day, row.starts_on) if row.starts_on else day
        outbox.cancel_all(
            session,
            now=now,
            reason=Reason.PERSON_LEFT,
            person=one.person,
            optional_of=programme,
        )
        left.add(one.person, note(session, actor, now, programme, one.person, "left", changes))
    session.flush()
    return left


def come_back(
    session: Session, *, actor: Actor, now: datetime, programme: Programme, person: Person
) -> UUID | None:
    """Take somebody in again in the parts they had; pairs and lists stay as they are. Gives how to
    undo it, None for who never left."""
    rows = session.scalars(
        select(Membership).where(
            Membership.programme_id == programme.id,
            Membership.person_id == person.id,
            Membership.status != MembershipStatus.ACTIVE,
        )
    ).all()
    if not rows:
        return None
    was = {row.role: state_of(row) for row in rows}
    for row in rows:
        row.status, row.ends_on = MembershipStatus.ACTIVE, None
    session.flush()
    return note(session, actor, now, programme, person, "returned", {"parts": [was, None]})


def put_back(
    session: Session, *, actor: Actor, now: datetime, programme: Programme, person: Person, was: Any
) -> None:
    """Undo `leave` for one person with what its history entry kept: parts, pairs, lists."""
    put_parts_back(session, programme, person, was.get("parts", [{}])[0] or {})
    _pairs_go_on(session, now, programme, person, was.get("pairs", [[]])[0] or ())
    for removed in was.get("lists", [[]])[0] or ():
        event = session.scalar(select(Event).where(Event.uuid == UUID(removed["event"])))
        if event is None:
            continue
        entry = UUID(removed["removed"])
        if removals(session, of=event, kind="participation", uuid=entry):
            participants.restore(session, actor=actor, now=now, event=event, removed=entry)
    session.flush()


def put_parts_back(
    session: Session, programme: Programme, person: Person, kept: Mapping[str, Any]
) -> None:
    """Bring parts back to what `state_of` said of them."""
    rows = session.scalars(
        select(Membership).where(
            Membership.programme_id == programme.id, Membership.person_id == person.id
        )
    )
    for row in rows:
        if row.role in kept:
            state = kept[row.role]
            row.status = MembershipStatus(state["status"])
            row.ends_on = date.fromisoformat(state["ends_on"]) if state["ends_on"] else None


def state_of(row: Membership) -> dict[str, Any]:
    """A part as the history keeps it."""
    return {
        "status": row.status.value,
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
    }


def _checked(programme: Programme, now: datetime, on: date | None, reason: str) -> date:
    today = day_in_zone(now, programme.zone)
    if on is not None and on > today:
        raise UserError(
            "Choose today or a day before it; nobody leaves ahead of their time.", field="on"
        )
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise UserError("Use at most %(most)d letters.", field="reason", most=LONGEST_REASON)
    return on or today


def _follows(
    session: Session, now: datetime, programme: Programme, people: Sequence[Person]
) -> list[Follows]:
    numbers = [person.id for person in people]
    roles: dict[int, list[Membership]] = defaultdict(list)
    for part in session.scalars(
        select(Membership)
        .where(Membership.programme_id == programme.id, Membership.person_id.in_(numbers))
        .order_by(Membership.id)
    ):
        roles[part.person_id].append(part)
    pairs = _pairs(session, now, programme, numbers)
    listed: dict[int, list[Participation]] = defaultdict(list)
    for row in session.scalars(
        select(Participation)
        .join(Participation.event)
        .where(Participation.person_id.in_(numbers), *_coming(programme, now))
        .options(
            joinedload(Participation.event).joinedload(Event.programme),
            joinedload(Participation.person),
            joinedload(Participation.delegation),
            selectinload(Participation.attendances),
        )
        .order_by(Event.ends_at, Event.id)
    ):
        if not row.attendances:
            listed[row.person_id].append(row)
    stays = _in_agendas(session, now, programme, numbers)
    planned = {
        row.person_id: row.lines
        for row in session.execute(
            select(Delivery.person_id, func.count().label("lines"))
            .join(Event, Event.id == Delivery.event_id)
            .where(
                Event.programme_id == programme.id,
                Delivery.person_id.in_(numbers),
                Delivery.state.in_((DeliveryState.PLANNED, DeliveryState.HELD)),
            )
            .group_by(Delivery.person_id)
        )
    }
    return [
        Follows(
            person,
            roles.get(person.id, ()),
            pairs.get(person.id, ()),
            listed.get(person.id, ()),
            stays.get(person.id, ()),
            planned.get(person.id, 0),
        )
        for person in people
    ]


def _coming(programme: Programme, now: datetime) -> tuple[Any, ...]:
    return (
        Event.programme_id == programme.id,
        Event.pair_id.is_(None),
        Event.ends_at > now,
        Event.status != EventStatus.CANCELLED,
    )


def _pairs(
    session: Session, now: datetime, programme: Programme, numbers: Sequence[int]
) -> Mapping[int, list[Pair]]:
    """The pairs of today in which these people are."""
    today = day_in_zone(now, programme.zone)
    found: dict[int, list[Pair]] = defaultdict(list)
    mine = select(PairMember.pair_id).where(PairMember.person_id.in_(numbers))
    rows = session.scalars(
        select(Pair)
        .where(
            Pair.programme_id == programme.id,
            Pair.id.in_(mine),
            or_(Pair.ends_on.is_(None), Pair.ends_on > today),
        )
        .options(selectinload(Pair.members).joinedload(PairMember.person))
        .order_by(Pair.id)
    )
    for pair in rows:
        for member in pair.members:
            if member.person_id in numbers and _goes_on(member, today):
                found[member.person_id].append(pair)
    return found


def _goes_on(member: PairMember, today: date) -> bool:
    return member.ends_on is None or member.ends_on > today


def _in_agendas(
    session: Session, now: datetime, programme: Programme, numbers: Sequence[int]
) -> Mapping[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    rows = session.execute(
        select(AgendaRole.person_id, Event)
        .join(AgendaItem, AgendaItem.id == AgendaRole.agenda_item_id)
        .join(Event, Event.id == AgendaItem.event_id)
        .where(AgendaRole.person_id.in_(numbers), *_coming(programme, now))
        .order_by(Event.ends_at, Event.id)
    )
    for number, event in rows:
        if number is not None and event not in found[number]:
            found[number].append(event)
    return found


def _end_pairs(
    session: Session, by: By, one: Follows, day: date, reason: str
) -> list[dict[str, Any]]:
    """End their part in each pair, and the pair itself where fewer than two would be left."""
    kept = []
    for pair in one.pairs:
        last = max(day, pair.starts_on)
        theirs = [member for member in pair.members if member.person_id == one.person.id]
        others = [member for member in pair.members if member.person_id != one.person.id]
        remain = [member for member in others if member.ends_on is None or member.ends_on > last]
        ends = pair.ends_on is None and len(remain) < 2
        kept.append(
            {
                "pair": str(pair.uuid),
                "member_ends_on": [_iso(member.ends_on) for member in theirs],
                "ended": ends,
                "ends_on": _iso(pair.ends_on),
                "end_reason": pair.end_reason,
            }
        )
        if ends:
            end_pair(session, by, pair=pair, version=pair.version, ends_on=last, reason=reason)
        for member in theirs:
            member.ends_on = last
        pair.changed_at = by.now
    return kept


def _pairs_go_on(
    session: Session,
    now: datetime,
    programme: Programme,
    person: Person,
    kept: Sequence[Mapping[str, Any]],
) -> None:
    """Bring pairs back, in turn with all others who pair people. Where somebody found a place in
    another pair since, that one stays."""
    known = {one["pair"]: one for one in kept}
    pairs = session.scalars(
        select(Pair)
        .where(Pair.uuid.in_(map(UUID, known)), Pair.programme_id == programme.id)
        .order_by(Pair.id)
    ).all()
    for pair in pairs:
        in_turn(session, pair)
    if pairs:
        pairing_in_turn(session, programme)
    for pair in pairs:
        _go_on(session, day_in_zone(now, programme.zone), person, pair, known[str(pair.uuid)])


def _go_on(
    session: Session, today: date, person: Person, pair: Pair, kept: Mapping[str, Any]
) -> None:
    theirs = [member for member in pair.members if member.person_id == person.id]
    others = [member for member in pair.members if member.person_id != person.id]
    back = theirs + [one for one in others if kept["ended"] and _goes_on(one, today)]
    if held_elsewhere(session, pair, [member.person for member in back], today):
        return
    for member, ended in zip(theirs, kept["member_ends_on"], strict=False):
        member.ends_on = date.fromisoformat(ended) if ended else None
    if kept["ended"]:
        pair.ends_on = date.fromisoformat(kept["ends_on"]) if kept["ends_on"] else None
        pair.end_reason = kept["end_reason"]


def _take_off(session: Session, actor: Actor, now: datetime, one: Follows) -> list[dict[str, str]]:
    found = []
    for row in one.listed:
        event = row.event
        removed = participants.remove(session, actor=actor, now=now, event=event, row=row)
        found.append({"event": str(event.uuid), "removed": str(removed)})
    return found


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
