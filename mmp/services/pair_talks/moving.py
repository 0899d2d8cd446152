"""A fixed talk moves or is cancelled, by whichever of the pair."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mmp.core import talk_times
from mmp.core.errors import StaleEdit, UserError
from mmp.core.zones import day_in_zone
from mmp.models import Event, Pair, Person
from mmp.models.enums import EventStatus
from mmp.services import history
from mmp.services.events import apply_when, touch, when_of
from mmp.services.pair_talks import mails
from mmp.services.pair_talks.finding import partners
from mmp.services.pair_talks.offering import (
    LONGEST,
    SHORTEST,
    check_start,
    one_at_a_time,
    where_of,
)


def move_talk(
    session: Session,
    *,
    now: datetime,
    actor: Person,
    talk: Event,
    version: int,
    starts: datetime,
    minutes: int,
    where: str,
) -> None:
    """Move a talk to the naive wall time `starts` in the actor's zone, or change where it is.

    The others get a mail where the time changed. Raises StaleEdit where it changed since
    `version`, UserError with the field `time`, `minutes` or `where`.
    """
    pair = _its_pair(session, talk)
    _still(talk, now, version)
    check_start(starts, actor.zone, now, "time")
    if not SHORTEST <= minutes <= LONGEST:
        raise UserError("Choose between 10 minutes and 8 hours.", field="minutes")
    old = when_of(talk)
    assert old is not None  # an event always has a time
    new = talk_times.talk_when(starts, minutes, actor.zone)
    changes: dict[str, Any] = {}
    if new.span() != old.span():
        apply_when(talk, new)
        changes["when"] = [f"{old.starts_local} {old.zone}", f"{new.starts_local} {new.zone}"]
    changes |= _change_where(talk, actor, where)
    if not changes:
        return
    touch(talk, changes.keys(), now=now)
    session.flush()
    _record(session, now, actor, talk, "changed", changes)
    if "when" in changes:
        people = partners(pair, actor.id, day_in_zone(now, pair.programme.zone))
        mails.tell_moved(
            session, now=now, talk=talk, pair=pair, people=people, mover=actor, old=old
        )


def cancel_talk(
    session: Session, *, now: datetime, actor: Person, talk: Event, version: int
) -> None:
    """Cancel a talk; the others get a mail. Cancelling it once more changes nothing.

    Raises StaleEdit where it was moved since `version`, UserError once it has begun.
    """
    pair = _its_pair(session, talk)
    if talk.status is EventStatus.CANCELLED:
        return
    _still(talk, now, version)
    talk.status = EventStatus.CANCELLED
    touch(talk, {"status"}, now=now)
    session.flush()
    _record(session, now, actor, talk, "cancelled", {"status": ["published", "cancelled"]})
    people = partners(pair, actor.id, day_in_zone(now, pair.programme.zone))
    mails.tell_cancelled(session, now=now, talk=talk, pair=pair, people=people, canceller=actor)


def _its_pair(session: Session, talk: Event) -> Pair:
    pair = talk.pair
    assert pair is not None  # only talks come here
    one_at_a_time(session, pair)
    session.refresh(talk)
    return pair


def _still(talk: Event, now: datetime, version: int) -> None:
    if talk.status is EventStatus.CANCELLED:
        raise UserError("This talk was cancelled meanwhile. Offer new times instead.")
    if talk.version != version:
        raise StaleEdit("Your partner changed this talk while you were writing.")
    if talk.starts_at is not None and talk.starts_at <= now:
        raise UserError("This talk has begun; log it instead.")


def _change_where(talk: Event, actor: Person, where: str) -> dict[str, Any]:
    wanted = where_of(where, actor)
    changes = {
        field: [getattr(talk, field), value]
        for field, value in wanted.items()
        if getattr(talk, field) != value and not (field == "venue" and _same_place(talk, where))
    }
    for field, (_, value) in changes.items():
        setattr(talk, field, value)
    return {field: [str(old), str(new)] for field, (old, new) in changes.items()}


def _same_place(talk: Event, where: str) -> bool:
    return " ".join(where.split()) in talk.venue.values()


def _record(
    session: Session,
    now: datetime,
    actor: Person,
    talk: Event,
    action: str,
    changes: dict[str, Any],
) -> None:
    history.record(
        session,
        now=now,
        actor=actor,
        programme=talk.programme,
        kind="event",
        uuid=talk.uuid,
        action=action,
        changes=changes,
    )
