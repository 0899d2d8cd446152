"""Saying yes or no to a purpose. Nothing is overwritten: the history is the rows themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mmp.models import Consent, Person
from mmp.models.enums import ConsentPurpose
from mmp.services import history
from mmp.services.consents.agreeing import DEFAULTS
from mmp.services.outbox.replacing import write_anew


@dataclass(frozen=True, slots=True)
class Said:
    """How somebody stands to one purpose, and all they said of it, the latest first."""

    purpose: ConsentPurpose
    given: bool
    rows: Sequence[Consent]


def say(
    session: Session,
    *,
    now: datetime,
    actor: Person | None,
    person: Person,
    purpose: ConsentPurpose,
    given: bool,
) -> bool:
    """Note a yes or a no; tells whether they had not said so before. Where `actor` is somebody
    else they wrote down what they were told, and the row says so. Feeds and mails that wait follow
    at once."""
    rows = _rows(session, person, purpose)
    if rows and rows[0].given is given:
        return False
    noted_by = actor if actor is not None and actor is not person else None
    session.add(Consent(person=person, noted_by=noted_by, purpose=purpose, given=given, at=now))
    if purpose is ConsentPurpose.FEED_DETAIL:
        write_anew(session, person)
    session.flush()
    history.record(
        session,
        now=now,
        actor=actor,
        programme=None,
        kind="consent",
        uuid=person.uuid,
        action="given" if given else "withdrawn",
        changes={purpose.value: [rows[0].given if rows else None, given]},
    )
    return True


def consents_of(session: Session, person: Person) -> list[Said]:
    """All purposes in their order; one statement."""
    rows = _rows(session, person)
    found = []
    for purpose in ConsentPurpose:
        own = [row for row in rows if row.purpose is purpose]
        found.append(Said(purpose, own[0].given if own else DEFAULTS[purpose], own))
    return found


def _rows(
    session: Session, person: Person, purpose: ConsentPurpose | None = None
) -> Sequence[Consent]:
    wanted = select(Consent).where(Consent.person_id == person.id)
    if purpose is not None:
        wanted = wanted.where(Consent.purpose == purpose)
    return session.scalars(
        wanted.options(joinedload(Consent.noted_by)).order_by(Consent.id.desc())
    ).all()
