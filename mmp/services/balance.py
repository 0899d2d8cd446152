"""The people whose balance is looked at, as they may be counted by who looks."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, raiseload

from mmp.core.balance import NOT_STATED, Traits
from mmp.models import (
    Membership,
    Participation,
    Person,
    Programme,
)
from mmp.models.enums import Gender, MembershipStatus, Partstat
from mmp.services.permissions import Actor, visible_people
from mmp.services.taking_part import TAKING_PART


def traits_of(people: Iterable[Person]) -> list[Traits]:
    """What counts of these people as they are today, everybody once."""
    once = {person.id: person for person in people}
    return [
        Traits(
            region=person.region.value,
            gender=NOT_STATED if person.gender is Gender.NOT_STATED else person.gender.value,
            group=person.group.value if person.group else NOT_STATED,
            country=person.country or NOT_STATED,
        )
        for person in once.values()
    ]


def members(session: Session, actor: Actor, programme: Programme, today: date) -> Sequence[Person]:
    """Who has an active part in a programme; discreet people count for coordinators alone."""
    active = select(Membership.person_id).where(
        Membership.programme_id == programme.id,
        Membership.status == MembershipStatus.ACTIVE,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    return session.scalars(
        select(Person)
        .where(Person.id.in_(active), visible_people(actor, programme.id))
        .options(raiseload("*"))
    ).all()


def coming(rows: Iterable[Participation]) -> list[Person]:
    """Who of a list takes part and has not said no. The people must be loaded."""
    return [
        row.person
        for row in rows
        if row.entry in TAKING_PART
        and row.partstat is not Partstat.DECLINED
        and row.person.erased_at is None
    ]
