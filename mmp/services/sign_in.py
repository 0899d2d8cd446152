"""One-use addresses that sign people in: made, found, used once.

A token is 256 bits of HMAC-SHA256 over purpose and uuid with the instance's secret key: it can be
put into a mail when that is rendered, and is stored nowhere. Asking for a new one leaves the older
ones alone, for mails overtake each other; using one revokes the person's others.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from mmp.adapters.renderer import language_for
from mmp.adapters.translations import locale_for
from mmp.core.errors import NotFound
from mmp.core.mail import Link, token as derived_token
from mmp.models import Account, Person, SignInLink
from mmp.models.enums import LinkPurpose, Strength
from mmp.services.feeds import hash_token
from mmp.services.outbox import enqueue

PURPOSE = "sign-in"
NEW_ADDRESS = "new-address"
LASTS = timedelta(minutes=30)
"""How long a link in a mail works."""
FIRST_RUN_LASTS = timedelta(days=1)
MOST_LIVE = 5
"""Unused links of one person at one time; beyond these no mail goes out."""
KEPT = timedelta(days=1)
"""How long after its end a link's row is kept."""

_PATH = "/{language}/sign-in/links/{token}/"


def token_of(secret: str, uuid: UUID, of: LinkPurpose = LinkPurpose.MAIL) -> str:
    """The token of the link with this uuid."""
    return derived_token(secret, NEW_ADDRESS if of is LinkPurpose.NEW_ADDRESS else PURPOSE, uuid)


def link_address(base_url: str, secret: str, uuid: UUID, language: str) -> str:
    """The full address of a link's page, for a mail or a terminal. Who knows it can use it once."""
    path = _PATH.format(language=language_for(language), token=token_of(secret, uuid))
    return f"{base_url}{path}"


def ask_for_link(
    session: Session, *, now: datetime, secret: str, email: str, target: str | None = None
) -> None:
    """Mail a link to whoever has this address. Whether anybody does shows in nothing.

    An address that nobody has is answered with the same work but the mail itself. `target` is the
    path of the page to open afterwards.
    """
    forget_old(session, now=now)
    person = session.scalar(
        select(Person).where(Person.email == email.strip().lower(), _may_sign_in(Person.id))
    )
    waiting = session.scalar(
        select(func.count())
        .select_from(SignInLink)
        .where(
            SignInLink.person_id == (person.id if person else None),
            SignInLink.purpose == LinkPurpose.MAIL,
            *usable(now),
        )
    )
    link = add_link(session, now, secret, LinkPurpose.MAIL, LASTS, person=person, target=target)
    if person is not None and (waiting or 0) < MOST_LIVE:
        enqueue(
            session,
            now=now,
            kind="sign_in",
            person=person,
            template="sign_in",
            parameters={"link": Link(_PATH, token=(PURPOSE, link.uuid))},
            dedupe_key=f"sign-in:{link.uuid}",
            expires_at=link.expires_at,
            urgent=True,
        )


def one_use_address(
    session: Session,
    *,
    now: datetime,
    base_url: str,
    secret: str,
    person: Person,
    lasts: timedelta,
    language: str | None = None,
) -> str:
    """An address that signs `person` in once and fully, for who runs the machine to read."""
    link = add_link(session, now, secret, LinkPurpose.TERMINAL, lasts, person=person)
    return link_address(base_url, secret, link.uuid, language or locale_for(person))


