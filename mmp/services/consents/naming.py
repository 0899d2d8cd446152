"""What public pages have to know of people before they name them, read at once."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Membership, Person, Programme
from mmp.models.enums import ConsentPurpose, MembershipRole
from mmp.services.consents.agreeing import agrees, refuses


@dataclass(frozen=True, slots=True)
class Naming:
    """Numbers of people: who is or was a mentor of the programme, who is not to be listed, and who
    took back their name beside what they said."""

    mentors: frozenset[int] = frozenset()
    unlisted: frozenset[int] = frozenset()
    unquoted: frozenset[int] = frozenset()


def naming(session: Session, programme: Programme, people: Collection[int]) -> Naming:
    """Of these people; one statement."""
    mentor = (
        select(Membership.id)
        .where(
            Membership.programme_id == programme.id,
            Membership.role == MembershipRole.MENTOR,
            Membership.person_id == Person.id,
        )
        .exists()
    )
    rows = session.execute(
        select(
            Person.id,
            mentor.label("mentor"),
            agrees(ConsentPurpose.LISTED).label("listed"),
            refuses(ConsentPurpose.QUOTES).label("unquoted"),
        ).where(Person.id.in_(set(people)))
    ).all()
    return Naming(
        mentors=frozenset(row.id for row in rows if row.mentor),
        unlisted=frozenset(row.id for row in rows if not row.listed),
        unquoted=frozenset(row.id for row in rows if row.unquoted),
    )
