"""Offering times and picking one of them. Of a pair one offer is open, and one pick counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.core import talk_times
from mmp.core.errors import UserError
from mmp.core.texts import language_of
from mmp.core.zones import day_in_zone
from mmp.models import Event, OfferedTime, OfferEnd, Pair, Participation, Person, TalkOffer
from mmp.models.enums import AttendanceForm, EventForm, EventStatus, Partstat
from mmp.services import history
from mmp.services.events import lasting_uid, proposed_columns, when_columns
from mmp.services.pair_talks import mails
from mmp.services.pair_talks.finding import is_current, partners

MOST_TIMES: Final = 5
LASTS: Final = timedelta(days=14)
FURTHEST: Final = timedelta(days=366)
SHORTEST, LONGEST = 10, 8 * 60
"""Minutes."""


class OfferOpen(UserError):
    """The partner offered times meanwhile: better to look at them first."""

    code = "offer_open"


class TimeTaken(UserError):
    """The offer is not open any more, or this time has passed."""

    code = "taken"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is offered. `starts` are wall times (naive) in the offerer's zone."""

    starts: Sequence[datetime]
    minutes: int
    where: str = ""
    """A link to join, else words for a place; empty where it is settled otherwise."""
    topic: str = ""


def offer_times(
    session: Session,
    *,
    now: datetime,
    actor: Person,
    pair: Pair,
    uuid: UUID,
    wish: Wish,
    seen: UUID | None = None,
) -> TalkOffer:
    """Offer one to five times to the partner, who gets a mail.

    The same `uuid` makes one offer. An offer of one's own that was open gives way; one of the
    partner does if the actor has `seen` it. Raises OfferOpen where they have not, UserError with
    the field `time1` to `time5`, `minutes`, `where` or `topic` for what cannot be.
    """
    one_at_a_time(session, pair)
    made = session.scalar(select(TalkOffer).where(TalkOffer.uuid == uuid))
    if made is not None:
        if (made.pair_id, made.offered_by_id) == (pair.id, actor.id):
            return made
        raise UserError("Load the page again and try once more.")
    today = day_in_zone(now, pair.programme.zone)
    others = partners(pair, actor.id, today)
    if not others or not is_current(pair, actor.id, today):
        raise UserError("This pair has ended; there is nobody to offer times to.")
    times = _times(wish, actor.zone, now)
    known = _open(session, pair)
    if known is not None and known.expires_at > now:
        if known.offered_by_id != actor.id and known.uuid != seen:
            raise OfferOpen("Your partner has offered times just now. Pick one, or send yours.")
    if known is not None:
        _close(session, now, known, _end_of(known, actor, now))
    place, link = _where(wish.where)
    offer = TalkOffer(
        uuid=uuid,
        pair=pair,
        offered_by=actor,
        topic=_words(wish.topic, "topic"),
        place=place,
        join_link=link,
        created_at=now,
        expires_at=min(now + LASTS, max(time.starts_at for time in times)),
    )
    offer.times.extend(times)
    session.add(offer)
    session.flush()
    _record(session, now, actor, offer, "offered", {"times": len(times)})
    mails.tell_offered(session, now=now, offer=offer, people=others)
    return offer


def withdraw_offer(session: Session, *, now: datetime, actor: Person, offer: TalkOffer) -> None:
    """Take an offer back: one's own, or say that none of the partner's suits. Once is enough."""
    one_at_a_time(session, offer.pair)
    session.refresh(offer)
    if offer.closed_at is None:
        _close(session, now, offer, OfferEnd.WITHDRAWN)
        _record(session, now, actor, offer, "withdrawn", {})


def pick_time(session: Session, *, now: datetime, actor: Person, time: OfferedTime) -> Event:
    """Make a talk of an offered time; both get a mail. Picking it once more gives the same talk.

    Raises TimeTaken where the offer is closed, another time was picked, or it has passed.
    """
    pair = time.offer.pair
    one_at_a_time(session, pair)
    session.refresh(time)
    session.refresh(time.offer)
    offer = time.offer
    if time.picked_at is not None and offer.event is not None:
        return offer.event
    if offer.offered_by_id == actor.id:
        raise UserError("Your partner picks; you can offer other times.")
    if offer.closed_as is OfferEnd.PICKED:
        raise TimeTaken(
            "Another of these times was picked just before. Your talk is fixed already."
        )
    if offer.closed_at is not None or offer.expires_at <= now:
        raise TimeTaken("These times are not open any more. Offer others, or ask for some.")
    if time.starts_at <= now:
        raise TimeTaken("This time has passed; pick another.")
    talk = _talk(now, offer, time)
    session.add(talk)
    for member in pair.members:
        agreed = member.person_id in (actor.id, offer.offered_by_id)
        _put_on_list(session, now, talk, member.person, agreed=agreed)
    time.picked_at = now
    offer.event = talk
    _close(session, now, offer, OfferEnd.PICKED)
    history.record(
        session,
        now=now,
        actor=actor,
        programme=pair.programme,
        kind="event",
        uuid=talk.uuid,
        action="agreed",
    )
    mails.tell_fixed(
        session, now=now, talk=talk, pair=pair, today=day_in_zone(now, pair.programme.zone)
    )
    return talk


