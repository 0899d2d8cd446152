"""Who reads a feed, as far as its content depends on them, in one statement."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from mmp.adapters.translations import LANGUAGES, locale_for
from mmp.models import Feed, Membership, Person, Programme
from mmp.models.enums import DeclinedEvents, FeedKind, MembershipStatus
from mmp.services.feeds import RUNS_PROGRAMME, hash_token


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One reader and the state of what they may see: equal readers get equal feeds.

    `person_id` is None for a programme's public feed; `kind` is then None too. `polled_at` says
    when a program last asked, and is no part of the state.
    """

    locale: str
    zone: str
    counter: int
    kind: FeedKind | None = None
    person_id: int | None = None
    programme_id: int | None = None
    discreet: bool = False
    declined_events: DeclinedEvents = DeclinedEvents.HIDE
    alarm_minutes: int | None = None
    feed_id: int | None = None
    polled_at: datetime | None = field(default=None, compare=False)


_RUNS_PROGRAMME = exists().where(
    Membership.person_id == Feed.person_id,
    Membership.programme_id == Feed.programme_id,
    Membership.role.in_(RUNS_PROGRAMME),
    Membership.status == MembershipStatus.ACTIVE,
)
# Built once and run without the unit of work: most polls do nothing else.
_BY_TOKEN = (
    select(
        Feed.id,
        Feed.kind,
        Feed.programme_id,
        Feed.polled_at,
        Person.id.label("person_id"),
        Person.locale,
        Person.languages,
        Person.zone,
        Person.discreet,
        Person.declined_events,
        Person.alarm_minutes,
        Person.calendar_counter,
        Programme.calendar_counter.label("programme_counter"),
    )
    .join(Person, Person.id == Feed.person_id)
    .outerjoin(Programme, Programme.id == Feed.programme_id)
    .where(
        Feed.token_hash == bindparam("token_hash"),
        Feed.revoked_at.is_(None),
        or_(
            Feed.kind == FeedKind.PERSON,
            and_(Feed.kind == FeedKind.COORDINATOR, _RUNS_PROGRAMME),
        ),
    )
)


def find_reader(session: Session, token: str) -> Reader | None:
    """The reader whose feed has this token; None if there is none, or it was revoked.

    A coordinator's feed ends with their role.
    """
    row = session.connection().execute(_BY_TOKEN, {"token_hash": hash_token(token)}).one_or_none()
    if row is None:
        return None
    coordinates = row.kind is FeedKind.COORDINATOR
    return Reader(
        kind=row.kind,
        feed_id=row.id,
        person_id=row.person_id,
        programme_id=row.programme_id,
        locale=locale_for(row),
        zone=row.zone,
        counter=row.programme_counter if coordinates else row.calendar_counter,
        discreet=row.discreet,
        declined_events=row.declined_events,
        alarm_minutes=row.alarm_minutes,
        polled_at=row.polled_at,
    )


def find_public_reader(session: Session, slug: str, language: str) -> Reader | None:
    """The reader of a programme's public feed in one language of the interface."""
    if language not in LANGUAGES:
        return None
    row = session.execute(
        select(Programme.id, Programme.zone, Programme.calendar_counter).where(
            Programme.slug == slug
        )
    ).one_or_none()
    if row is None:
        return None
    return Reader(locale=language, zone=row.zone, counter=row.calendar_counter, programme_id=row.id)
