"""The addresses of feeds: made, shown again, named, revoked, and found by what a program sends.

A token is 256 bits of HMAC-SHA256 over purpose, feed and generation with the instance's feed
secret: unguessable, showable again, and valid elsewhere after a restore with the same secret.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session, joinedload

from mmp.adapters.renderer import language_for
from mmp.adapters.translations import locale_for
from mmp.core.errors import NotFound, UserError
from mmp.models import Feed, Membership, Person, Programme
from mmp.models.enums import (
    CalendarDelivery,
    DeclinedEvents,
    FeedKind,
    MembershipRole,
    MembershipStatus,
)
from mmp.services import history

POLL_NOTED_EVERY = timedelta(hours=1)
MOST_FEEDS = 20
"""Of one person at one time: more is a mistake or mischief."""
LONGEST_ALARM = 4 * 7 * 24 * 60

DEFAULT_NAME = "Calendar"
"""Of a first address. It is kept in English and shown in the reader's language."""

RUNS_PROGRAMME = (MembershipRole.COORDINATOR, MembershipRole.ASSISTANT)


def token_of(secret: str, feed: Feed, purpose: Literal["feed", "page"] = "feed") -> str:
    """The token of a feed's address, or of the page where its owner manages it."""
    return _token(secret, feed.uuid, feed.generation, purpose)


def feed_address(base_url: str, secret: str, feed: Feed) -> str:
    """The full address for calendar programs. It is a secret of the feed's owner."""
    return f"{base_url}/feeds/{token_of(secret, feed)}.ics"


def page_address(base_url: str, secret: str, feed: Feed, locale: str | None = None) -> str:
    """The full address of the owner's subscribe page, in `locale` or the owner's language."""
    language = language_for(locale or locale_for(feed.person))
    return f"{base_url}/{language}/feeds/{token_of(secret, feed, 'page')}/"


def public_feed_address(base_url: str, slug: str, language: str) -> str:
    """The full address of a programme's public feed. It needs no secret and no row."""
    return f"{base_url}/feeds/{slug}.{language}.ics"


def add_feed(
    session: Session,
    *,
    now: datetime,
    secret: str,
    person: Person,
    name: str,
    programme: Programme | None = None,
    kind: FeedKind = FeedKind.PERSON,
) -> Feed:
    """Give `person` one more feed address, named by its use ("My phone").

    Raises UserError (field `name`) for an empty, long or taken name or too many feeds.
    """
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise UserError("Give a name of at most 120 characters, like “My phone”.", field="name")
    feeds = live_feeds(session, person)
    if len(feeds) >= MOST_FEEDS:
        raise UserError(
            "Revoke an address first: %(most)d is the most.", field="name", most=MOST_FEEDS
        )
    if any(name.casefold() == feed.name.casefold() for feed in feeds):
        raise UserError("There is one of that name already; give another.", field="name")
    uuid = uuid4()
    feed = Feed(
        uuid=uuid,
        kind=kind,
        person=person,
        programme=programme,
        name=name,
        token_hash=hash_token(_token(secret, uuid, 1, "feed")),
        page_hash=hash_token(_token(secret, uuid, 1, "page")),
        created_at=now,
    )
    session.add(feed)
    session.flush()
    _record(session, now, feed, "added")
    return feed


def revoke_feed(session: Session, *, now: datetime, feed: Feed) -> None:
    """From now on the address leads nowhere. Revoking twice changes nothing."""
    if feed.revoked_at is None:
        feed.revoked_at = now
        session.flush()
        _record(session, now, feed, "revoked")


def live_feeds(session: Session, person: Person) -> Sequence[Feed]:
    """A person's addresses that work, oldest first."""
    return session.scalars(
        select(Feed)
        .where(Feed.person_id == person.id, Feed.revoked_at.is_(None))
        .options(joinedload(Feed.programme))
        .order_by(Feed.id)
    ).all()


