"""Who wants no reminders and messages of a programme any more, and who wants them again.

What concerns one's sign-in, and invitations, changes and cancellations, come all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound
from mmp.core.mail import Reason, unsubscribe_token
from mmp.models import Delivery, Mail, Membership, OptOut, Person, PersonMerge, Programme
from mmp.models.enums import MembershipStatus
from mmp.models.mail import MailState
from mmp.services import history, outbox

KIND = "opt_out"
"""What the history calls it."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A person and a programme; `since` when they want no more of its reminders and messages."""

    person: Person
    programme: Programme
    since: datetime | None

    @property
    def wanted(self) -> bool:
        return self.since is None


def subscription(
    session: Session, *, secret: str, person: UUID, slug: str, given: str
) -> Subscription:
    """Whom the way out at the end of a mail belongs to. Changes nothing. Raises NotFound."""
    found = session.execute(
        select(Person, Programme, OptOut.since)
        .select_from(Person)
        .join(Programme, _called(slug))
        .outerjoin(OptOut, (OptOut.person_id == Person.id) & (OptOut.programme_id == Programme.id))
        .where(_who(person))
    ).first()
    # A token is compared in either case: how long it takes tells nothing of who there is.
    of = found.Programme.uuid if found else person
    if not compare_digest(unsubscribe_token(secret, person=person, programme=of), given) or (
        found is None
    ):
        raise NotFound("There is no such page.")
    return Subscription(*found)


def _called(name: str) -> ColumnElement[bool]:
    """By its slug, or by its number in mail that names no programme."""
    try:
        return or_(Programme.slug == name, Programme.uuid == UUID(name))
    except ValueError:
        return Programme.slug == name


def subscriptions(session: Session, *, person_id: int) -> Sequence[Subscription]:
    """Every programme that a person has a part in, by its slug. One statement."""
    rows = session.execute(
        select(Person, Programme, OptOut.since)
        .select_from(Person)
        .join(Membership, Membership.person_id == Person.id)
        .join(Programme, Programme.id == Membership.programme_id)
        .outerjoin(OptOut, (OptOut.person_id == Person.id) & (OptOut.programme_id == Programme.id))
        .where(Person.id == person_id, Membership.status == MembershipStatus.ACTIVE)
        .order_by(Programme.slug)
    )
    return list({row.Programme.id: Subscription(*row) for row in rows}.values())


def opt_out(session: Session, *, now: datetime, person: Person, programme: Programme) -> bool:
    """Send this person no reminders and messages of the programme any more, and call off those
    that wait. Tells whether that is new; again, it changes nothing."""
    session.flush()
    if _of(session, person, programme) is not None:
        return False
    session.add(OptOut(person_id=person.id, programme_id=programme.id, since=now))
    outbox.cancel_all(
        session, now=now, reason=Reason.OPTED_OUT, person=person, optional_of=programme
    )
    _note(session, now, person, programme, wanted=False)
    session.flush()
    return True


def opt_in(session: Session, *, now: datetime, person: Person, programme: Programme) -> bool:
    """Send them again, also messages that were called off and are not too late. Reminders are
    planned anew. Tells whether that is new."""
    found = _of(session, person, programme)
    if found is None:
        return False
    session.execute(
        update(Mail)
        .where(
            Mail.person_id == person.id,
            Mail.programme_id == programme.id,
            Mail.state == MailState.CANCELLED,
            Mail.reason == Reason.OPTED_OUT,
            Mail.ended_at >= found.since,
            or_(Mail.expires_at.is_(None), Mail.expires_at > now),
            ~exists().where(Delivery.mail_id == Mail.id),
        )
        .values(state=MailState.DUE, reason=None, ended_at=None)
        .execution_options(synchronize_session=False)
    )
    session.delete(found)
    _note(session, now, person, programme, wanted=True)
    session.flush()
    return True


def _who(person: UUID) -> ColumnElement[bool]:
    """Somebody, or whom they became part of: mail to a record that was joined leads on."""
    into = select(PersonMerge.into_id).where(PersonMerge.gone_uuid == person)
    return or_(Person.id == into.scalar_subquery(), and_(Person.uuid == person, ~into.exists()))


def _of(session: Session, person: Person, programme: Programme) -> OptOut | None:
    return session.scalar(
        select(OptOut).where(OptOut.person_id == person.id, OptOut.programme_id == programme.id)
    )


def _note(
    session: Session, now: datetime, person: Person, programme: Programme, *, wanted: bool
) -> None:
    history.record(
        session,
        now=now,
        actor=person,
        programme=programme,
        kind=KIND,
        uuid=person.uuid,
        action="opted_in" if wanted else "opted_out",
        changes={"reminders_and_messages": [not wanted, wanted]},
    )
