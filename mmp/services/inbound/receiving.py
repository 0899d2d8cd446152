"""One mail that came in: read, written down, and applied if it may be."""

import hashlib
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core import inbound
from mmp.core.inbound import (
    Automatic,
    Bounce,
    Content,
    Counter,
    Delegation,
    Envelope,
    Other,
    Reply,
    Unreadable,
)
from mmp.models import InboundMail, Person
from mmp.models.enums import InboundKind, InboundState
from mmp.services.inbound import bounces, replies
from mmp.services.inbound.subjects import event_of

_KINDS: dict[type[Content], InboundKind] = {
    Reply: InboundKind.REPLY,
    Counter: InboundKind.COUNTER,
    Delegation: InboundKind.DELEGATION,
    Bounce: InboundKind.BOUNCE,
    Automatic: InboundKind.AUTOMATIC,
    Other: InboundKind.OTHER,
    Unreadable: InboundKind.UNREADABLE,
}


def receive(
    session: Session, *, now: datetime, octets: bytes, authserv_id: str | None = None
) -> InboundMail:
    """Take one mail. The same octets once more change nothing and give the row that is there.

    An answer is taken if its sender is who it says, was asked, and knew what they answered to
    (`replies.apply`); a lasting bounce of a mail of ours stops mail to that address
    (`bounces.apply`). What else somebody asks is `open` for a coordinator, with a reason in one
    word, and changes nothing. `authserv_id` names the mail server whose Authentication-Results
    are believed (RFC 8601); with one, only authenticated senders are.

    Two processes that take the same mail at the same moment collide on its fingerprint: the later
    commit fails as a whole, and taking the mail again changes nothing.
    """
    fingerprint = hashlib.sha256(octets).hexdigest()
    there = session.scalar(select(InboundMail).where(InboundMail.fingerprint == fingerprint))
    if there is not None:
        return there
    found = inbound.read(octets)
    content, envelope = found.content, found.envelope
    row = InboundMail(
        fingerprint=fingerprint,
        received_at=now,
        kind=_KINDS[type(content)],
        state=InboundState.OPEN,
        sender=envelope.sender,
        subject=envelope.subject,
        details=_details(content, envelope),
    )
    session.add(row)
    session.flush()
    row.state, row.reason = _applied(session, now, row, content, envelope, authserv_id)
    session.flush()
    return row


def set_aside(session: Session, *, now: datetime, octets: bytes) -> InboundMail:
    """Write down a mail that `receive` fails at, for somebody to look at: else it would be brought
    again for ever. Nothing of it is read but its head."""
    envelope = inbound.head(octets)
    row = InboundMail(
        fingerprint=hashlib.sha256(octets).hexdigest(),
        received_at=now,
        kind=InboundKind.UNREADABLE,
        state=InboundState.OPEN,
        reason="broken_mail",
        sender=envelope.sender,
        subject=envelope.subject,
    )
    session.add(row)
    session.flush()
    return row


def _applied(
    session: Session,
    now: datetime,
    row: InboundMail,
    content: Content,
    envelope: Envelope,
    authserv_id: str | None,
) -> tuple[InboundState, str | None]:
    match content:
        case Reply():
            return replies.apply(session, now, row, content, envelope, authserv_id)
        case Bounce():
            return bounces.apply(session, now, row, content)
        case Automatic():
            return InboundState.IGNORED, None
        case Counter() | Delegation():
            _about(session, row, content.uid, content.attendee)
            return InboundState.OPEN, row.kind.value
        case Unreadable():
            _about(session, row, content.uid, envelope.sender)
            return InboundState.OPEN, content.reason
        case Other():
            _about(session, row, None, envelope.sender)
            return InboundState.OPEN, "letter" if content.method is None else "other_calendar"


def _about(session: Session, row: InboundMail, uid: str | None, address: str | None) -> None:
    """Whom and what it concerns, as far as that is known."""
    row.event = event_of(session, uid) if uid else None
    row.programme = row.event.programme if row.event else None
    if address is not None:
        row.person = session.scalar(select(Person).where(Person.email == address))


def _details(content: Content, envelope: Envelope) -> dict[str, Any]:
    """What it asked for, as JSON. Nothing of it is ever logged."""
    said = asdict(content) if fields(content) else {}
    said["name"] = envelope.sender_name
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in said.items()
        if value not in (None, "")
    }
