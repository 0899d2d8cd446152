"""Drafts of messages: written, changed and thrown away, each with its trace."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.mail.placeholders import BadTemplate, check_all, used_in
from mmp.core.texts import Translated
from mmp.models import Document, Event, HistoryEntry, Message, Programme
from mmp.models.enums import MessageState
from mmp.services import history
from mmp.services.desk import person_of
from mmp.services.messages.attaching import chosen, documents_for
from mmp.services.messages.audience import Choice
from mmp.services.permissions import Actor

OF_EVENTS: Final = frozenset(
    {"event", "when", "place", "join_link", "answer_link", "days_left", "group", "question"}
)
"""Placeholders that mean nothing without an event."""
LONGEST_SUBJECT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message as a form gives it."""

    subject: Translated
    text: Translated
    choice: Choice = field(default_factory=Choice)
    attachments: Collection[UUID] = ()


def messages_of(
    session: Session, *, programme: Programme, event: Event | None = None
) -> Sequence[Message]:
    """The programme's messages, or those to one event's list, newest first; one statement."""
    of = Message.event_id == event.id if event else Message.programme_id == programme.id
    return session.scalars(
        select(Message)
        .where(of)
        .options(joinedload(Message.event), joinedload(Message.author))
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(200)
    ).all()


def message_of(session: Session, actor: Actor, slug: str, uuid: UUID) -> Message:
    """A message of a programme the actor coordinates, with all that its pages show. Raises
    NotFound."""
    found = session.scalar(
        select(Message)
        .join(Message.programme)
        .where(Programme.slug == slug, Message.uuid == uuid, Programme.id.in_(actor.coordinates))
        .options(
            joinedload(Message.programme),
            joinedload(Message.event),
            joinedload(Message.author),
            selectinload(Message.attachments).selectinload(Document.files),
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no such message.")
    return found


def write_draft(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    event: Event | None,
    uuid: UUID,
    words: Words,
) -> Message:
    """A new draft, named by `uuid` from the start: sent twice it is one.

    Raises UserError beside the field that does not hold.
    """
    there = session.scalar(select(Message).where(Message.uuid == uuid))
    if there is not None:
        return message_of(session, actor, programme.slug, uuid)
    attached = _checked(session, programme, event, words)
    message = Message(
        uuid=uuid,
        programme=programme,
        event=event,
        author=person_of(session, actor),
        subject=words.subject,
        text=words.text,
        audience=words.choice.kept(),
        created_at=now,
        changed_at=now,
    )
    message.attachments = attached
    session.add(message)
    session.flush()
    changes = {name: [None, value] for name, value in _values(message).items()}
    _record(session, actor, now, message, "created", changes)
    return message


def change_draft(
    session: Session, *, actor: Actor, now: datetime, message: Message, version: int, words: Words
) -> None:
    """Change a draft. Raises UserError beside the field that does not hold, StaleEdit where
    `version` is not the row's any more or it was sent meanwhile."""
    if message.version != version or message.state is not MessageState.DRAFT:
        raise StaleEdit("Someone else changed this message while you did.")
    attached = _checked(session, message.programme, message.event, words)
    before = _values(message)
    message.subject, message.text = words.subject, words.text
    message.audience, message.attachments = words.choice.kept(), attached
    after = _values(message)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        message.changed_at = now
        flag_modified(message, "changed_at")  # the documents alone would not raise the version
        _flush(session)
        _record(session, actor, now, message, "changed", changes)


def delete_draft(session: Session, *, actor: Actor, now: datetime, message: Message) -> UUID:
    """Throw a draft away; its words stay in the history. Gives what `restore_draft` needs. Raises
    UserError for one that was sent."""
    if message.state is not MessageState.DRAFT:
        raise UserError("It was sent; a sent message stays.")
    changes = {name: [value, None] for name, value in _values(message).items()}
    changes["event"] = [str(message.event.uuid) if message.event else None, None]
    entry = _record(session, actor, now, message, "deleted", changes)
    session.delete(message)
    _flush(session)
    return entry.uuid


def deleted_draft(session: Session, *, programme: Programme, uuid: UUID) -> HistoryEntry:
    """What is left of a draft that was thrown away. Raises NotFound."""
    found = session.scalar(
        select(HistoryEntry).where(
            HistoryEntry.uuid == uuid,
            HistoryEntry.programme_id == programme.id,
            HistoryEntry.subject_kind == "message",
            HistoryEntry.action == "deleted",
        )
    )
    if found is None or "subject" not in found.changes:
        raise NotFound("There is nothing to put back.")
    return found


def restore_draft(
    session: Session, *, actor: Actor, now: datetime, programme: Programme, uuid: UUID
) -> Message:
    """Put a draft back under its own number, without documents that are gone; twice is as once.
    Raises NotFound where there is none, or its event is gone."""
    entry = deleted_draft(session, programme=programme, uuid=uuid)
    there = session.scalar(select(Message).where(Message.uuid == entry.subject_uuid))
    if there is not None:
        return there
    was = {name: change[0] for name, change in entry.changes.items()}
    event = None
    if was["event"]:
        wanted = (Event.uuid == UUID(was["event"]), Event.programme_id == programme.id)
        event = session.scalar(select(Event).where(*wanted))
        if event is None:
            raise NotFound("The event that it was written for is not there any more.")
    message = Message(
        uuid=entry.subject_uuid,
        programme=programme,
        event=event,
        author=person_of(session, actor),
        subject=was["subject"],
        text=was["text"],
        audience=was["audience"],
        created_at=now,
        changed_at=now,
    )
    documents = documents_for(session, programme=programme, event=event)
    message.attachments = [one for one in documents if one.key in was["attachments"]]
    session.add(message)
    session.flush()
    _record(session, actor, now, message, "restored", {})
    return message


def _checked(
    session: Session, programme: Programme, event: Event | None, words: Words
) -> list[Document]:
    if not words.subject:
        raise UserError("Give the message a subject.", field="subject")
    if not words.text:
        raise UserError("Write the message.", field="text")
    if any(len(text) > LONGEST_SUBJECT for text in words.subject.values()):
        raise UserError("Use at most %(most)d letters.", field="subject", most=LONGEST_SUBJECT)
    for name, texts in (("subject", words.subject), ("text", words.text)):
        check_all(texts, field=name)
        for code, text in texts.items():
            lost = sorted(used_in(text) & OF_EVENTS) if event is None else []
            if lost:
                raise BadTemplate(
                    "{{ %(name)s }} needs an event; write to the list of one to use it.",
                    field=f"{name}-{code}",
                    name=lost[0],
                )
    if not words.attachments:
        return []
    return chosen(
        documents_for(session, programme=programme, event=event), frozenset(words.attachments)
    )


def _values(message: Message) -> dict[str, Any]:
    return {
        "subject": dict(message.subject),
        "text": dict(message.text),
        "audience": dict(message.audience),
        "attachments": sorted(document.key for document in message.attachments),
    }


def _record(
    session: Session,
    actor: Actor,
    now: datetime,
    message: Message,
    action: str,
    changes: dict[str, Any],
) -> HistoryEntry:
    return history.record(
        session,
        now=now,
        actor=person_of(session, actor),
        programme=message.programme,
        kind="message",
        uuid=message.uuid,
        action=action,
        changes=changes,
    )


def _flush(session: Session) -> None:
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleEdit("Someone else changed this message while you did.") from error
