"""What is done to polls, for the history."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from mmp.models import Event, Poll
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
