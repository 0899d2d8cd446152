"""What waits for who runs a programme, beside the things its events lack."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.services import inbound, time_law
from mmp.services.permissions import Actor


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many mails, and how many events, talks of pairs and agendas the law of time moved."""

    mails: int
    moved: int


def waiting(session: Session, *, actor: Actor, now: datetime, programme_id: int) -> Waiting:
    """What waits for the actor. One statement, and a few more where something has moved."""
    behind = time_law.any_behind(now, programme_id)
    row = session.execute(
        select(inbound.count_open(actor).scalar_subquery().label("mails"), behind.label("behind"))
    ).one()
    if not row.behind or programme_id not in actor.coordinates:
        return Waiting(row.mails, 0)
    moved = time_law.count_moved(session, now=now, programme_id=programme_id)
    return Waiting(row.mails, moved)
