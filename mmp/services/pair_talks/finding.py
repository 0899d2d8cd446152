"""What the members of a pair find of their talks: the query is the permission."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload, raiseload, selectinload

from mmp.core.errors import NotFound
from mmp.core.mail import token
from mmp.core.zones import day_in_zone
from mmp.models import (
    Event,
    Membership,
    OfferedTime,
    Pair,
    PairMember,
    Person,
    TalkLog,
    TalkOffer,
)
from mmp.models.enums import AttributionConsent, MembershipStatus
from mmp.services import permissions
from mmp.services.permissions import Actor

_CAREFUL = (AttributionConsent.NO, AttributionConsent.UNATTRIBUTED, AttributionConsent.NAMED)


def own_pairs(session: Session, actor: Actor, *, today: date | None = None) -> Sequence[Pair]:
    """The actor's pairs with their members and programme, the current ones first.

    With `today` only pairs they belong to on that day.
    """
    return _with_members(
        session, permissions.own_pairs(actor), *([_current(actor, today)] if today else [])
    )


def own_pair(session: Session, actor: Actor, uuid: UUID) -> Pair:
    """One of the actor's pairs. Raises NotFound, also for who plans the programme."""
    found = _with_members(session, permissions.own_pairs(actor), Pair.uuid == uuid)
    if not found:
        raise NotFound("There is no such pair.")
    return found[0]


def is_current(pair: Pair, person_id: int | None, today: date) -> bool:
    """Whether the pair goes on that day with this person in it."""
    return (pair.ends_on or today) >= today and any(
        member.person_id == person_id and (member.ends_on or today) >= today
        for member in pair.members
    )


def partners(pair: Pair, person_id: int | None, today: date) -> list[Person]:
    """The other people of the pair who belong to it on that day."""
    return [
        member.person
        for member in pair.members
        if member.person_id != person_id
        and (member.starts_on or today) <= today <= (member.ends_on or today)
    ]


def open_offers(session: Session, pairs: Collection[Pair], now: datetime) -> dict[int, TalkOffer]:
    """The times that are waiting for an answer, by the pair's number."""
    found = session.scalars(
        select(TalkOffer)
        .where(
            TalkOffer.pair_id.in_([pair.id for pair in pairs]),
            TalkOffer.closed_at.is_(None),
            TalkOffer.expires_at > now,
        )
        .options(
            selectinload(TalkOffer.times),
            joinedload(TalkOffer.offered_by),
            joinedload(TalkOffer.pair).joinedload(Pair.programme),
            raiseload("*"),
        )
    )
    return {offer.pair_id: offer for offer in found}


def offered_time(session: Session, pair: Pair, uuid: UUID | None) -> OfferedTime:
    """A time that was ever offered within a pair of the actor's. Raises NotFound."""
    found = session.scalar(
        select(OfferedTime)
        .join(OfferedTime.offer)
        .where(OfferedTime.uuid == uuid, TalkOffer.pair_id == pair.id)
    )
    if found is None:
        raise NotFound("There is no such time.")
    return found


def talks_of(session: Session, actor: Actor, pair: Pair) -> Sequence[Event]:
    """The pair's talks from the actor's time in it, earliest first."""
    return session.scalars(
        select(Event)
        .where(Event.pair_id == pair.id, permissions.own_talks(actor))
        .options(raiseload("*"))
        .order_by(Event.ends_at, Event.id)
    ).all()


def own_talk(session: Session, actor: Actor, uuid: UUID) -> Event:
    """One talk with its pair. Raises NotFound."""
    found = session.scalar(
        select(Event)
        .where(Event.uuid == uuid, permissions.own_talks(actor))
        .options(
            joinedload(Event.programme),
            joinedload(Event.pair).selectinload(Pair.members).joinedload(PairMember.person),
            selectinload(Event.participations),
        )
    )
    if found is None:
        raise NotFound("There is no such talk.")
    return found


def logs_of(session: Session, actor: Actor, pairs: Collection[Pair]) -> Sequence[TalkLog]:
    """What the pairs have logged in the actor's time in them, latest first."""
    return session.scalars(
        _logs(actor)
        .where(TalkLog.pair_id.in_([pair.id for pair in pairs]))
        .order_by(TalkLog.day.desc(), TalkLog.id.desc())
    ).all()


def latest_log(logs: Sequence[TalkLog], pair: Pair) -> TalkLog | None:
    """The latest of these that is the pair's."""
    return next((log for log in logs if log.pair_id == pair.id), None)