def one_at_a_time(session: Session, pair: Pair) -> None:
    """Whatever happens to a pair's talks happens in turn: writing its row makes others wait, on
    SQLite as on PostgreSQL, and what is read after this is what they left."""
    session.execute(
        update(Pair)
        .where(Pair.id == pair.id)
        .values(version=Pair.version)
        .execution_options(synchronize_session=False)
    )


def _open(session: Session, pair: Pair) -> TalkOffer | None:
    return session.scalar(
        select(TalkOffer)
        .where(TalkOffer.pair_id == pair.id, TalkOffer.closed_at.is_(None))
        .options(joinedload(TalkOffer.offered_by), selectinload(TalkOffer.times))
        .execution_options(populate_existing=True)
    )


def _end_of(known: TalkOffer, actor: Person, now: datetime) -> OfferEnd:
    if known.expires_at <= now:
        return OfferEnd.EXPIRED
    return OfferEnd.WITHDRAWN if known.offered_by_id == actor.id else OfferEnd.ANSWERED


def _close(session: Session, now: datetime, offer: TalkOffer, end: OfferEnd) -> None:
    offer.closed_at, offer.closed_as = now, end
    session.flush()


def _times(wish: Wish, zone: str, now: datetime) -> list[OfferedTime]:
    if not SHORTEST <= wish.minutes <= LONGEST:
        raise UserError("Choose between 10 minutes and 8 hours.", field="minutes")
    if not 1 <= len(wish.starts) <= MOST_TIMES:
        raise UserError("Offer one to five times.", field="time1")
    found: dict[datetime, OfferedTime] = {}
    for number, starts in enumerate(wish.starts, start=1):
        if (time := _time(starts, wish.minutes, zone, now, f"time{number}")).starts_at not in found:
            found[time.starts_at] = time
    return [found[at] for at in sorted(found)]


def _time(starts: datetime, minutes: int, zone: str, now: datetime, field: str) -> OfferedTime:
    check_start(starts, zone, now, field)
    return OfferedTime(**proposed_columns(talk_times.talk_when(starts, minutes, zone)))


def check_start(starts: datetime, zone: str, now: datetime, field: str) -> None:
    """Refuse a wall time that has passed, lies too far off, or that the clocks skip."""
    if talk_times.shown(starts, zone) is talk_times.Clock.NEVER:
        raise UserError(
            "The clocks go forward in that night: %(time)s is left out where you are. Choose "
            "another time.",
            field=field,
            time=f"{starts:%H:%M}",
        )
    at = talk_times.talk_when(starts, SHORTEST, zone).span().starts_at
    assert at is not None  # it is timed
    if at <= now:
        raise UserError("This time has passed; choose a later one.", field=field)
    if at > now + FURTHEST:
        raise UserError("Choose a time within a year.", field=field)


def _words(text: str, field: str) -> str | None:
    text = " ".join(text.split())
    if len(text) > 300:
        raise UserError("Say it in 300 letters at most.", field=field)
    return text or None


def _where(text: str) -> tuple[str | None, str | None]:
    """A place, or a link to join."""
    words = _words(text, "where")
    if words is None or words.startswith("https://"):
        return None, words
    if words.startswith("http://"):
        raise UserError("Give a link that begins with https://.", field="where")
    return words, None


def where_of(text: str, person: Person) -> dict[str, Any]:
    """The columns of a talk that say where it is, as this person wrote it: `form`, `venue` and
    `join_link`. Raises UserError (field `where`)."""
    place, link = _where(text)
    return {
        "form": EventForm.ONLINE
        if link
        else EventForm.IN_PERSON
        if place
        else EventForm.NOT_STATED,
        "venue": {language_of(person.locale): place} if place else {},
        "join_link": link,
    }


def _talk(now: datetime, offer: TalkOffer, time: OfferedTime) -> Event:
    pair = offer.pair
    language = language_of(offer.offered_by.locale)
    return Event(
        key=f"talk-{time.uuid}",
        uuid=time.uuid,
        uid=lasting_uid(time.uuid),
        programme=pair.programme,
        pair=pair,
        title=mails.talk_title(pair),
        description={language: offer.topic} if offer.topic else {},
        status=EventStatus.PUBLISHED,
        **where_of(offer.join_link or offer.place or "", offer.offered_by),
        created_at=now,
        changed_at=now,
        **when_columns(time.when),
    )


def _put_on_list(
    session: Session, now: datetime, talk: Event, person: Person, *, agreed: bool
) -> None:
    session.add(
        Participation(
            event=talk,
            person=person,
            partstat=Partstat.ACCEPTED if agreed else Partstat.NEEDS_ACTION,
            answered_at=now if agreed else None,
            form=AttendanceForm.ONLINE if talk.form is EventForm.ONLINE else None,
            created_at=now,
            changed_at=now,
        )
    )


def _record(
    session: Session,
    now: datetime,
    actor: Person,
    offer: TalkOffer,
    action: str,
    changes: dict[str, object],
) -> None:
    history.record(
        session,
        now=now,
        actor=actor,
        programme=offer.pair.programme,
        kind="talk_offer",
        uuid=offer.uuid,
        action=action,
        changes=changes,
    )
