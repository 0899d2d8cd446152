"""A message as its reader finds it on a page of their own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.adapters.renderer import language_for
from mmp.adapters.translations import locale_for
from mmp.core.errors import NotFound
from mmp.models import Document, Mail, Message, Participation, Person
from mmp.models.enums import MessageState
from mmp.models.mail import MailState
from mmp.services.messages.letters import dedupe_key
from mmp.services.messages.words import Said, may_answer, partners_of, said
from mmp.services.permissions import Actor


@dataclass(frozen=True, slots=True)
class Received:
    """A message, and what it says to its reader."""

    message: Message
    said: Said


def received(
    session: Session, actor: Actor, *, now: datetime, uuid: UUID, base_url: str
) -> Received:
    """A message that was sent to the actor. Raises NotFound for any other."""
    message = session.scalar(
        select(Message)
        .where(
            Message.uuid == uuid,
            Message.state == MessageState.SENT,
            Message.programme_id.in_(actor.programmes),
        )
        .options(
            joinedload(Message.programme),
            joinedload(Message.event),
            selectinload(Message.attachments).selectinload(Document.files),
        )
    )
    person = session.get(Person, actor.person_id) if actor.person_id is not None else None
    if message is None or person is None or not _is_theirs(session, message, person):
        raise NotFound("There is no such message.")
    own = session.scalar(
        select(Participation).where(
            Participation.event_id == message.event_id, Participation.person_id == person.id
        )
    )
    link = ""
    if message.event is not None and may_answer(message, own, now):
        link = f"{base_url}/{language_for(locale_for(person))}/my/events/{message.event.uuid}/"
    partners = partners_of(session, message.programme_id, [person.id]).get(person.id, ())
    words = said(
        message,
        person,
        now=now,
        base_url=base_url,
        participation=own,
        partners=partners,
        answer_link=link,
    )
    return Received(message, words)


def _is_theirs(session: Session, message: Message, person: Person) -> bool:
    key = dedupe_key(message.uuid, person.uuid)
    state = session.scalar(select(Mail.state).where(Mail.dedupe_key == key))
    return state is not None and state is not MailState.CANCELLED
