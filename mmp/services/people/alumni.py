"""Who took part stays in touch, if they agree."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.zones import day_in_zone
from mmp.models import Membership, Person, Programme
from mmp.models.enums import ConsentPurpose, MembershipRole, MembershipStatus
from mmp.services import consents
from mmp.services.desk import person_of
from mmp.services.people.editing import note
from mmp.services.people.leaving import state_of
from mmp.services.permissions import Actor


def make_alumni(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    person: Person,
    agreed: bool | None,
) -> UUID:
    """Make somebody an alumna or alumnus in the parts they have as mentor, speaker or guest; gives
    how to undo it. `agreed`: whether they said yes or no to being written to; None where nobody
    asked.

    Raises UserError for who has no such part.
    """
    rows = session.scalars(
        select(Membership).where(
            Membership.programme_id == programme.id,
            Membership.person_id == person.id,
            Membership.status != MembershipStatus.ALUMNI,
            Membership.role.not_in((MembershipRole.COORDINATOR, MembershipRole.ASSISTANT)),
        )
    ).all()
    if not rows:
        raise UserError("They have no part in this programme that could end.", field="agreed")
    was = {row.role: state_of(row) for row in rows}
    today = day_in_zone(now, programme.zone)
    for row in rows:
        row.status, row.ends_on = MembershipStatus.ALUMNI, row.ends_on or today
    if agreed is not None:
        consents.say(
            session,
            now=now,
            actor=person_of(session, actor),
            person=person,
            purpose=ConsentPurpose.ALUMNI_CONTACT,
            given=agreed,
        )
    session.flush()
    changes = {"parts": [was, None], "alumni_contact": [None, agreed]}
    return note(session, actor, now, programme, person, "alumni", changes)
