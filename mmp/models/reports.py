"""What was said and recommended, and the documents that tell of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.core.texts import Translated
from mmp.models.base import Base, Identified, Keyed, Versioned
from mmp.models.enums import AttributionConsent

if TYPE_CHECKING:
    from mmp.models.agenda import AgendaItem
    from mmp.models.events import Event
    from mmp.models.pairs import Pair
    from mmp.models.people import Person
    from mmp.models.programmes import Programme


class Contribution(Identified, Versioned, Base):
    """What a person or a pair said in an agenda item, and whether it may be quoted."""

    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (pair_id IS NULL)", name="person_or_pair"),
        Index("ix_contribution_item", "agenda_item_id"),
    )

    agenda_item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), init=False
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), init=False, default=None, index=True
    )
    pair_id: Mapped[int | None] = mapped_column(
        ForeignKey("pair.id", ondelete="CASCADE"), init=False, default=None, index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[Translated]
    consent: Mapped[AttributionConsent] = mapped_column(default=AttributionConsent.NO)

    agenda_item: Mapped[AgendaItem] = relationship(back_populates="contributions")
    person: Mapped[Person | None] = relationship(default=None)
    pair: Mapped[Pair | None] = relationship(default=None)


class Recommendation(Identified, Versioned, Keyed, Base):
    """A short imperative title, one or two sentences, and what of a framework it refers to.

    `references` is a list of `{"framework": "Global Compact for Migration", "objective": "21"}`.
    """

    __table_args__ = (UniqueConstraint("agenda_item_id", "key"),)

    agenda_item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), init=False
    )
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[Translated]
    text: Mapped[Translated] = mapped_column(default_factory=dict)
    references: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)

    agenda_item: Mapped[AgendaItem] = relationship(back_populates="recommendations")


class Document(Identified, Versioned, Keyed, Base):
    """A document of a programme, or of one event of it, in one or more languages."""

    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), init=False, default=None, index=True
    )
    title: Mapped[Translated]
    public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    programme: Mapped[Programme] = relationship()
    event: Mapped[Event | None] = relationship(default=None)
    files: Mapped[list[DocumentFile]] = relationship(
        back_populates="document",
        default_factory=list,
        init=False,
        order_by="DocumentFile.language",
        cascade="all, delete-orphan",
    )


class DocumentFile(Identified, Base):
    """One language of a document. The bytes lie in the instance's documents, named by `sha256`."""

    __table_args__ = (UniqueConstraint("document_id", "language"),)

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), init=False
    )
    language: Mapped[str] = mapped_column(String(16))
    filename: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(127))
    size: Mapped[int]
    """Octets."""
    sha256: Mapped[str] = mapped_column(String(64))

    document: Mapped[Document] = relationship(back_populates="files")
