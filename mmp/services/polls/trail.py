"""What is done to polls, for the history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mmp.models import Event, HistoryEntry, Poll
from mmp.services import history
from mmp.services.desk import person_of
from mmp.services.permissions import Actor

KIND: Final = "poll"
"""What the history calls it."""


def record(
    session: Session,
    actor: Actor,
    now: datetime,
    event: Event,
    poll: Poll,
    action: str,
    changes: dict[str, Any] | None = None,
) -> None:
    """Keep in the history what was done to a poll."""
    history.record(
        session,
        now=now,
        actor=person_of(session, actor),
        programme=event.programme,
        kind=KIND,
        uuid=poll.uuid,
        action=action,
        changes=changes,
    )


def history_of(session: Session, poll: Poll) -> Sequence[HistoryEntry]:
    """What was done to a poll, the latest first. One statement."""
    return session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.subject_kind == KIND, HistoryEntry.subject_uuid == poll.uuid)
        .options(joinedload(HistoryEntry.actor))
        .order_by(HistoryEntry.id.desc())
        .limit(200)
    ).all()
