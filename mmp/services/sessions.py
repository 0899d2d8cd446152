"""Where a person is signed in: one row per device, listed, revocable, ended for good."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound
from mmp.models import Person, SignIn
from mmp.models.enums import Strength
from mmp.services.feeds import hash_token

SEEN_NOTED_EVERY = timedelta(minutes=5)
LASTS_UNUSED = {Strength.LINK: timedelta(days=60), Strength.STRONG: timedelta(days=14)}
"""How long a device stays signed in without being used."""
KEPT = timedelta(days=90)
"""After so long without use a row is deleted, when its person signs in again."""


def start(
    session: Session,
    *,
    now: datetime,
    person: Person,
    strength: Strength,
    device: tuple[str, str] = ("", ""),
    confirmed: bool = False,
) -> tuple[SignIn, str]:
    """Sign `person` in on one device (browser, system); gives the row and the cookie's token.

    `confirmed` says that the password was given just now.
    """
    session.execute(
        delete(SignIn)
        .where(SignIn.person_id == person.id, SignIn.seen_at < now - KEPT)
        .execution_options(synchronize_session=False)
    )
    token = secrets.token_urlsafe(32)
    browser, system = device
    sign_in = SignIn(
        person=person,
        token_hash=hash_token(token),
        strength=strength,
        browser=browser[:40],
        system=system[:40],
        created_at=now,
        seen_at=now,
        confirmed_at=now if confirmed else None,
    )
    session.add(sign_in)
    session.flush()
    return sign_in, token


def live(session: Session, *, now: datetime, person_id: int) -> Sequence[SignIn]:
    """A person's devices that are signed in, the last used first."""
    return session.scalars(
        select(SignIn)
        .where(SignIn.person_id == person_id, *_lasting(now))
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    ).all()


def end(session: Session, *, now: datetime, person_id: int, uuid: UUID) -> SignIn:
    """Sign one of the person's devices out. Raises NotFound, as for other people's."""
    found = session.scalar(
        select(SignIn).where(
            SignIn.uuid == uuid, SignIn.person_id == person_id, SignIn.ended_at.is_(None)
        )
    )
    if found is None:
        raise NotFound("This device is not signed in any more.")
    found.ended_at = now
    session.flush()
    return found


def end_all(session: Session, *, now: datetime, person_id: int, but: int | None = None) -> None:
    """Sign all of a person's devices out, `but` the sign-in of this number."""
    session.execute(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.id != (but or 0))
        .values(ended_at=now)
    )


def confirm(session: Session, *, now: datetime, sign_in_id: int, strength: Strength) -> str:
    """The person proved on this device who they are. Gives the cookie's new token."""
    token = secrets.token_urlsafe(32)
    session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id)
        .values(confirmed_at=now, strength=strength, token_hash=hash_token(token))
    )
    return token


def note_seen(session: Session, *, now: datetime, sign_in_id: int, seen_at: datetime) -> bool:
    """Remember that the device was used, at most every five minutes. Tells whether it wrote."""
    if timedelta(0) <= now - seen_at < SEEN_NOTED_EVERY:
        return False
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now))
    return True


def lasts(strength: Strength, seen_at: datetime, now: datetime) -> bool:
    """Whether a device last used then is still signed in."""
    return now - seen_at < LASTS_UNUSED[strength]


def _lasting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    shortest = min(LASTS_UNUSED.values())
    by_link = SignIn.seen_at > now - LASTS_UNUSED[Strength.LINK]
    strong = SignIn.seen_at > now - shortest
    return (SignIn.ended_at.is_(None), by_link & ((SignIn.strength == Strength.LINK) | strong))
