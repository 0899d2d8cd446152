"""Who may be matched, and who of them were partners before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.core.errors import UserError
from mmp.core.matching.pairing import MOST
from mmp.core.zones import day_in_zone
from mmp.models import Membership, Person, Programme
from mmp.models.enums import MembershipRole, MembershipStatus
from mmp.services import pair_board
from mmp.services.matching.setup import FIRST, SECOND, Setup
from mmp.services.permissions import Actor, visible_people

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Choosable:
    """Somebody who may be matched; `free` who has no pair today or later."""

    person: Person
    free: bool


def choosable(
    session: Session, actor: Actor, *, now: datetime, programme: Programme
) -> list[Choosable]:
    """Mentors with an active part, by name; two statements."""
    today = day_in_zone(now, programme.zone)
    mentors = select(Membership.person_id).where(
        Membership.programme_id == programme.id,
        Membership.role == MembershipRole.MENTOR,
        Membership.status == MembershipStatus.ACTIVE,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    people = session.scalars(
        select(Person)
        .where(
            Person.id.in_(mentors),
            Person.erased_at.is_(None),
            visible_people(actor, programme.id),
        )
        .options(joinedload(Person.organisation), raiseload("*"))
        .order_by(Person.search, Person.id)
    ).all()
    free = {one.id for one in pair_board.unpaired(session, actor, programme, today)}
    return [Choosable(person, person.id in free) for person in people]


def people_of(session: Session, uuids: Sequence[str]) -> dict[str, Person]:
    """People by uuid; who was erased is not among them. One statement for five hundred."""
    found: dict[str, Person] = {}
    for start in range(0, len(uuids), AT_ONCE):
        chunk = [UUID(one) for one in uuids[start : start + AT_ONCE]]
        rows = session.scalars(
            select(Person)
            .where(Person.uuid.in_(chunk), Person.erased_at.is_(None))
            .options(raiseload("*"))
        )
        found.update((str(person.uuid), person) for person in rows)
    return found


def check_sides(sides: Mapping[str, int], known: Mapping[str, Person]) -> None:
    """Raises UserError (field `people`) for people who cannot be matched, naming how many."""
    if len(sides) < 2:
        raise UserError("Choose at least two people, one for each side.", field="people")
    if len(strangers := set(sides) - set(known)) > 0:
        raise UserError(
            "%(count)s of those chosen are no mentors of the programme any more; look at the list "
            "again.",
            field="people",
            count=len(strangers),
        )
    counts = [sum(side == number for side in sides.values()) for number in (FIRST, SECOND)]
    if max(counts) > MOST:
        raise UserError(
            "At most %(most)s people fit on a side, and one has %(count)s. Match them in several "
            "rounds.",
            field="people",
            most=MOST,
            count=max(counts),
        )


def partners_before(
    session: Session, actor: Actor, people: Mapping[str, Person]
) -> frozenset[frozenset[str]]:
    """Who of these were a pair with each other, in any programme that the actor coordinates."""
    numbers = {person.id: uuid for uuid, person in people.items()}
    known = pair_board.earlier_partners(session, actor, numbers)
    return frozenset(
        frozenset((numbers[number], numbers[one.partner.id]))
        for number, rows in known.items()
        for one in rows
        if one.partner.id in numbers
    )


def sizes(setup: Setup) -> tuple[int, int]:
    """How many people there are on each side."""
    return len(setup.side(FIRST)), len(setup.side(SECOND))
