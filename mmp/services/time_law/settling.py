"""What was agreed about an event that the law of time moved, and who is told."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from mmp.core import zones
from mmp.core.event_changes import plain_when
from mmp.core.when import When
from mmp.models import AgendaItem, Event, Invitation
from mmp.models.enums import EventStatus
from mmp.services import events as rules, history
from mmp.services.calendar_parts import Facts, facts_of
from mmp.services.desk import person_of
from mmp.services.event_edits.telling import listeners, tell
from mmp.services.pair_talks import mails as talk_mails
from mmp.services.permissions import Actor
from mmp.services.time_law.finding import Move, Moved


class Keep(StrEnum):
    """What people meant: the clock on the wall there, or the moment for everybody elsewhere."""

    WALL = "wall"
    INSTANT = "instant"


def settle(session: Session, *, actor: Actor, now: datetime, moved: Moved, keep: Keep) -> int:
    """Let an event and its items follow the law of time as agreed; gives how many are told.

    With the wall time kept the instants are derived anew; with the instant kept the wall time
    becomes what the clocks show then. Either way SEQUENCE rises by one (RFC 5546, section 2.1.4),
    so that every calendar takes the entry anew. Of a draft nobody is told.
    """
    event, before = moved.event, facts_of(moved.event)
    whens = {move.row: rules.when_of(move.row) for move in moved.moves}
    with session.no_autoflush:
        for move in moved.moves:
            _apply(move, keep)
            rules.touch(move.row, {"when"}, now=now)
            history.record(
                session,
                now=now,
                actor=person_of(session, actor),
                programme=event.programme,
                kind="event" if isinstance(move.row, Event) else "agenda_item",
                uuid=move.row.uuid,
                action="law_of_time",
                changes=_changes(move, whens[move.row]),
            )
    session.flush()
    _renew_items(session, moved)
    if event.status is not EventStatus.PUBLISHED or not isinstance(moved.moves[0].row, Event):
        return 0
    if event.pair is not None:
        was = whens[event]
        assert was is not None  # an event always has a time
        return _tell_pair(session, now, moved, was)
    return tell(
        session,
        now=now,
        event=event,
        before=before,
        clocks=_known(moved, keep, before, [one.zone for one in listeners(session, event)]),
    )


def _apply(move: Move, keep: Keep) -> None:
    when = rules.when_of(move.row)
    assert when is not None  # it moved
    # An item is a move of its own: none follows its event, whose zone stays.
    rules.apply_when(move.row, when if keep is Keep.WALL else _at(move, when.zone))


def _at(move: Move, zone: str) -> When:
    """The old instants as the clocks of a zone show them by the law of today."""
    assert move.old.starts_at is not None  # only what has an hour is listed
    starts, ends = (
        zones.to_wall(instant, zone).replace(tzinfo=None, fold=0)
        for instant in (move.old.starts_at, move.old.ends_at)
    )
    return When.timed(starts, ends, zone)


def _changes(move: Move, was: When | None) -> dict[str, list[Any]]:
    """The wall times, where they changed, and the instants in UTC."""
    when = rules.when_of(move.row)
    found: dict[str, list[Any]] = {}
    if when != was:
        found["when"] = [plain_when(was), plain_when(when)]
    starts = move.old.starts_at, move.row.starts_at
    found["starts_at"] = [start.isoformat() if start else None for start in starts]
    found["tz_version"] = [move.old.tz_version, move.row.tz_version]
    return found


def _known(moved: Moved, keep: Keep, before: Facts, there: list[str]) -> Mapping[str, Facts]:
    """By zone what people know: who lives by the changed clocks knows the wall time, everybody
    else the instant. Whom nothing moves for only gets the entry anew."""
    now_ = facts_of(moved.event)
    if keep is Keep.INSTANT:
        return dict.fromkeys(there, now_) | {moved.zone: before}
    move = moved.moves[0]
    return {zone: {**now_, "when": _at(move, zone)} for zone in there} | {moved.zone: now_}


def _tell_pair(session: Session, now: datetime, moved: Moved, was: When) -> int:
    """The pair hears from when to when; of an instant that stays, who lives by those clocks."""
    talk, pair = moved.event, moved.event.pair
    assert pair is not None  # it is a talk
    people = [member.person for member in pair.members if member.ends_on is None]
    stays = talk.starts_at == moved.moves[0].old.starts_at
    people = [one for one in people if one.zone == talk.zone] if stays else people
    old = was if stays else _at(moved.moves[0], "UTC")
    talk_mails.tell_moved(
        session, now=now, talk=talk, pair=pair, people=people, mover=None, old=old
    )
    return len(people)


def _renew_items(session: Session, moved: Moved) -> None:
    """Who was invited to an item that moved gets it anew, although its wall time may be the
    same: what follows invitations compares what was told, which is now nothing."""
    items = [move.row.id for move in moved.moves if isinstance(move.row, AgendaItem)]
    session.execute(update(Invitation).where(Invitation.agenda_item_id.in_(items)).values(facts=""))
