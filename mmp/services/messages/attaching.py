"""Documents that go along with a message: which, in which language, and how large."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.core.errors import UserError
from mmp.core.mail import Attachment
from mmp.models import Document, DocumentFile, Event, Programme

MOST_BYTES: Final = 3 * 1024 * 1024
"""What all attachments of a mail may be together. Each mail is kept as it went, so that a megabyte
to 160 people is 160 of them, and mailboxes refuse large mail."""


def documents_for(
    session: Session, *, programme: Programme, event: Event | None
) -> Sequence[Document]:
    """What may go along: documents of the programme as such, and the event's; one statement."""
    of: ColumnElement[bool] = Document.event_id.is_(None)
    if event is not None:
        of = or_(of, Document.event_id == event.id)
    return (
        session.scalars(
            select(Document)
            .where(Document.programme_id == programme.id, of)
            .options(joinedload(Document.files), raiseload("*"))
            .order_by(Document.event_id.is_(None), Document.created_at, Document.key)
        )
        .unique()
        .all()
    )


def chosen(documents: Iterable[Document], wanted: Collection[UUID]) -> list[Document]:
    """Those of the documents that are wanted. Raises UserError (field `attachments`) for one that
    is not there, has no file, or where they are too large together."""
    found = [document for document in documents if document.uuid in wanted]
    if len(found) < len(set(wanted)):
        raise UserError(
            "One of these documents is not there any more; choose again.", field="attachments"
        )
    if any(not document.files for document in found):
        raise UserError("One of these documents has no file yet.", field="attachments")
    if (size := largest(found)) > MOST_BYTES:
        raise UserError(
            "Together these are %(size)s MB, and %(most)s MB is the most a mail carries. "
            "Attach fewer, and say where the others are read.",
            field="attachments",
            size=f"{size / 1024 / 1024:.1f}",
            most=MOST_BYTES >> 20,
        )
    return found


def largest(documents: Sequence[Document]) -> int:
    """The octets of all of them together, in the language where that is most."""
    languages = {file.language for document in documents for file in document.files}
    return max(
        (sum(file_for(one, code).size for one in documents) for code in languages), default=0
    )


def file_for(document: Document, language: str) -> DocumentFile:
    """The file a reader of this language gets: theirs, else the English one, else the first."""
    by_language = {file.language: file for file in document.files}
    return by_language.get(language) or by_language.get("en") or document.files[0]


def attachments(
    documents: Iterable[Document], language: str, store: Path | None
) -> tuple[Attachment, ...]:
    """The files themselves; none where there is no store, as in a preview. Raises OSError."""
    if store is None:
        return ()
    files = [file_for(document, language) for document in documents if document.files]
    return tuple(
        Attachment(
            file.filename, _with_charset(file.media_type), (store / file.sha256).read_bytes()
        )
        for file in files
    )


def _with_charset(media_type: str) -> str:
    """Texts are in UTF-8 (`stored_files`); a mail that does not say so means ASCII."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
