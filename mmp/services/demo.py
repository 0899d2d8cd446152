"""What the demo needs of the rows: whether it is there, and whom to show as an example."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound
from mmp.core.texts import language_of
from mmp.models import Membership, Participation, Person, Programme
from mmp.models.enums import Entry, MembershipRole, MembershipStatus

SLUG = "mmp26"
"""The demo's main programme; an instance without it holds something else."""


def holds_demo(session: Session) -> bool:
    """Whether the demo was loaded here. Reads nothing that migrations might have to make first."""
    return session.scalar(select(Programme.id).where(Programme.slug == SLUG)) is not None


def example_coordinator(session: Session) -> Person:
    """The first coordinator of the demo by handle. Raises NotFound if there is none."""
    found = session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .join(Programme, Programme.id == Membership.programme_id)
        .where(
            Programme.slug == SLUG,
            Membership.role == MembershipRole.COORDINATOR,
            Membership.status == MembershipStatus.ACTIVE,
        )
        .order_by(Person.key)
    ).first()
    if found is None:
        raise NotFound("The demo has no coordinator left to show.")
    return found


def example_mentor(session: Session) -> Person:
    """A mentor of the demo whose feed has something to show: the first by handle who reads English,
    takes part in events and hides from nobody. Raises NotFound if there is no such mentor."""
    invited = select(Participation.person_id).where(Participation.entry == Entry.INVITED)
    mentors = session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .join(Programme, Programme.id == Membership.programme_id)
        .where(
            Programme.slug == SLUG,
            Membership.role == MembershipRole.MENTOR,
            Membership.status == MembershipStatus.ACTIVE,
            Person.email.is_not(None),
            Person.discreet.is_(False),
            Person.id.in_(invited),
        )
        .order_by(Person.key)
    ).all()
    if not mentors:
        raise NotFound("The demo has no mentor left to show.")
    return min(mentors, key=lambda person: language_of(person.locale) != "en")
