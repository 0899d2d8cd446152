"""Imports of people that are too large for one request: some rows, a commit, some more."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mmp.adapters.clock import Clock
from mmp.models import PeopleImport
from mmp.models.enums import ImportState
from mmp.services import people_import

SECONDS = 1.0
"""About how long one turn takes: mail that is due comes in between."""
log = logging.getLogger("mmp.imports")


def carry_on(sessions: Callable[[], Session], clock: Clock, store: Path) -> bool:
    """Go on with the oldest import that is being saved, for about a second; whether rows are left.

    What is saved and how far that is stand in one commit: after a crash it goes on from there.
    """
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with sessions() as session:
            row = session.scalar(
                select(PeopleImport)
                .where(PeopleImport.state == ImportState.APPLYING)
                .order_by(PeopleImport.id)
                .limit(1)
            )
            if row is None:
                return False
            _step(session, clock, row, store)
    return True


def _step(session: Session, clock: Clock, row: PeopleImport, store: Path) -> None:
    number, sha256 = row.id, row.sha256
    try:
        more = people_import.carry_on(session, now=clock.now(), number=number, store=store)
        session.commit()
    except IntegrityError as error:
        # Somebody took a handle or an address just now; the same rows are looked at anew.
        log.warning("import %s waits a moment: %s", row.uuid, type(error).__name__)
        session.rollback()
        return
    if not more:
        people_import.forget_file(session, sha256, store)
