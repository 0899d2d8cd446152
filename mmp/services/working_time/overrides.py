"""What coordinators know better of a day in a country. It holds for the whole installation."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mmp.core.countries import countries
from mmp.core.errors import NotFound, UserError
from mmp.models import DayOverride, HistoryEntry, Membership, Person, Programme
from mmp.models.enums import MembershipStatus
from mmp.services import history
from mmp.services.desk import person_of
from mmp.services.permissions import Actor

KIND = "day_override"


@dataclass(frozen=True, slots=True)
class DayDetails:
    """A day that is off in a country, or on, whatever the tables say."""

    country: str
    day: date
    off: bool
    name: str = ""
    source: str = ""


def countries_of(session: Session, programme_id: int) -> frozenset[str]:
    """Where the people of a programme live, as far as it is known."""
    found = session.scalars(
        select(Person.country)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.programme_id == programme_id,
            Membership.status != MembershipStatus.LEFT,
            Person.country.is_not(None),
        )
        .distinct()
    )
    return frozenset(code for code in found if code)


def known_days(session: Session, *, actor: Actor, since: date) -> Sequence[DayOverride]:
    """Those from a day on, in their order, with who set them; for coordinators alone."""
    if not actor.coordinates:
        return ()
    return session.scalars(
        select(DayOverride)
        .where(DayOverride.day >= since)
        .options(joinedload(DayOverride.set_by))
        .order_by(DayOverride.day, DayOverride.country)
    ).all()


def save_day(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    uuid: UUID,
    details: DayDetails,
) -> DayOverride:
    """Say what a day is. The same `uuid` never makes a second one.

    Raises UserError beside the field that does not hold, also where the day is known already:
    nobody overwrites what somebody else knows unseen.
    """
    _check(actor, programme, details)
    there = session.scalar(select(DayOverride).where(DayOverride.uuid == uuid))
    if there is not None:
        return there
    known = session.scalar(
        select(DayOverride).where(
            DayOverride.country == details.country, DayOverride.day == details.day
        )
    )
    if known is not None:
        raise UserError(
            "This day of that country is in the list already; take that line away first.",
            field="day",
        )
    row = DayOverride(uuid=uuid, **asdict(details), changed_at=now)
    row.set_by = person_of(session, actor)
    session.add(row)
    session.flush()
    _note(session, actor, now, programme, row, "created")
    return row


def take_day_away(
    session: Session, *, actor: Actor, now: datetime, programme: Programme, uuid: UUID
) -> UUID:
    """Let the tables count again; gives what `put_back_day` needs. Raises NotFound."""
    row = session.scalar(select(DayOverride).where(DayOverride.uuid == uuid))
    if row is None or programme.id not in actor.coordinates:
        raise NotFound("There is no such day in the list.")
    entry = _note(session, actor, now, programme, row, "removed")
    session.delete(row)
    session.flush()
    return entry


def removed_day(session: Session, *, actor: Actor, programme: Programme, uuid: UUID) -> DayDetails:
    """What was taken away with this history entry. Raises NotFound."""
    entry = session.scalar(
        select(HistoryEntry).where(
            HistoryEntry.uuid == uuid,
            HistoryEntry.subject_kind == KIND,
            HistoryEntry.action == "removed",
            HistoryEntry.programme_id == programme.id,
            HistoryEntry.programme_id.in_(actor.coordinates),
        )
    )
    if entry is None:
        raise NotFound("There is no such day in the list.")
    kept: dict[str, Any] = entry.changes["removed"]
    return DayDetails(**kept | {"day": date.fromisoformat(kept["day"])})


def put_back_day(
    session: Session, *, actor: Actor, now: datetime, programme: Programme, uuid: UUID
) -> DayOverride:
    """Undo `take_day_away`; twice is as once. Raises NotFound, UserError where the day has another
    line by now."""
    details = removed_day(session, actor=actor, programme=programme, uuid=uuid)
    return save_day(session, actor=actor, now=now, programme=programme, uuid=uuid, details=details)


def _check(actor: Actor, programme: Programme, details: DayDetails) -> None:
    if programme.id not in actor.coordinates:
        raise NotFound("There is no such programme.")
    if details.country not in countries():
        raise UserError("Choose a country of the list.", field="country")
    if not 1990 <= details.day.year <= 2100:
        raise UserError("Write the year with four digits, like 2026.", field="day")
    if details.off and not details.name:
        raise UserError("Say what day it is, for example the holiday's name.", field="name")
    for field in ("name", "source"):
        if len(getattr(details, field)) > 200:
            raise UserError("Say it in 200 letters at most.", field=field)


def _note(
    session: Session,
    actor: Actor,
    now: datetime,
    programme: Programme,
    row: DayOverride,
    action: str,
) -> UUID:
    whole = asdict(DayDetails(row.country, row.day, row.off, row.name, row.source))
    whole["day"] = row.day.isoformat()
    return history.record(
        session,
        now=now,
        actor=person_of(session, actor),
        programme=programme,
        kind=KIND,
        uuid=row.uuid,
        action=action,
        changes={"removed": whole}
        if action == "removed"
        else {name: [None, value] for name, value in whole.items()},
    ).uuid