def first_run_address(
    session: Session, *, now: datetime, base_url: str, secret: str, language: str = "en"
) -> str | None:
    """The address where the first account is made; None once there is one. Older ones end."""
    if has_account(session):
        return None
    session.execute(
        update(SignInLink)
        .where(SignInLink.purpose == LinkPurpose.FIRST_RUN, SignInLink.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    link = add_link(session, now, secret, LinkPurpose.FIRST_RUN, FIRST_RUN_LASTS)
    return f"{base_url}/{language}/first-run/{token_of(secret, link.uuid)}/"


def has_account(session: Session) -> bool:
    """Whether anybody has an account."""
    return session.scalar(select(Account.id).limit(1)) is not None


def find_link(session: Session, *, now: datetime, token: str) -> SignInLink:
    """The link of this token if it would sign somebody in now. Changes nothing. Raises NotFound
    for those that are used, old, revoked or never were."""
    found = session.scalar(_signing_in(now, token).options(joinedload(SignInLink.person)))
    if found is None:
        raise NotFound("This link does not work any more.")
    return found


def use_link(session: Session, *, now: datetime, token: str) -> SignInLink:
    """Use a link up, of several at the same moment exactly one, and revoke the person's others.

    Raises NotFound as `find_link` does.
    """
    link = find_link(session, now=now, token=token)
    claim_link(session, now=now, link=link)
    session.execute(
        update(SignInLink)
        .where(
            SignInLink.person_id == link.person_id,
            SignInLink.purpose == link.purpose,
            *usable(now),
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    return link


def first_run_link(session: Session, *, now: datetime, token: str) -> SignInLink:
    """The link of the first account if it works now and there is none yet. Raises NotFound."""
    link = session.scalar(
        select(SignInLink).where(
            SignInLink.token_hash == hash_token(token),
            SignInLink.purpose == LinkPurpose.FIRST_RUN,
            *usable(now),
        )
    )
    if link is None or has_account(session):
        raise NotFound("This link does not work any more.")
    return link


def claim_link(session: Session, *, now: datetime, link: SignInLink) -> None:
    """Mark a link as used. Raises NotFound where somebody else was quicker."""
    claimed = session.execute(
        update(SignInLink)
        .where(SignInLink.id == link.id, *usable(now))
        .values(used_at=now)
        .returning(SignInLink.id)
        .execution_options(synchronize_session=False)
    )
    if claimed.scalar_one_or_none() is None:
        raise NotFound("This link does not work any more.")


def used_by(session: Session, token: str) -> int | None:
    """Whose link this was, however long ago: for telling them kindly that they are in already."""
    return session.scalar(
        select(SignInLink.person_id).where(
            SignInLink.token_hash == hash_token(token), SignInLink.used_at.is_not(None)
        )
    )


def strength_of(link: SignInLink) -> Strength:
    """How far a link signs in: from a mail as far as any mentor, from the terminal fully."""
    return Strength.STRONG if link.purpose is LinkPurpose.TERMINAL else Strength.LINK


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete the links that ended more than a day ago."""
    session.execute(
        delete(SignInLink)
        .where(SignInLink.expires_at < now - KEPT)
        .execution_options(synchronize_session=False)
    )


def revoke_links(session: Session, *, now: datetime, person: Person) -> None:
    """End all of a person's links that wait, whatever they are for."""
    session.execute(
        update(SignInLink)
        .where(
            SignInLink.person_id == person.id,
            SignInLink.used_at.is_(None),
            SignInLink.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def add_link(
    session: Session,
    now: datetime,
    secret: str,
    purpose: LinkPurpose,
    lasts: timedelta,
    *,
    person: Person | None = None,
    target: str | None = None,
) -> SignInLink:
    """A row for a new link. Whoever mails it has its token from its `uuid`."""
    uuid = uuid4()
    link = SignInLink(
        uuid=uuid,
        purpose=purpose,
        person=person,
        token_hash=hash_token(token_of(secret, uuid, purpose)),
        target=target,
        created_at=now,
        expires_at=now + lasts,
    )
    session.add(link)
    session.flush()
    return link


def _signing_in(now: datetime, token: str) -> Select[SignInLink]:
    return select(SignInLink).where(
        SignInLink.token_hash == hash_token(token),
        SignInLink.purpose.in_((LinkPurpose.MAIL, LinkPurpose.TERMINAL)),
        SignInLink.person_id.is_not(None),
        _may_sign_in(SignInLink.person_id),
        *usable(now),
    )


def usable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Neither used nor revoked, and not too old."""
    return (
        SignInLink.used_at.is_(None),
        SignInLink.revoked_at.is_(None),
        SignInLink.expires_at > now,
    )


def _may_sign_in(person_id: Any) -> ColumnElement[bool]:
    """Nobody whose account was closed; those without an account need none."""
    closed = select(Account.person_id).where(Account.active.is_(False))
    found: ColumnElement[bool] = person_id.not_in(closed)
    return found
