"""What every change of a pair has in common: its turn, what it is checked for, noted and told.

Whatever happens to a pair happens in its turn. Members hear of it by mail only where the
coordinator says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from mmp.core.errors import StaleEdit, UserError
from mmp.core.zones import day_in_zone
from mmp.models import Event, Pair, Person, Programme
from mmp.services import desk, history
from mmp.services.pair_board import telling
from mmp.services.pair_board.reading import KIND
from mmp.services.pair_talks.offering import one_at_a_time
from mmp.services.permissions import Actor

MOST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who changes a pair, when, and whether its members are told by mail."""

    actor: Actor
    now: datetime
    tell: bool = False


def in_turn(session: Session, pair: Pair) -> None:
    """Of two who change the same pair at once one waits, and reads what the other left."""
    one_at_a_time(session, pair)
    session.expire(pair, ["members"])
    session.refresh(pair)


def pairing_in_turn(session: Session, programme: Programme) -> None:
    """Of two who pair the same person at once one waits, on SQLite as on PostgreSQL. Comes after
    the turn of a pair, never before it, and before anybody is looked for in other pairs."""
    session.execute(
        update(Programme)
        .where(Programme.id == programme.id)
        .values(version=Programme.version)
        .execution_options(synchronize_session=False)
    )


def still(pair: Pair, version: int) -> None:
    """Raises StaleEdit if the pair is not what was seen."""
    if pair.version != version:
        raise StaleEdit("Someone else changed this pair while you did.")


def near(day: date, by: By, programme: Programme, field: str) -> None:
    """Raises UserError for a day that can only be a slip."""
    if abs((day - today_of(by, programme)).days) > 2 * 366:
        raise UserError("Choose a day within two years.", field=field)


def today_of(by: By, programme: Programme) -> date:
    """The day where the programme is at home."""
    return day_in_zone(by.now, programme.zone)


def members(pair: Pair, by: By) -> list[Person]:
    """Who belongs to the pair now, or on its first day."""
    today = max(today_of(by, pair.programme), pair.starts_on)
    return [member.person for member in pair.members_on(today)]


def tell(
    session: Session,
    by: By,
    pair: Pair,
    kind: str,
    day: date,
    people: Sequence[Person],
    **who: Person | None,
) -> None:
    """Mail to the pair, where that is ticked."""
    if by.tell:
        telling.tell(session, now=by.now, pair=pair, kind=kind, day=day, people=people, **who)


def note(
    session: Session,
    by: By,
    pair: Pair,
    action: str,
    changes: dict[str, Any],
    cancelled: Sequence[Event] = (),
) -> None:
    """Into the history, with what undoing it must know."""
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
