"""A pair is made, grows, changes hands and ends; each of it can be taken back.

Whatever happens to a pair happens in its turn (`one_at_a_time`). Members hear of it by mail only
where the coordinator says so; that a talk is cancelled they always hear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.zones import day_in_zone
from mmp.models import (
    AgendaRole,
    Contribution,
    Event,
    HistoryEntry,
    Pair,
    PairMember,
    Person,
    Programme,
    TalkLog,
    TalkOffer,
)
from mmp.services import desk, history
from mmp.services.pair_board import telling
from mmp.services.pair_board.reading import KIND, earlier_partners, holds, repeated, unpaired
from mmp.services.pair_talks import cancel_talks_after
from mmp.services.pair_talks.offering import one_at_a_time
from mmp.services.permissions import Actor

MOST = 3
LONGEST_REASON = 500


class PartnersBefore(UserError):
    """These people were a pair before: not forbidden, but never silently."""

    code = "partners_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who changes a pair, when, and whether its members are told by mail."""

    actor: Actor
    now: datetime
    tell: bool = False


def pair_up(
    session: Session,
    by: By,
    *,
    programme: Programme,
    uuid: UUID,
    people: Sequence[UUID],
    starts_on: date,
    again: bool = False,
) -> Pair:
    """A new pair or trio of people whom no other holds. The same `uuid` makes one.

    Raises PartnersBefore where two of them were one before, unless `again`; UserError (fields
    `people`, `starts_on`).
    """
    made = session.scalar(select(Pair).where(Pair.uuid == uuid, Pair.programme_id == programme.id))
    if made is not None:
        return made
    _pairing_in_turn(session, programme)
    free = {one.uuid: one for one in unpaired(session, by.actor, programme, _today(by, programme))}
    chosen = [free[one] for one in dict.fromkeys(people) if one in free]
    if len(chosen) < len(set(people)):
        raise UserError(
            "Somebody has found a place in another pair meanwhile; choose again.", field="people"
        )
    if not 2 <= len(chosen) <= MOST:
        raise UserError("Choose two people, or three for a trio.", field="people")
    _near(starts_on, by, programme, "starts_on")
    known = earlier_partners(session, by.actor, [one.id for one in chosen])
    if repeated(chosen, known) and not again:
        raise PartnersBefore("They were a pair before. Tick that you mean it.", field="again")
    return _make(session, by, programme, uuid, chosen, starts_on)


def pair_up_all(
    session: Session,
    by: By,
    *,
    programme: Programme,
    pairs: Mapping[UUID, Sequence[UUID]],
    starts_on: date,
) -> list[Pair]:
    """Many new pairs and trios (uuid of the pair: people) at once, or none of them. Pairs that are
    there already are not made again. Who was a pair before may be one again: whoever calls has
    asked. Raises UserError (fields `people`, `starts_on`), naming who is in another pair by now.
    """
    _pairing_in_turn(session, programme)
    there = session.scalars(
        select(Pair).where(Pair.uuid.in_(pairs), Pair.programme_id == programme.id)
    ).all()
    new = {
        uuid: people for uuid, people in pairs.items() if uuid not in {one.uuid for one in there}
    }
    _near(starts_on, by, programme, "starts_on")
    free = {one.uuid: one for one in unpaired(session, by.actor, programme, _today(by, programme))}
    wanted = [one for people in new.values() for one in people]
    if taken := [one for one in wanted if one not in free]:
        names = session.scalars(select(Person.name).where(Person.uuid.in_(taken)))
        raise UserError(
            "These are in another pair by now, or take part no longer: %(names)s. Take them out of "
            "the round, or end that pair.",
            field="people",
            names=", ".join(sorted(names)),
        )
    if len(set(wanted)) < len(wanted) or any(not 2 <= len(one) <= MOST for one in new.values()):
        raise UserError("Somebody stands in two of the pairs.", field="people")
    return [
        *there,
        *(
            _make(session, by, programme, uuid, [free[one] for one in people], starts_on)
            for uuid, people in new.items()
        ),
    ]


