"""A person's own new mail address: asked for, confirmed from the new mailbox, stopped from the old.

Nothing changes before it is confirmed. Whether an address is somebody else's shows in nothing but
a mail to that one.
"""

from datetime import datetime
from hmac import compare_digest
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from mmp.core.errors import NotFound, UserError
from mmp.core.mail import Link, token as derived_token
from mmp.models import Mail, Person, SignInLink
from mmp.models.enums import LinkPurpose
from mmp.services import history, outbox, sessions
from mmp.services.feeds import hash_token
from mmp.services.sign_in import (
    LASTS,
    NEW_ADDRESS,
    add_link,
    claim_link,
    forget_old,
    revoke_links,
    usable,
)

KIND: Final = "new_address"
STOPPING: Final = "stop-new-address"
_CONFIRM_PATH = "/{language}/address/{token}/"
_GONE = "This link does not work any more."


def ask(session: Session, *, now: datetime, secret: str, person: Person, email: str) -> None:
    """Write to a new address whether it is this person's, and to the old one how to stop it.

    Asking again ends what was asked before. Raises UserError for the address they have.
    """
    email = email.strip().lower()
    if email == person.email:
        raise UserError("That is your address already.", field="email")
    forget_old(session, now=now)
    for earlier in session.scalars(_waiting_of(person, now)):
        _end(session, now, earlier)
    owner = session.scalar(select(Person).where(Person.email == email))
    target = email if owner is None else None
    link = add_link(
        session, now, secret, LinkPurpose.NEW_ADDRESS, LASTS, person=person, target=target
    )
    if owner is None:
        confirm_link = Link(_CONFIRM_PATH, token=(NEW_ADDRESS, link.uuid))
        _write(session, now, link, person, "confirm", email, link=confirm_link)
    else:
        _write(session, now, link, owner, "taken", None)
    if person.email:
        path = f"/{{language}}/address/{link.uuid}/stop/{{token}}/"
        stop_link = Link(path, token=(STOPPING, link.uuid))
        _write(session, now, link, person, "notice", person.email, link=stop_link, new=email)


def waiting(session: Session, *, now: datetime, person: Person) -> bool:
    """Whether a new address of theirs waits to be confirmed."""
    return session.scalar(_waiting_of(person, now)) is not None


def find(session: Session, *, now: datetime, token: str) -> SignInLink:
    """The request that this token confirms. Changes nothing. Raises NotFound once it is used, old,
    stopped, or the address has become somebody else's."""
    found = session.scalar(
        select(SignInLink)
        .where(
            SignInLink.token_hash == hash_token(token),
            SignInLink.purpose == LinkPurpose.NEW_ADDRESS,
            SignInLink.target.is_not(None),
            SignInLink.target.not_in(select(Person.email).where(Person.email.is_not(None))),
            *usable(now),
        )
        .options(joinedload(SignInLink.person))
    )
    if found is None or found.person is None:
        raise NotFound(_GONE)
    return found


def confirm(session: Session, *, now: datetime, token: str) -> Person:
    """Make the address theirs, once. What waits goes there; links that went to the old one end.

    Raises NotFound as `find` does.
    """
    link = find(session, now=now, token=token)
    claim_link(session, now=now, link=link)
    person = link.person
    assert person is not None  # or it would not have been found
    person.email, person.changed_at = link.target, now
    revoke_links(session, now=now, person=person)
    # Neither address stands in the history.
    history.record_of(session, now=now, actor=person, person=person, action="address_changed")
    session.flush()
    return person


def to_stop(session: Session, *, secret: str, uuid: UUID, given: str) -> SignInLink | None:
    """The request that the link in the old mailbox is about; None long after. Raises NotFound for
    a token that is none."""
    if not compare_digest(derived_token(secret, STOPPING, uuid), given):
        raise NotFound("There is no such page.")
    return session.scalar(select(SignInLink).where(SignInLink.uuid == uuid))


def may_stop(link: SignInLink, now: datetime) -> bool:
    """Whether the request still waits."""
    return link.used_at is None and link.revoked_at is None and link.expires_at > now


def stop(session: Session, *, now: datetime, link: SignInLink) -> None:
    """End a request, and every sign-in of the person: whoever asked may be one of them."""
    assert link.person is not None  # every request has one
    _end(session, now, link)
    sessions.end_all(session, now=now, person_id=link.person.id)
    history.record_of(session, now=now, actor=None, person=link.person, action="address_kept")
    session.flush()


def _waiting_of(person: Person, now: datetime) -> Select[SignInLink]:
    return select(SignInLink).where(
        SignInLink.person_id == person.id,
        SignInLink.purpose == LinkPurpose.NEW_ADDRESS,
        *usable(now),
    )


def _end(session: Session, now: datetime, link: SignInLink) -> None:
    link.revoked_at = now
    mail = session.scalar(select(Mail).where(Mail.dedupe_key == f"{KIND}:confirm:{link.uuid}"))
    if mail is not None:
        outbox.cancel(session, now=now, mail=mail, reason="not_true_any_more")


def _write(
    session: Session,
    now: datetime,
    request: SignInLink,
    reader: Person,
    what: str,
    address: str | None,
    **more: Link | str,
) -> None:
    """One mail; to that address, whatever the reader's is by the time it leaves."""
    outbox.enqueue(
        session,
        now=now,
        kind=KIND,
        person=reader,
        template=KIND,
        parameters={"what": what, **({outbox.GOES_TO: address} if address else {}), **more},
        dedupe_key=f"{KIND}:{what}:{request.uuid}",
        expires_at=request.expires_at if what == "confirm" else None,
        urgent=True,
    )
