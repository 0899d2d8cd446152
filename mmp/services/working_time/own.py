"""A person's own hours, days off and journeys. Others see when they are free, never why not."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.core import zones
from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.working_time import Almanac, Stay, Week
from mmp.core.working_time.levels import REST, STANDARD
from mmp.models import Absence, Person, WorkingHours
from mmp.services import history
from mmp.services.working_time.rhythms import week_from, week_of

MOST = 200
"""Days off and journeys of one person."""
LONGEST = 366


def own_week(session: Session, person: Person) -> tuple[Week, int | None]:
    """The week as painted, and its version; as in their country, and None, where it is not."""
    row = _row(session, person)
    if week := week_of(row):
        return week, row.version if row else None
    weekend = Almanac()
    monday = date(2026, 6, 1)
    days = tuple(
        REST if weekend.day(person.country, monday.replace(day=1 + step)).weekend else STANDARD
        for step in range(7)
    )
    return Week.of(days), None


def save_week(
    session: Session,
    *,
    now: datetime,
    person: Person,
    version: int | None,
    working: Collection[tuple[int, int]] | None,
) -> None:
    """Keep one's working half hours (weekday from 0, half hour); None goes back to one's country's.

    Raises StaleEdit where the week was saved elsewhere since `version`, unless it is as wished
    already; UserError with the field `week` where nothing is left.
    """
    row = _row(session, person)
    week = {} if working is None else {"painted": week_from(working).painted}
    if (row.week if row else {}) == week:
        return
    if row is not None and row.week and row.version != version:
        raise StaleEdit("You have saved other hours meanwhile, on another device or page.")
    if row is None:
        session.add(WorkingHours(person_id=person.id, week=week, changed_at=now))
    else:
        row.week, row.changed_at = week, now
    _note(session, now, person, "changed")
    session.flush()


def own_absences(session: Session, person: Person, *, since: date) -> Sequence[Absence]:
    """Days off and journeys that are not over on a day, the next first."""
    return session.scalars(
        select(Absence)
        .where(Absence.person_id == person.id, Absence.last_day >= since)
        .order_by(Absence.first_day, Absence.id)
    ).all()


def add_absence(
    session: Session,
    *,
    now: datetime,
    person: Person,
    uuid: UUID,
    first_day: date,
    last_day: date,
    zone: str | None = None,
) -> Absence:
    """Days off, or with a `zone` days on which one lives by its clocks. The same `uuid` never makes
    a second one. Raises UserError with the field `last_day`, `zone` or `first_day`."""
    there = session.scalar(
        select(Absence).where(Absence.uuid == uuid, Absence.person_id == person.id)
    )
    if there is not None:
        return there
    if last_day < first_day:
        raise UserError("The last day must not come before the first.", field="last_day")
    if (last_day - first_day).days >= LONGEST:
        raise UserError("Give a year at most; add another line for more.", field="last_day")
    if zone:
        zones.agreed_zone(zone)
        Stay(first_day, last_day, zone)
    count = select(func.count()).where(Absence.person_id == person.id)
    if (session.scalar(count) or 0) >= MOST:
        raise UserError("Take some of the old lines away first.", field="first_day")
    row = Absence(
        uuid=uuid, person_id=person.id, first_day=first_day, last_day=last_day, zone=zone or None
    )
    session.add(row)
    _note(session, now, person, "created")
    session.flush()
    return row


def remove_absence(session: Session, *, now: datetime, person: Person, uuid: UUID) -> Absence:
    """Take one's own line away; gives it, to be put back. Raises NotFound."""
    row = session.scalar(
        select(Absence).where(Absence.uuid == uuid, Absence.person_id == person.id)
    )
    if row is None:
        raise NotFound("There is no such line.")
    session.delete(row)
    _note(session, now, person, "removed")
    session.flush()
    return row


def _row(session: Session, person: Person) -> WorkingHours | None:
    return session.scalar(select(WorkingHours).where(WorkingHours.person_id == person.id))


def _note(session: Session, now: datetime, person: Person, action: str) -> None:
    """That it was done; not which days: they are nobody's business."""
    history.record(
        session,
        now=now,
        actor=person,
        programme=None,
        kind="working_hours",
        uuid=person.uuid,
        action=action,
    )
