"""The year of groups: who has met whom, for those who plan; of the discreet only coordinators see
anything, and what is left is counted as if they were not there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, raiseload

from mmp.models import Membership, Person, Programme
from mmp.models.enums import MembershipRole, MembershipStatus
from mmp.services.breakouts.met import Met, Two, counts, rounds_before
from mmp.services.permissions import Actor, visible_people


@dataclass(frozen=True, slots=True)
class Year:
    """People by name, groups that met, and how often each two of these people did."""

    people: Sequence[Person]
    rounds: Sequence[Met]
    met: Mapping[Two, int]

    def times(self, one: Person, other: Person) -> int:
        """How often these two sat in one group."""
        return self.met.get((min(one.id, other.id), max(one.id, other.id)), 0)

    def known_by(self, one: Person) -> int:
        """How many of the others somebody has met."""
        return sum(self.times(one, other) > 0 for other in self.people if other is not one)

    def not_yet(self, one: Person) -> list[Person]:
        """Whom somebody has not met, by name."""
        return [other for other in self.people if other is not one and not self.times(one, other)]


def year_of(
    session: Session, actor: Actor, programme: Programme, *, now: datetime, today: date
) -> Year:
    """Its active mentors and whoever else sat in a group; five statements."""
    rounds = rounds_before(session, programme, before=now)
    sat = {one for met in rounds for group in met.groups for one in group}
    mentors = select(Membership.person_id).where(
        Membership.programme_id == programme.id,
        Membership.role == MembershipRole.MENTOR,
        Membership.status == MembershipStatus.ACTIVE,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    people = session.scalars(
        select(Person)
        .where(
            and_(
                or_(Person.id.in_(sat), Person.id.in_(mentors)),
                visible_people(actor, programme.id),
            )
        )
        .options(raiseload("*"))
        .order_by(Person.search, Person.id)
    ).all()
    return Year(people, rounds, counts(rounds))
