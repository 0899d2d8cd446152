"""A pair grows, changes hands and ends. That a talk is cancelled by it members always hear."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import Event, Pair, PairMember, Person
from mmp.services import desk
from mmp.services.pair_board.acting import (
    MOST,
    By,
    in_turn,
    members,
    near,
    note,
    pairing_in_turn,
    still,
    tell,
    today_of,
)
from mmp.services.pair_board.reading import unpaired
from mmp.services.pair_talks import cancel_talks_after

LONGEST_REASON: Final = 500


def end_pair(
    session: Session, by: By, *, pair: Pair, version: int, ends_on: date, reason: str
) -> Sequence[Event]:
    """Let a pair end with that day; gives the talks that are cancelled by it. Twice is as once.

    Raises StaleEdit if `version` is not the row's any more, UserError (fields `ends_on`, `reason`).
    """
    reason = " ".join(reason.split())
    in_turn(session, pair)
    if pair.ends_on == ends_on and pair.end_reason == reason:
        return []
    still(pair, version)
    _check_end(pair, ends_on, by, "ends_on")
    if not reason or len(reason) > LONGEST_REASON:
        raise UserError("Say why in a few words; members do not see it.", field="reason")
    people = members(pair, by)
    cancelled = _cancel_talks(session, by, pair, ends_on)
    old = {"ends_on": pair.ends_on, "end_reason": pair.end_reason}
    pair.ends_on, pair.end_reason = ends_on, reason
    pair.changed_at = by.now
    session.flush()
    changes = {"ends_on": [old["ends_on"], ends_on], "end_reason": [old["end_reason"], reason]}
    note(session, by, pair, "ended", changes, cancelled)
    tell(session, by, pair, "pair_ended", ends_on, people)
    return cancelled


def add_member(
    session: Session, by: By, *, pair: Pair, version: int, person: UUID, starts_on: date
) -> None:
    """Make a pair a trio from that day. Talks that are agreed stay. Twice is as once.

    Raises StaleEdit, UserError (fields `person`, `day`).
    """
    in_turn(session, pair)
    if _joined(pair, person, starts_on):
        return
    still(pair, version)
    _running(pair, by)
    _check_start(pair, starts_on, by)
    if len(pair.members_on(max(today_of(by, pair.programme), starts_on))) >= MOST:
        raise UserError("A pair has at most three people; let one of them leave first.")
    pairing_in_turn(session, pair.programme)
    newcomer = _newcomer(session, by, pair, person)
    people = members(pair, by)
    _join(session, pair, newcomer, starts_on)
    pair.changed_at = by.now
    session.flush()
    note(session, by, pair, "joined", {"joined": [None, newcomer.key], "day": [None, starts_on]})
    tell(session, by, pair, "pair_joined", starts_on, [*people, newcomer], newcomer=newcomer)


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
    in_turn(session, pair)
    starts_on = last_day + timedelta(days=1)
    if member.ends_on == last_day and (to is None or _joined(pair, to, starts_on)):
        return []
    still(pair, version)
    _running(pair, by)
    if member.ends_on is not None:
        raise UserError("They have left this pair already.")
    _check_end(pair, last_day, by, "day")
    if member.starts_on and last_day < member.starts_on:
        raise UserError("That is before they came. Choose a later day.", field="day")
    if to is None and len(pair.members_on(starts_on)) < MOST:
        raise UserError("A pair needs two. Choose who takes the place, or end it.", field="person")
    pairing_in_turn(session, pair.programme)
    newcomer = _newcomer(session, by, pair, to) if to else None
    people = members(pair, by)
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
    note(session, by, pair, "handed_over", changes, cancelled)
    told = [*people, newcomer] if newcomer else people
    day = starts_on if newcomer else last_day
    tell(session, by, pair, "pair_changed", day, told, leaver=member.person, newcomer=newcomer)
    return cancelled


def _newcomer(session: Session, by: By, pair: Pair, uuid: UUID) -> Person:
    if any(member.person.uuid == uuid for member in pair.members):
        raise UserError("They were in this pair before; make a new pair of them.", field="person")
    free = unpaired(session, by.actor, pair.programme, today_of(by, pair.programme))
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


def _running(pair: Pair, by: By) -> None:
    if pair.ends_on is not None and pair.ends_on < today_of(by, pair.programme):
        raise UserError("This pair has ended.")


def _check_start(pair: Pair, day: date, by: By) -> None:
    near(day, by, pair.programme, "day")
    if day < pair.starts_on or (pair.ends_on and day > pair.ends_on):
        raise UserError("Choose a day on which the pair goes on.", field="day")


def _check_end(pair: Pair, day: date, by: By, field: str) -> None:
    near(day, by, pair.programme, field)
    if day < pair.starts_on:
        raise UserError("That is before the pair began. Choose a later day.", field=field)
    if field == "day" and pair.ends_on and day >= pair.ends_on:
        raise UserError("The pair ends by then anyway. Choose an earlier day.", field=field)


def _cancel_talks(session: Session, by: By, pair: Pair, day: date) -> Sequence[Event]:
    me = desk.person_of(session, by.actor)
    return cancel_talks_after(session, now=by.now, actor=me, pair=pair, day=day)