def _make(
    session: Session,
    by: By,
    programme: Programme,
    uuid: UUID,
    chosen: Sequence[Person],
    starts_on: date,
) -> Pair:
    pair = Pair(
        uuid=uuid,
        key=f"pair-{uuid.hex[:12]}",
        programme=programme,
        starts_on=starts_on,
        created_at=by.now,
        changed_at=by.now,
    )
    session.add(pair)
    for position, person in enumerate(chosen):
        session.add(PairMember(pair=pair, person=person, position=position))
    session.flush()
    session.refresh(pair, ["members"])
    names = [one.key for one in chosen]
    _note(session, by, pair, "created", {"people": [None, names], "starts_on": [None, starts_on]})
    _tell(session, by, pair, "pair_begun", starts_on, chosen)
    return pair


def end_pair(
    session: Session, by: By, *, pair: Pair, version: int, ends_on: date, reason: str
) -> Sequence[Event]:
    """Let a pair end with that day; gives the talks that are cancelled by it. Twice is as once.

    Raises StaleEdit if `version` is not the row's any more, UserError (fields `ends_on`, `reason`).
    """
    reason = " ".join(reason.split())
    _in_turn(session, pair)
    if pair.ends_on == ends_on and pair.end_reason == reason:
        return []
    _still(pair, version)
    _check_end(pair, ends_on, by, "ends_on")
    if not reason or len(reason) > LONGEST_REASON:
        raise UserError("Say why in a few words; members do not see it.", field="reason")
    people = _members(pair, by)
    cancelled = _cancel_talks(session, by, pair, ends_on)
    old = {"ends_on": pair.ends_on, "end_reason": pair.end_reason}
    pair.ends_on, pair.end_reason = ends_on, reason
    pair.changed_at = by.now
    session.flush()
    changes = {"ends_on": [old["ends_on"], ends_on], "end_reason": [old["end_reason"], reason]}
    _note(session, by, pair, "ended", changes, cancelled)
    _tell(session, by, pair, "pair_ended", ends_on, people)
    return cancelled


def add_member(
    session: Session, by: By, *, pair: Pair, version: int, person: UUID, starts_on: date
) -> None:
    """Make a pair a trio from that day. Talks that are agreed stay. Twice is as once.

    Raises StaleEdit, UserError (fields `person`, `day`).
    """
    _in_turn(session, pair)
    if _joined(pair, person, starts_on):
        return
    _still(pair, version)
    _running(pair, by)
    _check_start(pair, starts_on, by)
    if len(pair.members_on(max(_today(by, pair.programme), starts_on))) >= MOST:
        raise UserError("A pair has at most three people; let one of them leave first.")
    _pairing_in_turn(session, pair.programme)
    newcomer = _newcomer(session, by, pair, person)
    people = _members(pair, by)
    _join(session, pair, newcomer, starts_on)
    pair.changed_at = by.now
    session.flush()
    _note(session, by, pair, "joined", {"joined": [None, newcomer.key], "day": [None, starts_on]})
    _tell(session, by, pair, "pair_joined", starts_on, [*people, newcomer], newcomer=newcomer)


def hand_over(
    session: Session,
    by: By,
    *,
    pair: Pair,
    version: int,
    member: PairMember,
    last_day: date,
    to: UUID | None,
) -> Sequence[Event]:
    """One leaves after `last_day`, another takes the place from the next day on; without `to`
    the others of a trio go on as a pair. Gives the talks that are cancelled: they were agreed with
    who leaves. Twice is as once. Raises StaleEdit, UserError (fields `person`, `day`)."""
    _in_turn(session, pair)
    starts_on = last_day + timedelta(days=1)
    if member.ends_on == last_day and (to is None or _joined(pair, to, starts_on)):
        return []
    _still(pair, version)
    _running(pair, by)
    if member.ends_on is not None:
        raise UserError("They have left this pair already.")
    _check_end(pair, last_day, by, "day")
    if member.starts_on and last_day < member.starts_on:
        raise UserError("That is before they came. Choose a later day.", field="day")
    if to is None and len(pair.members_on(starts_on)) < MOST:
        raise UserError("A pair needs two. Choose who takes the place, or end it.", field="person")
    _pairing_in_turn(session, pair.programme)
    newcomer = _newcomer(session, by, pair, to) if to else None
    people = _members(pair, by)
    cancelled = _cancel_talks(session, by, pair, last_day)
    member.ends_on = last_day
    if newcomer is not None:
        _join(session, pair, newcomer, starts_on, member.position)
    pair.changed_at = by.now
    session.flush()
    changes = {
        "left": [member.person.key, None],
        "joined": [None, newcomer.key if newcomer else None],
        "day": [None, last_day],
    }
    _note(session, by, pair, "handed_over", changes, cancelled)
    told = [*people, newcomer] if newcomer else people
    day = starts_on if newcomer else last_day
    _tell(session, by, pair, "pair_changed", day, told, leaver=member.person, newcomer=newcomer)
    return cancelled


