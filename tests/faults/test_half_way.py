"""Workers that die while reminders become mail, and at every other statement."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.adapters.clock import FileClock, FixedClock
from mmp.models import Delivery, Mail
from mmp.models.enums import DeliveryState
from tests.faults.children import wait_until
from tests.faults.conftest import Settle, StartWorker, sent
from tests.faults.meeting import WEEK_BEFORE, let_it_be, meeting
from tests.faults.post_office import PostOffice
from tests.faults.scale import BOTH_IN_FULL, FULL
from tests.support.factories import Factory

pytestmark = [BOTH_IN_FULL, pytest.mark.slow]

PEOPLE = 3
STEP = 1 if FULL else 5
"""Between two statements that workers die at."""


def test_dying_at_each_statement(
    session: Session,
    factory: Factory,
    clock: FixedClock,
    wall: FileClock,
    post: PostOffice,
    start_worker: StartWorker,
    settle: Settle,
) -> None:
    """Each worker comes a little further than the one before. In the end every reminder has left,
    and nobody was reminded by two mails."""
    meeting(session, factory, PEOPLE)
    let_it_be(WEEK_BEFORE, clock, wall)
    statement, deaths = 1, 0
    while sent(session) < PEOPLE:
        worker = start_worker(dies_at=statement)
        wait_until(lambda: not worker.alive or sent(session) == PEOPLE, "it neither dies nor sends")  # noqa: B023  # waited for here
        deaths += not worker.alive
        worker.kill()
        statement += STEP
    found = settle(PEOPLE, fault="kill -9 at a statement", times=deaths)
    assert deaths > 10 // STEP, "so many statements it takes at the least"
    assert found.lost == 0
    assert found.repeated <= deaths
    assert session.scalar(select(func.count()).select_from(Mail)) == PEOPLE
    week = session.scalars(select(Delivery).where(Delivery.rule == "week")).all()
    assert {(line.state, line.person_id) for line in week} == {
        (DeliveryState.SENT, mail.person_id) for mail in session.scalars(select(Mail))
    }
