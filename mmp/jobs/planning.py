"""Reminders without a request: what is due becomes mail, and every plan is made anew at times."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mmp.adapters.clock import Clock
from mmp.services import reminders, time_law

log = logging.getLogger("mmp.scheduler")

EVERY = timedelta(days=1)
"""How often, after the start, every plan is made anew: the data of time zones may have changed."""
PEOPLE = 500
"""How many readers' reminders become mail at once, so that the first ones leave soon."""


def make_mails(session: Session, *, now: datetime) -> int:
    """Make mails of reminders that are due, and commit; give how many were looked at."""
    made = reminders.queue_due(session, now=now, limit=PEOPLE)
    if made:
        session.commit()
    return made


def plan_anew(session: Session, clock: Clock) -> None:
    """Bring every event and plan in line with what it depends on, and commit. Of events that the
    law of time moved a coordinator decides."""
    if moved := time_law.keep_up(session, now=clock.now()):
        log.warning("the law of time has changed: %d events wait for a coordinator", moved)
    session.commit()
    reminders.reconcile_all(session, now=clock.now())
    session.commit()
