"""The documents of an event: kept, replaced, taken away and put back, and who may read them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.core.texts import Translated
from mmp.models import Document, DocumentFile, Event, Participation
from mmp.models.enums import EventStatus
from mmp.services import desk
from mmp.services.permissions import Actor, editable_events
from mmp.services.stored_files import MAX_BYTES, StoredFile, write_whole

_KIND = "document"
_SHOWN = (EventStatus.PUBLISHED, EventStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, in one language."""

    language: str
    filename: str
    data: bytes


def documents_of(session: Session, event: Event) -> Sequence[Document]:
    """The event's documents with their files; in one statement."""
    return (
        session.scalars(
            select(Document)
            .where(Document.event_id == event.id)
            .options(joinedload(Document.files), raiseload("*"))
            .order_by(Document.created_at, Document.key)
        )
        .unique()
        .all()
    )


def document_of(session: Session, event: Event, uuid: UUID) -> Document:
    """One document of the event. Raises NotFound."""
    found = session.scalars(
        select(Document).where(Document.event_id == event.id, Document.uuid == uuid)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such document.")
    return found


def add_document(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    uuid: UUID,
    title: Translated,
    public: bool,
    upload: Upload,
    store: Path,
) -> Document:
    """A new document, named by `uuid` from the start: sent twice it is one.

    The bytes are written before the row; a file that no row comes to mention does no harm. Raises
    UserError (fields `title`, `file`), OSError where the disk is full.
    """
    there = session.scalar(select(Document).where(Document.uuid == uuid))
    if there is not None:
        return document_of(session, event, uuid)
    if not title:
        raise UserError("Give the document a title.", field="title")
    stored = _keep(upload, store)
    document = Document(
        uuid=uuid,
        key=f"document-{uuid.hex[:12]}",
        programme=event.programme,
        event=event,
        title=title,
        public=public,
        created_at=now,
        changed_at=now,
    )
    DocumentFile(document=document, language=upload.language, **stored.columns())
    session.add(document)
    session.flush()
    said = {"title": [None, title], "files": [{}, {upload.language: stored.filename}]}
    _note(session, actor, now, event, document, "created", said)
    return document


def change_document(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    document: Document,
    event: Event,
    version: int,
    title: Translated,
    public: bool,
    upload: Upload | None,
    store: Path,
) -> Document:
    """Change title or readers; an upload replaces the file of its language or joins the others.

    Raises UserError (fields `title`, `file`), StaleEdit if `version` is not the row's any more.
    """
    if document.version != version:
        raise StaleEdit("Someone else changed this document while you did.")
    if not title:
        raise UserError("Give the document a title.", field="title")
    changes: dict[str, Any] = {}
    if document.title != title:
        changes["title"] = [document.title, title]
    if document.public != public:
        changes["public"] = [document.public, public]
    document.title, document.public = title, public
    if upload is not None:
        changes |= _replace(session, document, upload, _keep(upload, store))
    if changes:
        document.changed_at = now
        session.flush()
        _note(session, actor, now, event, document, "changed", changes)
    return document


def _replace(
    session: Session, document: Document, upload: Upload, stored: StoredFile
) -> dict[str, Any]:
    there = next((row for row in document.files if row.language == upload.language), None)
    if there is None:
        session.add(DocumentFile(document=document, language=upload.language, **stored.columns()))
        return {"files": [{}, {upload.language: stored.filename}]}
    if StoredFile.of(there) == stored:
        return {}
    before = asdict(StoredFile.of(there))
    for column, value in stored.columns().items():
        setattr(there, column, value)
    return {"files": [{upload.language: before}, {upload.language: stored.columns()}]}


def remove_document(
    session: Session, *, actor: Actor, now: datetime, event: Event, document: Document
) -> UUID:
    """Take a document away; gives what `restore_document` needs. The bytes stay in their place."""
    whole = desk.kept(document) | {"files": [desk.kept(row) for row in document.files]}
    session.delete(document)
    session.flush()
    return desk.noted(
        session,
        actor=actor,
        now=now,
        event=event,
        kind=_KIND,
        uuid=document.uuid,
        action="removed",
        removed=whole,
    )


def restore_document(
    session: Session, *, actor: Actor, now: datetime, event: Event, removed: UUID
) -> Document:
    """Put back what was taken away; twice is as once. Raises NotFound."""
    found = desk.removal(session, event=event, kind=_KIND, uuid=removed)
    there = session.scalar(select(Document).where(Document.uuid == found.subject))
    if there is not None:
        return there
    values = dict(found.kept)
    files = values.pop("files")
    document = Document(programme=event.programme, event=event, **desk.read_back(Document, values))
    document.changed_at = now
    for file in files:
        DocumentFile(document=document, **desk.read_back(DocumentFile, file))
    session.add(document)
    session.flush()
    _note(session, actor, now, event, document, "restored", {})
    return document


def readable_file(session: Session, actor: Actor, uuid: UUID) -> tuple[DocumentFile, bool]:
    """A file the actor may read, and whether everybody may. Raises NotFound.

    Public ones of events that are shown are for everybody; others for who is on the list of their
    event and for those who run the programme.
    """
    file = session.scalar(
        select(DocumentFile)
        .join(DocumentFile.document)
        .outerjoin(Document.event)
        .where(DocumentFile.uuid == uuid, or_(_for_everybody(), _for_few(actor)))
        .options(joinedload(DocumentFile.document).joinedload(Document.event), raiseload("*"))
    )
    if file is None:
        raise NotFound("There is no such document.")
    event = file.document.event
    shown = event is None or (event.status in _SHOWN and event.pair_id is None)
    return file, file.document.public and shown


def _for_everybody() -> ColumnElement[bool]:
    shown = and_(Event.status.in_(_SHOWN), Event.pair_id.is_(None))
    return and_(Document.public, or_(Document.event_id.is_(None), shown))


def _for_few(actor: Actor) -> ColumnElement[bool]:
    planned = and_(
        Document.programme_id.in_(actor.plans),
        or_(Document.event_id.is_(None), editable_events(actor)),
    )
    listed = (
        select(Participation.id)
        .where(
            Participation.event_id == Document.event_id,
            Participation.person_id == actor.person_id,
        )
        .exists()
    )
    taking_part = and_(
        Event.programme_id.in_(actor.programmes),
        Event.status.in_(_SHOWN),
        Event.pair_id.is_(None),
        listed,
    )
    return or_(planned, taking_part)


def _keep(upload: Upload, store: Path) -> StoredFile:
    try:
        if len(upload.data) > MAX_BYTES:
            raise UserError(
                "“%(name)s” is larger than %(most)s MB; make it smaller.",
                name=upload.filename,
                most=MAX_BYTES >> 20,
            )
        if not upload.data:
            raise UserError("“%(name)s” is empty; save it anew.", name=upload.filename)
        stored = StoredFile.from_data(upload.filename, upload.data)
    except UserError as error:
        raise UserError(error.message, field="file", **error.values) from error
    if not (store / stored.sha256).is_file():
        write_whole(store / stored.sha256, upload.data)
    return stored


def _note(
    session: Session,
    actor: Actor,
    now: datetime,
    event: Event,
    document: Document,
    action: str,
    changes: dict[str, Any],
) -> None:
    desk.noted(
        session,
        actor=actor,
        now=now,
        event=event,
        kind=_KIND,
        uuid=document.uuid,
        action=action,
        changes=changes,
    )
