"""What coordinators see of the outbox: the query is the permission.

They see the mail of the programmes they coordinate, and to people in them what belongs to no
programme (such as sign-in addresses). Never a secret token, and of a pair's talks only that a mail
went.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, raiseload, selectinload, undefer

from mmp.adapters.renderer import Rendered, Unwritable
from mmp.core.errors import NotFound
from mmp.core.mail import Result, Site, blot_out
from mmp.models import InboundMail, Mail, MailAttempt, Person
from mmp.models.enums import InboundKind
from mmp.services.outbox.contents import rendered_mail, secrets_in
from mmp.services.outbox.filters import EVERYTHING, TALK_KINDS, Filter, matching, visible_to
from mmp.services.outbox.sent import read_back

MOST = 100


class Unshown(StrEnum):
    """Why the words of a mail cannot be read."""

    PRIVATE = "private"
    """They are a pair's own."""
    FORGOTTEN = "forgotten"
    """It ended long ago (`jobs.housekeeping`)."""
    UNWRITABLE = "unwritable"
    """It cannot be written: what it is about, or its template, is not there any more."""


@dataclass(frozen=True, slots=True)
class MailDetail:
    """A mail with its attempts. `rendered` is what was sent, or what would be sent now; else
    `unshown` says why there is none."""

    mail: Mail
    rendered: Rendered | None
    unshown: Unshown | None = None


def mail_list(
    session: Session,
    *,
    actor: Person | None,
    which: Filter = EVERYTHING,
    before: int | None = None,
    limit: int = MOST,
) -> Sequence[Mail]:
    """The mail that `actor` may see (None, who runs the machine: all), newest first, each with
    person, programme and event.

    `before` is the `id` of the last one of the page before. Two statements whatever the rows.
    """
    return session.scalars(
        select(Mail)
        .where(
            matching(which, actor),
            *([Mail.id < before] if before is not None else []),
        )
        .options(
            joinedload(Mail.person),
            joinedload(Mail.programme),
            joinedload(Mail.event),
            raiseload("*"),
        )
        .order_by(Mail.id.desc())
        .limit(limit)
    ).all()


def mail_detail(session: Session, *, actor: Person | None, uuid: UUID, site: Site) -> MailDetail:
    """One mail, as it was sent or would be sent now; `actor` is None for who runs the machine.
    Raises NotFound."""
    mail = session.scalar(
        select(Mail)
        .where(Mail.uuid == uuid, *([visible_to(actor)] if actor else []))
        .options(
            joinedload(Mail.person),
            joinedload(Mail.programme),
            joinedload(Mail.event),
            selectinload(Mail.attempts),
            undefer(Mail.octets),
        )
    )
    if mail is None:
        raise NotFound("There is no such mail.")
    if is_private(mail):
        return MailDetail(mail, None, Unshown.PRIVATE)
    if mail.octets is None and mail.frozen_at is not None and mail.ended_at is not None:
        return MailDetail(mail, None, Unshown.FORGOTTEN)
    try:
        return MailDetail(mail, _shown(session, mail, site))
    except Unwritable:
        return MailDetail(mail, None, Unshown.UNWRITABLE)


def came_back(session: Session, mail: Mail) -> Sequence[InboundMail]:
    """What other mail servers reported of it later, oldest first."""
    reports = (InboundMail.mail_id == mail.id, InboundMail.kind == InboundKind.BOUNCE)
    return session.scalars(select(InboundMail).where(*reports).order_by(InboundMail.id)).all()


def is_private(mail: Mail) -> bool:
    """Whether its words are a pair's own: coordinators see that it went, not what it says."""
    return mail.kind in TALK_KINDS or (mail.event is not None and mail.event.pair_id is not None)


def latest_trouble(session: Session) -> MailAttempt | None:
    """Why no mail leaves at the moment; None if the last one did, or failed by itself."""
    last = session.scalar(select(MailAttempt).order_by(MailAttempt.id.desc()).limit(1))
    return last if last and last.result in (Result.STOPPED, Result.UNREACHABLE) else None


def _shown(session: Session, mail: Mail, site: Site) -> Rendered:
    if mail.octets is None:
        found = rendered_mail(session, mail, site=site)
    else:
        found = read_back(mail.octets)
    secrets = secrets_in(mail, site=site)
    return Rendered(*(blot_out(text, secrets) for text in (found.subject, found.text, found.html)))
