"""Documents of an event or of a programme: kept, replaced, taken away and put back."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import StaleEdit, UserError
from mmp.core.texts import Translated
from mmp.models import Document, DocumentFile, Event
from mmp.services import desk
from mmp.services.desk import Removal
from mmp.services.documents.reading import Owner, document_of
from mmp.services.permissions import Actor
from mmp.services.stored_files import MAX_BYTES, StoredFile, write_whole


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, in one language."""

    language: str
    filename: str
    data: bytes


def add_document(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    of: Owner,
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
        return document_of(session, of, uuid)
    if not title:
        raise UserError("Give the document a title.", field="title")
    stored = _keep(upload, store)
    document = Document(
        uuid=uuid,
        key=f"document-{uuid.hex[:12]}",
        **_belongs(of),
        title=title,
        public=public,
        created_at=now,
        changed_at=now,
    )
    DocumentFile(document=document, language=upload.language, **stored.columns())
    session.add(document)
    session.flush()
    said = {"title": [None, title], "files": [{}, {upload.language: stored.filename}]}
    _trail(session, actor, now, of).note(document, "created", said)
    return document


def change_document(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    of: Owner,
    document: Document,
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
        _trail(session, actor, now, of).note(document, "changed", changes)
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
    session: Session, *, actor: Actor, now: datetime, of: Owner, document: Document
) -> UUID:
    """Take a document away; gives what `restore_document` needs. The bytes stay in their place."""
    whole = desk.kept(document) | {"files": [desk.kept(row) for row in document.files]}
    session.delete(document)
    return _trail(session, actor, now, of).removed(document, whole)


def restore_document(
    session: Session, *, actor: Actor, now: datetime, of: Owner, removed: UUID
) -> Document:
    """Put back what was taken away; twice is as once. Raises NotFound."""

    def find(found: Removal) -> Document | None:
        return session.scalar(select(Document).where(Document.uuid == found.subject))

    def make(found: Removal) -> Document:
        values = dict(found.kept)
        files = values.pop("files")
        document = Document(**_belongs(of), **desk.read_back(Document, values))
        for file in files:
            DocumentFile(document=document, **desk.read_back(DocumentFile, file))
        return document

    return _trail(session, actor, now, of).put_back(removed, find, make)


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


def _belongs(of: Owner) -> dict[str, Any]:
    if isinstance(of, Event):
        return {"programme": of.programme, "event": of}
    return {"programme": of, "event": None}


def _trail(session: Session, actor: Actor, now: datetime, of: Owner) -> desk.Trail:
    return desk.Trail(session=session, actor=actor, now=now, of=of, kind="document")