def default_feed(
    session: Session,
    *,
    now: datetime,
    secret: str,
    person: Person,
    programme: Programme | None = None,
) -> Feed:
    """The person's first feed, made if there is none.

    With `programme`: the feed of all of it if they run it, else theirs limited to it. Raises
    UserError if they have no part in it.
    """
    kind = FeedKind.PERSON
    if programme is not None:
        roles = _roles(session, person, programme)
        if not roles:
            raise UserError(
                "%(person)s has no part in %(programme)s.",
                person=person.key,
                programme=programme.slug,
            )
        if roles & set(RUNS_PROGRAMME):
            kind = FeedKind.COORDINATOR
    for feed in live_feeds(session, person):
        if feed.kind is kind and feed.programme is programme:
            return feed
    name = programme.slug if programme else DEFAULT_NAME
    return add_feed(
        session, now=now, secret=secret, person=person, name=name, programme=programme, kind=kind
    )


def feed_of_page(session: Session, token: str) -> Feed:
    """The feed whose owner's page has this token. Raises NotFound, revoked ones included."""
    feed = session.scalar(
        select(Feed)
        .where(Feed.page_hash == hash_token(token), Feed.revoked_at.is_(None))
        .options(joinedload(Feed.person), joinedload(Feed.programme))
    )
    if feed is None:
        raise NotFound("This page does not exist, or its address was revoked.")
    return feed


def choose_calendar(
    session: Session,
    *,
    now: datetime,
    person: Person,
    delivery: CalendarDelivery,
    declined_events: DeclinedEvents,
    alarm_minutes: int | None,
) -> None:
    """How a person wants events in their calendar. `alarm_minutes` before the start, None for none.

    Raises UserError (field `alarm_minutes`) outside 0 minutes to four weeks.
    """
    if alarm_minutes is not None and not 0 <= alarm_minutes <= LONGEST_ALARM:
        raise UserError(
            "Choose between the start itself and four weeks before it.", field="alarm_minutes"
        )
    wanted = {
        "calendar_delivery": delivery,
        "declined_events": declined_events,
        "alarm_minutes": alarm_minutes,
    }
    changes = {
        field: [getattr(person, field), value]
        for field, value in wanted.items()
        if getattr(person, field) != value
    }
    if not changes:
        return
    for field, value in wanted.items():
        setattr(person, field, value)
    person.changed_at = now
    session.flush()
    history.record(
        session,
        now=now,
        actor=person,
        programme=None,
        kind="person",
        uuid=person.uuid,
        action="changed",
        changes=changes,
    )


def note_poll(session: Session, *, now: datetime, feed_id: int, polled_at: datetime | None) -> bool:
    """Remember that a program fetched the feed, at most hourly. Tells whether it wrote."""
    if polled_at is not None and timedelta(0) <= now - polled_at < POLL_NOTED_EVERY:
        return False
    session.execute(update(Feed).where(Feed.id == feed_id).values(polled_at=now))
    return True


def _roles(session: Session, person: Person, programme: Programme) -> set[MembershipRole]:
    return set(
        session.scalars(
            select(Membership.role).where(
                Membership.person_id == person.id,
                Membership.programme_id == programme.id,
                or_(
                    Membership.status == MembershipStatus.ACTIVE,
                    # Who ran it once has what is theirs, no more.
                    and_(
                        Membership.status == MembershipStatus.ALUMNI,
                        Membership.role.not_in(RUNS_PROGRAMME),
                    ),
                ),
            )
        )
    )


def _token(secret: str, uuid: UUID, generation: int, purpose: str) -> str:
    message = f"{purpose}:{uuid}:{generation}".encode()
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_token(token: str) -> str:
    """What is stored of a token: enough to find it, useless to who reads the database."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _record(session: Session, now: datetime, feed: Feed, action: str) -> None:
    history.record(
        session,
        now=now,
        actor=feed.person,
        programme=feed.programme,
        kind="feed",
        uuid=feed.uuid,
        action=action,
        changes={"name": feed.name},
    )
