"""After an outage: coordinators are told once what did not go."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.core.mail import Link, Site
from mmp.models import Delivery, Event, Mail, Membership, Person, Programme
from mmp.models.enums import DeliveryState, MembershipRole, MembershipStatus
from mmp.services.outbox.queue import NewMail, enqueue_many
from mmp.services.outbox.sources import More, source_for

OVERDUE: Final = "overdue"
"""Why a line ended that an outage kept from going in time."""
KIND: Final = "reminders_overdue"


def tell_coordinators(session: Session, *, now: datetime, programmes: Collection[int]) -> None:
    """One mail a day to each coordinator of these programmes; how many lines it was is read when
    it leaves, for they end in several steps."""
    if not programmes:
        return
    rows = session.execute(
        select(Person.id, Person.uuid, Membership.programme_id, Programme.slug)
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .join(Programme, Programme.id == Membership.programme_id)
        .where(
            Membership.programme_id.in_(programmes),
            Membership.role == MembershipRole.COORDINATOR,
            Membership.status == MembershipStatus.ACTIVE,
            Person.email.is_not(None),
        )
    ).all()
    mails = [
        NewMail(
            kind=KIND,
            template=KIND,
            person_id=row.id,
            programme_id=row.programme_id,
            parameters={"since": now, "page": Link(f"/{{language}}/programmes/{row.slug}/")},
            dedupe_key=f"{KIND}:{row.slug}:{row.uuid}:{now:%Y-%m-%d}",
        )
        for row in rows
    ]
    enqueue_many(session, now=now, mails=mails)


@source_for(KIND)
def _counts(session: Session, mails: Sequence[Mail], site: Site) -> Mapping[int, More]:
    rows = session.execute(
        select(Event.programme_id, func.count().label("lines"))
        .select_from(Delivery)
        .join(Event, Event.id == Delivery.event_id)
        .where(
            Delivery.state == DeliveryState.EXPIRED,
            Delivery.reason == OVERDUE,
            Delivery.ended_at >= min(mail.created_at for mail in mails) - timedelta(minutes=1),
            Event.programme_id.in_({mail.programme_id for mail in mails}),
        )
        .group_by(Event.programme_id)
    )
    counts: dict[int | None, int] = {row.programme_id: row.lines for row in rows}
    return {mail.id: More(values={"count": counts.get(mail.programme_id, 0)}) for mail in mails}
