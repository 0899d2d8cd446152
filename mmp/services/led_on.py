"""Links that were mailed for a row which is gone since two records became one: they lead on."""

from uuid import UUID

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from mmp.models import HistoryEntry

LED_ON = "led_on"
"""Under this name the history keeps which row took the place of which."""


def row_after(session: Session, uuid: UUID) -> UUID | None:
    """The row that took the place of this one when records were joined, however often; None where
    it did not go like this. To be asked only where the row is not found."""
    found, at = None, str(uuid)
    while (after := _next(session, at)) is not None and after != at:
        found = UUID(after)
        at = after
    return found


def _next(session: Session, uuid: str) -> str | None:
    entries = session.scalars(
        select(HistoryEntry.changes)
        .where(
            HistoryEntry.subject_kind == "person",
            HistoryEntry.action == "merged",
            cast(HistoryEntry.changes, Text).contains(uuid),
        )
        .order_by(HistoryEntry.id.desc())
    )
    for changes in entries:
        for kept in changes.get(LED_ON, [None])[0] or ():
            if kept["from"] == uuid:
                return str(kept["to"])
    return None
