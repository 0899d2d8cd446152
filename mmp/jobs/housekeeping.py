"""What is done now and then so that the outbox stays small and true."""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from mmp.adapters.clock import Clock
from mmp.jobs import claims
from mmp.models import Mail
from mmp.services import privacy

EVERY = timedelta(hours=1)
OCTETS_KEPT = timedelta(days=90)
"""How long it can be read what a mail said; that it went stays known."""


def keep_house(session: Session, clock: Clock) -> None:
    """End what waits and is too late, forget the words of what ended long ago, let go what no
    programme keeps any longer, batch by batch, and commit."""
    now = clock.now()
    claims.expire(session, now=now)
    session.execute(
        update(Mail)
        .where(Mail.ended_at < now - OCTETS_KEPT, Mail.octets.is_not(None))
        .values(octets=None, address=None)
        .execution_options(synchronize_session=False)
    )
    session.commit()
    while privacy.let_go(session, now=now):
        session.commit()