def own_log(session: Session, actor: Actor, uuid: UUID) -> TalkLog:
    """One entry of the log. Raises NotFound."""
    found = session.scalar(_logs(actor).where(TalkLog.uuid == uuid))
    if found is None:
        raise NotFound("There is no such entry.")
    return found


def log_of(
    session: Session, actor: Actor, pair: Pair, log: TalkLog | None, talk: Event | None
) -> TalkLog | None:
    """The entry as it is now: this one, or the one of this talk."""
    which = TalkLog.id == log.id if log else TalkLog.event_id == (talk.id if talk else None)
    return session.scalar(
        _logs(actor)
        .where(TalkLog.pair_id == pair.id, which)
        .execution_options(populate_existing=True)
    )


def shared_consent(log: TalkLog, members: Collection[int]) -> AttributionConsent:
    """How far the talk may be quoted: as far as the most careful of these members says."""
    said = {consent.person_id: consent.consent for consent in log.consents}
    return min(
        (said.get(member, AttributionConsent.NO) for member in members),
        key=_CAREFUL.index,
        default=AttributionConsent.NO,
    )


@dataclass(frozen=True, slots=True)
class Invitation:
    """An offered time as the link in a mail leads to it, and to whom the mail went."""

    time: OfferedTime
    person: Person

    @property
    def offer(self) -> TalkOffer:
        return self.time.offer


def invitation(
    session: Session, *, now: datetime, secret: str, time: UUID, given: str
) -> Invitation:
    """Whom the link of a mail belongs to. Changes nothing, whoever opens it.

    Raises NotFound where the token is nobody's, or they are not of the pair any more.
    """
    found = session.scalar(
        select(OfferedTime)
        .where(OfferedTime.uuid == time)
        .options(
            joinedload(OfferedTime.offer).options(
                selectinload(TalkOffer.times),
                joinedload(TalkOffer.offered_by),
                joinedload(TalkOffer.event),
                joinedload(TalkOffer.pair).options(
                    joinedload(Pair.programme),
                    selectinload(Pair.members).joinedload(PairMember.person),
                ),
            )
        )
    )
    for person in _asked(found.offer, now) if found else ():
        assert found is not None  # there are people
        wanted = token(secret, token_purpose(found.offer), person.uuid)
        if compare_digest(wanted, given) and _takes_part(session, found.offer.pair, person):
            return Invitation(found, person)
    raise NotFound("There is no such offer, or it is not open any more.")


def token_purpose(offer: TalkOffer) -> str:
    """What the tokens in the mails of an offer are derived from, beside the reader."""
    return f"pick-talk:{offer.uuid}"


def _asked(offer: TalkOffer, now: datetime) -> list[Person]:
    today = day_in_zone(now, offer.pair.programme.zone)
    if (offer.pair.ends_on or today) < today:
        return []
    return partners(offer.pair, offer.offered_by_id, today)


def _takes_part(session: Session, pair: Pair, person: Person) -> bool:
    part = select(Membership.id).where(
        Membership.person_id == person.id,
        Membership.programme_id == pair.programme_id,
        Membership.status != MembershipStatus.LEFT,
    )
    return session.scalar(part.limit(1)) is not None


def _with_members(session: Session, *conditions: ColumnElement[bool]) -> Sequence[Pair]:
    return session.scalars(
        select(Pair)
        .where(*conditions)
        .options(
            joinedload(Pair.programme),
            selectinload(Pair.members).joinedload(PairMember.person),
        )
        .order_by(Pair.ends_on.is_not(None), Pair.starts_on.desc(), Pair.id)
    ).all()


def _current(actor: Actor, today: date) -> ColumnElement[bool]:
    return (
        select(PairMember.id)
        .where(
            PairMember.pair_id == Pair.id,
            PairMember.person_id == actor.person_id,
            or_(PairMember.ends_on.is_(None), PairMember.ends_on >= today),
            or_(Pair.ends_on.is_(None), Pair.ends_on >= today),
        )
        .exists()
    )


def _logs(actor: Actor) -> Select[TalkLog]:
    member = (
        select(PairMember.id)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(
            PairMember.pair_id == TalkLog.pair_id,
            PairMember.person_id == actor.person_id,
            Pair.programme_id.in_(actor.programmes),
            or_(PairMember.ends_on.is_(None), TalkLog.day <= PairMember.ends_on),
            or_(PairMember.starts_on.is_(None), TalkLog.day >= PairMember.starts_on),
        )
        .exists()
    )
    return (
        select(TalkLog)
        .where(member)
        .options(selectinload(TalkLog.consents), joinedload(TalkLog.event))
    )