def undo(session: Session, by: By, *, pair: Pair, entry: UUID) -> HistoryEntry:
    """Take back the last thing that was done to a pair; twice is as once. Talks that were cancelled
    stay so: their hours may be taken by now.

    Raises NotFound where there is nothing to take back, UserError where something was done since
    or somebody is in another pair by now.
    """
    _in_turn(session, pair)
    done = session.scalar(
        select(HistoryEntry).where(
            HistoryEntry.uuid == entry,
            HistoryEntry.subject_kind == KIND,
            HistoryEntry.subject_uuid == pair.uuid,
            HistoryEntry.action.in_(("created", "ended", "joined", "handed_over")),
        )
    )
    if done is None:
        raise NotFound("There is nothing to take back.")
    if _taken_back(session, pair, done):
        return done
    if done.changes.get("version", [None, None])[1] != pair.version:
        raise UserError("The pair was changed since; mend that by hand.")
    what = {"what": [done.action, None], "entry": [str(entry), None]}
    if done.action == "created":
        _unmake(session, by, pair, what)
        return done
    _take_back(session, by, pair, done)
    pair.changed_at = by.now
    session.flush()
    _note(session, by, pair, "taken_back", what)
    return done


def _unmake(session: Session, by: By, pair: Pair, what: dict[str, Any]) -> None:
    """A pair made by mistake goes, unless something hangs on it."""
    hangs = (
        Event.pair_id,
        TalkLog.pair_id,
        TalkOffer.pair_id,
        AgendaRole.pair_id,
        Contribution.pair_id,
    )
    there = or_(*(exists().where(column == pair.id) for column in hangs))
    if session.scalar(select(there)):
        raise UserError("They have begun as a pair already; end it instead.")
    _note(session, by, pair, "taken_back", what)
    session.delete(pair)
    session.flush()


def _take_back(session: Session, by: By, pair: Pair, done: HistoryEntry) -> None:
    changes = done.changes
    if done.action == "ended":
        _free(session, by, pair, _members(pair, by))
        pair.ends_on = _day(changes["ends_on"][0])
        pair.end_reason = changes["end_reason"][0]
        return
    joined, left = changes["joined"][1], changes.get("left", [None, None])[0]
    for member in list(pair.members):
        if joined and member.person.key == joined:
            pair.members.remove(member)
        if left and member.person.key == left:
            _free(session, by, pair, [member.person])
            member.ends_on = None


def _taken_back(session: Session, pair: Pair, done: HistoryEntry) -> bool:
    later = session.scalars(
        select(HistoryEntry).where(
            HistoryEntry.subject_uuid == pair.uuid,
            HistoryEntry.action == "taken_back",
            HistoryEntry.id > done.id,
        )
    )
    return any(one.changes.get("entry", [""])[0] == str(done.uuid) for one in later)


def _free(session: Session, by: By, pair: Pair, people: Sequence[Person]) -> None:
    held = session.scalar(
        select(Person)
        .join(PairMember, PairMember.person_id == Person.id)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(
            Person.id.in_([one.id for one in people]),
            Pair.programme_id == pair.programme_id,
            Pair.id != pair.id,
            holds(_today(by, pair.programme)),
        )
        .limit(1)
    )
    if held is not None:
        raise UserError("%(name)s is in another pair by now.", name=held.name)


