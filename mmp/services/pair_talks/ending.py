"""What happens to agreed talks when those who agreed them part."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mmp.models import Event, OfferEnd, Pair, Person, TalkOffer
from mmp.models.enums import EventStatus
from mmp.services import history
from mmp.services.events import touch
from mmp.services.pair_talks import mails


def talks_after(session: Session, pair: Pair, *, now: datetime, day: date) -> Sequence[Event]:
    """The pair's agreed talks that are still to come and end after this day, earliest first."""
    coming = session.scalars(
        select(Event)
        .where(
            Event.pair_id == pair.id,
            Event.status == EventStatus.PUBLISHED,
            Event.starts_at > now,
        )
        .options(selectinload(Event.participations))
        .order_by(Event.starts_at)
    ).all()
    return [talk for talk in coming if talk.ends_local and talk.ends_local.date() > day]


def cancel_talks_after(
    session: Session, *, now: datetime, actor: Person, pair: Pair, day: date
) -> Sequence[Event]:
    """Cancel them; everybody who was of the pair gets a mail. Times that are waiting for an answer
    are not open any more. Call it before the members change, in the pair's turn."""
    found = talks_after(session, pair, now=now, day=day)
    for talk in found:
        talk.status = EventStatus.CANCELLED
        touch(talk, {"status"}, now=now)
        session.flush()
        history.record(
            session,
            now=now,
            actor=actor,
            programme=pair.programme,
            kind="event",
            uuid=talk.uuid,
            action="cancelled",
            changes={"status": ["published", "cancelled"]},
        )
        people = [member.person for member in pair.members_on(talk_day(talk))]
        mails.tell_cancelled(session, now=now, talk=talk, pair=pair, people=people)
    offers = session.scalars(
        select(TalkOffer).where(TalkOffer.pair_id == pair.id, TalkOffer.closed_at.is_(None))
    )
    for offer in offers:
        offer.closed_at, offer.closed_as = now, OfferEnd.WITHDRAWN
    session.flush()
    return found


def talk_day(talk: Event) -> date:
    """The day of a talk where the one who planned it lives."""
    assert talk.starts_local is not None  # talks have times
    return talk.starts_local.date()
