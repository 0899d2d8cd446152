"""Publishing, cancelling and restoring an event."""

from datetime import datetime

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.mail import Reason
from mmp.models import Event
from mmp.models.enums import EventStatus
from mmp.services import events as rules, outbox
from mmp.services.calendar_parts import facts_of
from mmp.services.event_edits.changing import flush, note
from mmp.services.event_edits.telling import KINDS, tell
from mmp.services.permissions import Actor


def publish_event(session: Session, *, actor: Actor, now: datetime, event: Event) -> bool:
    """Let everybody see a draft. Tells whether it was one; a second time does nothing."""
    if event.status is not EventStatus.DRAFT:
        return False
    _become(session, actor, now, event, EventStatus.PUBLISHED, "published")
    return True


def cancel_event(
    session: Session, *, actor: Actor, now: datetime, event: Event, reason: str = ""
) -> int | None:
    """Call a published event off; gives how many are told, None where it was cancelled already.

    `reason` stands in the mails as it was typed. What was planned about it and has not gone stays
    unsent. Of an event that is over nobody is told. Raises UserError for a draft.
    """
    if event.status is EventStatus.CANCELLED:
        return None
    if event.status is EventStatus.DRAFT:
        raise UserError("A draft is deleted, not cancelled: nobody knows of it yet.")
    before = facts_of(event)
    _become(session, actor, now, event, EventStatus.CANCELLED, "cancelled", reason)
    if event.ends_at <= now:
        return _withdraw(session, now, event, Reason.EVENT_CANCELLED)
    return tell(session, now=now, event=event, before=before, note=reason)


def restore_event(session: Session, *, actor: Actor, now: datetime, event: Event) -> int | None:
    """Let a cancelled event take place after all; gives how many are told, None where it is not
    cancelled."""
    if event.status is not EventStatus.CANCELLED:
        return None
    before = facts_of(event)
    _become(session, actor, now, event, EventStatus.PUBLISHED, "restored")
    if event.ends_at <= now:
        return _withdraw(session, now, event, Reason.SUPERSEDED)
    return tell(session, now=now, event=event, before=before)


def _withdraw(session: Session, now: datetime, event: Event, reason: Reason) -> int:
    """Nobody is told; what was to be told before is not true any more."""
    outbox.cancel_all(session, now=now, reason=reason, event=event, kinds=KINDS)
    return 0


def _become(
    session: Session,
    actor: Actor,
    now: datetime,
    event: Event,
    status: EventStatus,
    action: str,
    reason: str = "",
) -> None:
    changes = {"status": [event.status.value, status.value]}
    event.status = status
    rules.touch(event, {"status"}, now=now)
    if reason:
        changes["reason"] = ["", reason]
    with session.no_autoflush:
        note(session, actor=actor, now=now, event=event, action=action, changes=changes)
    flush(session)
