"""Several lines of an event's list at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.models import Event, Participation, Person
from mmp.models.enums import AttendanceForm, Entry, Partstat
from mmp.services.participants.changing import change_participation, remove, values_of
from mmp.services.permissions import Actor, named_people

Ticked = Mapping[UUID, int]
"""Lines by their uuid, each with the version that was seen when it was ticked."""


@dataclass(slots=True)
class Outcome:
    """What became of the lines that were ticked; the others stay as they were.

    `removed` is what `restore` needs to put all of them back.
    """

    done: int = 0
    stale: list[Person] = field(default_factory=list)
    """Whose line somebody changed meanwhile."""
    attended: list[Person] = field(default_factory=list)
    """Who was there: the list of the past keeps that."""
    removed: UUID | None = None


def change_many(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    ticked: Ticked,
    entry: Entry | None = None,
    partstat: Partstat | None = None,
    form: AttendanceForm | None = None,
) -> Outcome:
    """Set what is given on each of these lines, and nothing else of them."""
    wanted = {"entry": entry, "partstat": partstat, "form": form}
    given = {name: value for name, value in wanted.items() if value is not None}
    outcome = Outcome()
    for row in _fresh(session, actor, event, ticked, outcome):
        outcome.done += change_participation(
            session,
            actor=actor,
            now=now,
            event=event,
            row=row,
            version=row.version,
            values=replace(values_of(row), **given),  # type: ignore[arg-type]  # as named
        )
    return outcome


def remove_many(
    session: Session, *, actor: Actor, now: datetime, event: Event, ticked: Ticked
) -> Outcome:
    """Take these people off the list, but for those who were there."""
    outcome, together = Outcome(), uuid4()
    for row in _fresh(session, actor, event, ticked, outcome):
        if row.attendances:
            outcome.attended.append(row.person)
            continue
        outcome.removed = remove(
            session, actor=actor, now=now, event=event, row=row, together=together
        )
        outcome.done += 1
    return outcome


def _fresh(
    session: Session, actor: Actor, event: Event, ticked: Ticked, outcome: Outcome
) -> list[Participation]:
    """The lines that are as they were seen; the others are noted in `outcome`."""
    rows = session.scalars(
        select(Participation)
        .join(Participation.person)
        .where(Participation.event_id == event.id, named_people(actor, event.programme_id))
        .options(
            joinedload(Participation.person),
            joinedload(Participation.delegation),
            selectinload(Participation.attendances),
        )
        .order_by(Person.name, Person.key)
    ).all()
    found = [row for row in rows if row.uuid in ticked]
    outcome.stale += [row.person for row in found if row.version != ticked[row.uuid]]
    return [row for row in found if row.version == ticked[row.uuid]]