def _newcomer(session: Session, by: By, pair: Pair, uuid: UUID) -> Person:
    if any(member.person.uuid == uuid for member in pair.members):
        raise UserError("They were in this pair before; make a new pair of them.", field="person")
    free = unpaired(session, by.actor, pair.programme, _today(by, pair.programme))
    found = next((one for one in free if one.uuid == uuid), None)
    if found is None:
        raise UserError("They are in another pair by now; choose again.", field="person")
    return found


def _join(
    session: Session, pair: Pair, person: Person, starts_on: date, position: int | None = None
) -> None:
    last = max((member.position for member in pair.members), default=-1)
    place = last + 1 if position is None else position
    session.add(PairMember(pair=pair, person=person, position=place, starts_on=starts_on))


def _joined(pair: Pair, person: UUID, starts_on: date) -> bool:
    return any(
        member.person.uuid == person and member.starts_on == starts_on for member in pair.members
    )


def _in_turn(session: Session, pair: Pair) -> None:
    one_at_a_time(session, pair)
    session.expire(pair, ["members"])
    session.refresh(pair)


def _pairing_in_turn(session: Session, programme: Programme) -> None:
    """Of two who pair the same person at once one waits, on SQLite as on PostgreSQL."""
    session.execute(
        update(Programme)
        .where(Programme.id == programme.id)
        .values(version=Programme.version)
        .execution_options(synchronize_session=False)
    )


def _still(pair: Pair, version: int) -> None:
    if pair.version != version:
        raise StaleEdit("Someone else changed this pair while you did.")


def _running(pair: Pair, by: By) -> None:
    if pair.ends_on is not None and pair.ends_on < _today(by, pair.programme):
        raise UserError("This pair has ended.")


def _check_start(pair: Pair, day: date, by: By) -> None:
    _near(day, by, pair.programme, "day")
    if day < pair.starts_on or (pair.ends_on and day > pair.ends_on):
        raise UserError("Choose a day on which the pair goes on.", field="day")


def _check_end(pair: Pair, day: date, by: By, field: str) -> None:
    _near(day, by, pair.programme, field)
    if day < pair.starts_on:
        raise UserError("That is before the pair began. Choose a later day.", field=field)
    if field == "day" and pair.ends_on and day >= pair.ends_on:
        raise UserError("The pair ends by then anyway. Choose an earlier day.", field=field)


def _near(day: date, by: By, programme: Programme, field: str) -> None:
    if abs((day - _today(by, programme)).days) > 2 * 366:
        raise UserError("Choose a day within two years.", field=field)


def _cancel_talks(session: Session, by: By, pair: Pair, day: date) -> Sequence[Event]:
    me = desk.person_of(session, by.actor)
    return cancel_talks_after(session, now=by.now, actor=me, pair=pair, day=day)


def _members(pair: Pair, by: By) -> list[Person]:
    today = max(_today(by, pair.programme), pair.starts_on)
    return [member.person for member in pair.members_on(today)]


def _today(by: By, programme: Programme) -> date:
    return day_in_zone(by.now, programme.zone)


def _tell(
    session: Session,
    by: By,
    pair: Pair,
    kind: str,
    day: date,
    people: Sequence[Person],
    **who: Person | None,
) -> None:
    if by.tell:
        telling.tell(session, now=by.now, pair=pair, kind=kind, day=day, people=people, **who)


def _note(
    session: Session,
    by: By,
    pair: Pair,
    action: str,
    changes: dict[str, Any],
    cancelled: Sequence[Event] = (),
) -> None:
    session.flush()
    said = {name: [_plain(old), _plain(new)] for name, (old, new) in changes.items()}
    if cancelled:
        said["talks_cancelled"] = [None, len(cancelled)]
    said["version"] = [None, pair.version]
    if by.tell:
        said["told"] = [None, True]
    history.record(
        session,
        now=by.now,
        actor=desk.person_of(session, by.actor),
        programme=pair.programme,
        kind=KIND,
        uuid=pair.uuid,
        action=action,
        changes=said,
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
