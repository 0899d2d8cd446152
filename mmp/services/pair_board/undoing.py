"""What was done to a pair last is taken back."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, UserError
from mmp.models import (
    AgendaRole,
    Contribution,
    Event,
    HistoryEntry,
    Pair,
    Person,
    TalkLog,
    TalkOffer,
)
from mmp.services.pair_board.acting import By, in_turn, members, note, pairing_in_turn, today_of
from mmp.services.pair_board.reading import KIND, held_elsewhere


def undo(session: Session, by: By, *, pair: Pair, entry: UUID) -> HistoryEntry:
    """Take back the last thing that was done to a pair; twice is as once. Talks that were cancelled
    stay so: their hours may be taken by now.

    Raises NotFound where there is nothing to take back, UserError where something was done since
    or somebody is in another pair by now.
    """
    in_turn(session, pair)
    pairing_in_turn(session, pair.programme)
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
    note(session, by, pair, "taken_back", what)
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
    note(session, by, pair, "taken_back", what)
    session.delete(pair)
    session.flush()


def _take_back(session: Session, by: By, pair: Pair, done: HistoryEntry) -> None:
    changes = done.changes
    if done.action == "ended":
        _free(session, by, pair, members(pair, by))
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
    if held := held_elsewhere(session, pair, people, today_of(by, pair.programme)):
        raise UserError("%(name)s is in another pair by now.", name=held.name)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
