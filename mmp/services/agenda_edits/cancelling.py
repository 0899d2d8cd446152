"""An item called off without being deleted, and let take place after all. Mails nobody: calendars
that are subscribed show it by themselves."""

from datetime import datetime

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import AgendaItem, Event
from mmp.models.enums import EventStatus
from mmp.services import events as rules
from mmp.services.agenda_edits.items import note
from mmp.services.agenda_edits.reading import with_inside
from mmp.services.permissions import Actor


def cancel_item(
    session: Session, *, actor: Actor, now: datetime, event: Event, item: AgendaItem
) -> int:
    """Call off an item with all that lies inside it; gives how many items that are, 0 where it was
    called off already. STATUS becomes CANCELLED and SEQUENCE rises (RFC 5546, section 3.2.5)."""
    rows = [row for row in with_inside(event, item) if row.status is EventStatus.PUBLISHED]
    if item not in rows:
        return 0
    _become(session, actor, now, rows, EventStatus.CANCELLED, "cancelled")
    return len(rows)


def reinstate_item(
    session: Session, *, actor: Actor, now: datetime, event: Event, item: AgendaItem
) -> int:
    """Let an item take place after all, with what inside it was called off at the same moment;
    gives how many items that are, 0 where it was not called off.

    Raises UserError where the item around it is called off itself.
    """
    if item.status is not EventStatus.CANCELLED:
        return 0
    if item.parent is not None and item.parent.status is EventStatus.CANCELLED:
        raise UserError("The item around it is cancelled; restore that one.")
    rows = [
        row
        for row in with_inside(event, item)
        if row.status is EventStatus.CANCELLED and row.cancelled_at == item.cancelled_at
    ]
    _become(session, actor, now, rows, EventStatus.PUBLISHED, "reinstated")
    return len(rows)


def _become(
    session: Session,
    actor: Actor,
    now: datetime,
    rows: list[AgendaItem],
    status: EventStatus,
    action: str,
) -> None:
    for row in rows:
        changes = {"status": [row.status.value, status.value]}
        row.status = status
        rules.touch(row, {"status"}, now=now)
        note(session, actor, now, row, action, changes)
    session.flush()
