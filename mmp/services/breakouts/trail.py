"""The trail of what is done to break-out groups."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mmp.services import desk, history
from mmp.services.breakouts.places import Place
from mmp.services.permissions import Actor

KIND = "breakout"


def note(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    place: Place,
    action: str,
    changes: Mapping[str, Any],
) -> None:
    """Record what somebody did to the groups of an agenda item. People are named by their public
    numbers."""
    assert place.breakout is not None
    history.record(
        session,
        now=now,
        actor=desk.person_of(session, actor),
        programme=place.programme,
        kind=KIND,
        uuid=place.breakout.uuid,
        action=action,
        changes={**changes, "item": [None, place.item.key]},
    )
