"""What a date hits among its readers, and what the clocks do until then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound
from mmp.core.when import When
from mmp.core.working_time import Hit, Shift, Unsettled, days_hits, shifts, unsettled
from mmp.models import Event, Invitation, Membership, Pair, Participation, Person
from mmp.models.enums import MembershipStatus, Partstat
from mmp.services.permissions import Actor, editable_events
from mmp.services.taking_part import TAKING_PART
from mmp.services.working_time.rhythms import almanac, rhythms


@dataclass(frozen=True, slots=True)
class Readers:
    """Whom a date is for, and when they were first told of it (None: not yet)."""

    people: Sequence[Person]
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """`moved`: readers' zones whose distance from the event's changes until then, with how many
    people; `unsettled`: the weeks of changing clocks that it falls into."""

    hits: Sequence[Hit] = ()
    moved: Sequence[tuple[Shift, int]] = ()
    unsettled: Unsettled | None = None

    def __bool__(self) -> bool:
        return bool(self.hits or self.moved or self.unsettled)


def planned_event(session: Session, *, actor: Actor, programme_id: int, key: str) -> Event:
    """An event that the actor may change, and nothing around it. Raises NotFound."""
    found = session.scalar(
        select(Event).where(
            Event.programme_id == programme_id, Event.key == key, editable_events(actor)
        )
    )
    if found is None:
        raise NotFound("There is no such event.")
    return found


def readers_of(
    session: Session,
    *,
    programme_id: int,
    event: Event | None = None,
    pair: Pair | None = None,
) -> Readers:
    """Who takes part in the event and has not declined, or the pair; where nobody is on the list
    yet everybody with a part in the programme. At most two statements."""
    if pair is not None:
        return Readers([member.person for member in pair.members if member.ends_on is None])
    if event is not None:
        told = select(func.min(Invitation.told_at)).where(Invitation.event_id == event.id)
        rows = session.execute(
            select(Person, told.scalar_subquery())
            .join(Participation, Participation.person_id == Person.id)
            .where(
                Participation.event_id == event.id,
                Participation.entry.in_(TAKING_PART),
                Participation.partstat != Partstat.DECLINED,
            )
            .order_by(Person.id)
        ).all()
        if rows:
            return Readers([row[0] for row in rows], rows[0][1])
    members = select(Membership.person_id).where(
        Membership.programme_id == programme_id, Membership.status == MembershipStatus.ACTIVE
    )
    everybody = select(Person).where(Person.id.in_(members), Person.erased_at.is_(None))
    return Readers(session.scalars(everybody.order_by(Person.id)).all())


def date_hits(
    session: Session, *, now: datetime, when: When, readers: Readers, language: str = "en"
) -> Found:
    """Holidays, weekends and days off that a time hits, by its days in its own zone; of a month
    nothing. Two statements."""
    if when.precision not in ("timed", "days") or not readers.people:
        return Found()
    first = when.sort_day
    last = when.ends_local.date() if when.ends_local else when.last_day or first
    theirs = rhythms(session, readers.people)
    hits = days_hits(first, last, theirs, almanac(session, language))
    starts_at = when.span().starts_at
    if starts_at is None or starts_at <= now or when.precision != "timed":
        return Found(hits)
    living = [rhythm.zone_at(starts_at) for rhythm in theirs]
    sent = min(readers.told_at or now, starts_at)
    return Found(
        hits,
        [(one, living.count(one.zone)) for one in shifts(when.zone, living, sent, starts_at)],
        unsettled({when.zone, *living}, starts_at),
    )
