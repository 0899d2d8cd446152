"""Publishing, cancelling and restoring an event."""

from datetime import datetime

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.mail import Reason
from mmp.models import Event
from mmp.models.enums import EventStatus
from mmp.services import events as rules, outbox
from mmp.services.event_edits.changing import note
from mmp.services.event_edits.telling import tell
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
    old = rules.when_of(event)
    _become(session, actor, now, event, EventStatus.CANCELLED, "cancelled", reason)
    kinds = ("event_moved", "event_restored")
    outbox.cancel_all(session, now=now, reason=Reason.EVENT_CANCELLED, event=event, kinds=kinds)
    if event.ends_at <= now:
        return 0
    parameters = {"old": old, "note": reason}
    return tell(session, now=now, event=event, kind="event_cancelled", parameters=parameters)


def restore_event(session: Session, *, actor: Actor, now: datetime, event: Event) -> int | None:
    """Let a cancelled event take place after all; gives how many are told, None where it is not
    cancelled."""
    if event.status is not EventStatus.CANCELLED:
        return None
    _become(session, actor, now, event, EventStatus.PUBLISHED, "restored")
    outbox.cancel_all(
        session,
        now=now,
        reason=Reason.SUPERSEDED,
        event=event,
        kinds=("event_cancelled",),
    )
    if event.ends_at <= now:
        return 0
    parameters = {"new": rules.when_of(event)}
    return tell(session, now=now, event=event, kind="event_restored", parameters=parameters)


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
    note(session, actor=actor, now=now, event=event, action=action, changes=changes)
    session.flush()
