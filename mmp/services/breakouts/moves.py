"""Moving people between groups of a draft by hand, locking them, and the way back.

Who moves says what they saw: the version, and where the person sat. If somebody else was quicker
the move is still made where it means the same; else nothing is changed and both are told.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mmp.core.errors import StaleEdit, UserError
from mmp.models import Person
from mmp.models.breakouts import Breakout
from mmp.services.breakouts import drafts
from mmp.services.breakouts.drafts import Draft, draft_of
from mmp.services.breakouts.places import Place
from mmp.services.breakouts.running import is_on
from mmp.services.breakouts.settings import settings_of
from mmp.services.breakouts.trail import note
from mmp.services.breakouts.who import people_taking_part
from mmp.services.permissions import Actor


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody to another group, or in `swap`'s place; `seen` is where they sat on the page."""

    person: str
    to: int
    seen: int | None
    swap: str | None = None


class MovedMeanwhile(StaleEdit):
    """Somebody else moved this person, or who they were to change places with."""

    def __init__(self, message: str, move: Move, at: int | None) -> None:
        self.move, self.at = move, at
        super().__init__(message)


def move(
    session: Session, *, actor: Actor, now: datetime, place: Place, version: int, move: Move
) -> list[Person]:
    """Move somebody within the draft; `place` was read with `hold`. Gives whom it moved.

    Raises UserError for who is locked, not there or led elsewhere, MovedMeanwhile.
    """
    breakout = _changeable(place)
    people = {str(one.uuid): one for one in people_taking_part(session, place.event)}
    count = settings_of(breakout).groups
    draft = draft_of(breakout).within(people, count)
    who = [move.person] + ([move.swap] if move.swap else [])
    if any(one not in people for one in who):
        raise UserError("This person does not take part any more.")
    if not 0 <= move.to < count:
        raise UserError("There is no such group any more.")
    at = draft.place.get(move.person)
    if at == move.to:
        return []
    if breakout.version != version and (
        at != move.seen or (move.swap and draft.place.get(move.swap) != move.to)
    ):
        raise _overtaken(move, at)
    if move.swap and draft.place.get(move.swap) != move.to:
        raise _overtaken(move, at)
    _may_move(draft, who)
    after = dict(draft.place)
    after[move.person] = move.to
    if move.swap:
        after.pop(move.swap)
        if at is not None:
            after[move.swap] = at
    _put(session, actor, now, place, Draft(after, draft.locked), "moved", who)
    return [people[one] for one in who]


def _overtaken(move: Move, at: int | None) -> MovedMeanwhile:
    return MovedMeanwhile("Someone else moved people while you did.", move, at)


def lock(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    place: Place,
    people: list[str],
    locked: bool,
) -> None:
    """Let people stay where they are in every search, or let them go again. Two who lock at once
    mean the same, so no version is asked for."""
    breakout = _changeable(place)
    draft = draft_of(breakout)
    these = {one for one in people if one in draft.place}
    wanted = draft.locked | these if locked else draft.locked - these
    did = "locked" if locked else "unlocked"
    _put(session, actor, now, place, Draft(draft.place, frozenset(wanted)), did, sorted(these))


def undo(
    session: Session, *, actor: Actor, now: datetime, place: Place, version: int
) -> dict[str, Any]:
    """Take the last step back. Raises UserError, StaleEdit."""
    return _walk(session, actor, now, place, version, drafts.back, "undone")


def redo(
    session: Session, *, actor: Actor, now: datetime, place: Place, version: int
) -> dict[str, Any]:
    """Take the step again that was taken back last. Raises UserError, StaleEdit."""
    return _walk(session, actor, now, place, version, drafts.forth, "redone")


def _walk(
    session: Session,
    actor: Actor,
    now: datetime,
    place: Place,
    version: int,
    way: Any,
    action: str,
) -> dict[str, Any]:
    breakout = _changeable(place)
    if breakout.version != version:
        raise StaleEdit("Someone else changed the groups; look at them once more.")
    step: dict[str, Any] | None = way(breakout, now=now)
    if step is None:
        raise UserError("There is nothing to take back.")
    session.flush()
    changes = {"people": [None, len(step["place"]) or len(step["locked"])]}
    note(session, actor=actor, now=now, place=place, action=action, changes=changes)
    return step


def _changeable(place: Place) -> Breakout:
    if place.breakout is None:
        raise UserError("Say first how many groups there are.")
    if is_on(place.breakout):
        raise UserError("Groups are being searched just now: wait, or end the search.")
    return place.breakout


def _may_move(draft: Draft, who: list[str]) -> None:
    if draft.locked.intersection(who):
        raise UserError("Who is locked stays where they are: unlock them first.")


def _put(
    session: Session,
    actor: Actor,
    now: datetime,
    place: Place,
    draft: Draft,
    did: str,
    people: list[str],
) -> None:
    assert place.breakout is not None
    before = draft_of(place.breakout)
    if not drafts.put(place.breakout, draft, now=now, did={"code": did, "people": people[:2]}):
        return
    session.flush()
    changes: dict[str, Any] = {"people": [None, people[:20]]}
    if did == "moved":
        changes = {
            one: [_shown(before.place.get(one)), _shown(draft.place.get(one))] for one in people
        }
    note(session, actor=actor, now=now, place=place, action=did, changes=changes)


def _shown(at: int | None) -> int | None:
    return None if at is None else at + 1
