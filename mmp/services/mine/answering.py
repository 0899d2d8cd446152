"""One's own answer to an invitation, given while signed in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import Person
from mmp.models.enums import AnswerVia
from mmp.services.answers import Outcome, Reply, record_answer
from mmp.services.mine.listing import own_event
from mmp.services.permissions import Actor


def answer(session: Session, *, now: datetime, actor: Actor, uuid: UUID, reply: Reply) -> Outcome:
    """Answer for oneself, as `answers.record_answer` does. Raises NotFound for who is not on the
    list, UserError where no answer is asked."""
    own = own_event(session, actor, uuid)
    if own.answer is None:
        raise UserError("You have a part in the agenda; no answer is asked of you.")
    return record_answer(
        session,
        now=now,
        participation=own.answer,
        reply=reply,
        via=AnswerVia.PAGE,
        actor=session.get(Person, actor.person_id),
    )
