"""Mail that came back: an address that refuses for good gets no more of it."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.inbound import Bounce
from mmp.core.mail import Reason
from mmp.models import InboundMail, Mail, SuppressedAddress
from mmp.models.enums import InboundState
from mmp.services import history, outbox

_OUR_FAULT = re.compile(r"5\.7\.|5\.6\.|5\.2\.3|5\.3\.4")
"""A policy, the contents or the size: the address is as good as before (RFC 3463)."""
_GAVE_UP = re.compile(r"4\.|5\.2\.2|5\.4\.(?:6|7|14|300)$")
"""Its server was silent for too long, its mailbox full, the way a loop: it may be well again."""


def apply(
    session: Session, now: datetime, row: InboundMail, bounce: Bounce
) -> tuple[InboundState, str | None]:
    """Stop mail to the address if a mail of ours failed there for good (5.x.x): what waits for
    that person is called off, until a coordinator lifts it or the person has another address. A
    delay changes nothing. Mail that is not ours, that went elsewhere, was refused for what it is,
    or was given up is left to a coordinator: its reader does not know what it said. Mail, person,
    event and programme are noted in `row`."""
    mail = _ours(session, bounce)
    if mail is None:
        return InboundState.OPEN, "unknown_mail"
    row.mail, row.person, row.event = mail, mail.person, mail.event
    row.programme = mail.programme
    if bounce.action in ("delivered", "relayed", "expanded"):
        return InboundState.IGNORED, "delivered"
    if bounce.action == "delayed":
        return InboundState.IGNORED, "delayed"
    status = bounce.status or ""
    if bounce.action == "failed" and _GAVE_UP.match(status):
        return InboundState.OPEN, "gave_up"
    if bounce.action != "failed" or not status.startswith("5."):
        return InboundState.OPEN, "unclear_bounce"
    if _OUR_FAULT.match(status):
        return InboundState.OPEN, "mail_refused"
    address = (mail.address or mail.person.email or "").lower()
    if not address or (bounce.recipient or address) != address:
        return InboundState.OPEN, "went_elsewhere"
    _suppress(session, now, address, status, bounce.text)
    if mail.person.email == address:  # else it was one that they have left, or not confirmed
        outbox.cancel_all(session, now=now, reason=Reason.ADDRESS_REFUSED, person=mail.person)
        history.record(
            session,
            now=now,
            actor=None,
            programme=mail.programme,
            kind="person",
            uuid=mail.person.uuid,
            action="mail_refused",
            changes={"status": [None, status]},
        )
    return InboundState.APPLIED, "address_refused"


def _ours(session: Session, bounce: Bounce) -> Mail | None:
    if bounce.message_id is None:
        return None
    return session.scalar(select(Mail).where(Mail.message_id == bounce.message_id))


def _suppress(session: Session, now: datetime, address: str, status: str, text: str) -> None:
    known = session.scalar(select(SuppressedAddress).where(SuppressedAddress.address == address))
    if known is None:
        session.add(SuppressedAddress(address=address, since=now, code=status, text=text))
    session.flush()
