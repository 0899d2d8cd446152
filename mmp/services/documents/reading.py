"""Documents of an event or of a programme, and who may read them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.core.errors import NotFound
from mmp.models import Document, DocumentFile, Event, Participation, Programme
from mmp.models.enums import EventStatus
from mmp.services.permissions import Actor, editable_events

Owner = Event | Programme
"""What a document belongs to: one event, or the programme as such."""

_SHOWN = (EventStatus.PUBLISHED, EventStatus.CANCELLED)


def documents_of(session: Session, of: Owner) -> Sequence[Document]:
    """The owner's documents with their files; in one statement."""
    return (
        session.scalars(
            select(Document)
            .where(_belongs_to(of))
            .options(joinedload(Document.files), raiseload("*"))
            .order_by(Document.created_at, Document.key)
        )
        .unique()
        .all()
    )


def own_documents(session: Session, actor: Actor) -> Sequence[Document]:
    """The documents of the programmes as such in which the actor has a part; in one statement."""
    return (
        session.scalars(
            select(Document)
            .where(Document.event_id.is_(None), Document.programme_id.in_(actor.programmes))
            .options(joinedload(Document.files), joinedload(Document.programme), raiseload("*"))
            .order_by(Document.programme_id, Document.created_at, Document.key)
        )
        .unique()
        .all()
    )


def document_of(session: Session, of: Owner, uuid: UUID) -> Document:
    """One document of the owner. Raises NotFound."""
    found = session.scalars(
        select(Document).where(_belongs_to(of), Document.uuid == uuid)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such document.")
    return found


def readable_file(session: Session, actor: Actor, uuid: UUID) -> tuple[DocumentFile, bool]:
    """A file the actor may read, and whether everybody may. Raises NotFound.

    Public ones of events that are shown, and of programmes as such, are for everybody. Others are
    for who is on the list of their event, those of a programme as such for who has a part in it,
    and all for those who run the programme.
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
    planned = and_(Document.programme_id.in_(actor.plans), editable_events(actor))
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
    of_programme = and_(Document.event_id.is_(None), Document.programme_id.in_(actor.programmes))
    return or_(planned, taking_part, of_programme)


def _belongs_to(of: Owner) -> ColumnElement[bool]:
    if isinstance(of, Event):
        return Document.event_id == of.id
    return and_(Document.programme_id == of.id, Document.event_id.is_(None))
