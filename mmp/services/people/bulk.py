"""What is done at once to everybody who is ticked, or to all who match."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import Event, Message, Person, Programme
from mmp.services import messages, participants
from mmp.services.permissions import Actor

MOST: Final = 10_000


def check_some(people: Sequence[Person]) -> None:
    """Raise UserError where nobody is meant."""
    if not people:
        raise UserError("Tick somebody first, or choose all who match.", field="ticked")
    if len(people) > MOST:
        raise UserError(
            "That is more than %(most)d people at once; narrow it down.", field="ticked", most=MOST
        )


def put_on_list(
    session: Session, *, actor: Actor, now: datetime, event: Event, people: Sequence[Person]
) -> int:
    """Put these people on an event's list, to be invited from there; gives how many were not on it
    yet. Mails nobody."""
    check_some(people)
    return participants.add_people(session, actor=actor, now=now, event=event, people=people)


def draft_message(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    people: Sequence[Person],
    subject: str,
    text: str,
    language: str,
    uuid: UUID | None = None,
) -> Message:
    """A draft to these people, to be written further; nobody is mailed."""
    check_some(people)
    code = language if language in programme.languages else (programme.languages or ["en"])[0]
    words = messages.Words(
        subject={code: subject},
        text={code: text},
        choice=messages.Choice(people=frozenset(str(person.uuid) for person in people)),
    )
    return messages.write_draft(
        session,
        actor=actor,
        now=now,
        programme=programme,
        event=None,
        uuid=uuid or uuid4(),
        words=words,
    )
