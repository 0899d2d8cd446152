"""Messages that coordinators write to some of the people, once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.core.texts import Translated
from mmp.models.base import Base, Identified, Versioned
from mmp.models.enums import MessageState

if TYPE_CHECKING:
    from mmp.models.events import Event
    from mmp.models.people import Person
    from mmp.models.programmes import Programme
    from mmp.models.reports import Document


message_attachment = Table(
    "message_attachment",
    Base.metadata,
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("document_id", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
)


class Message(Identified, Versioned, Base):
    """A text to an audience: of a programme, or of one event's list.

    `audience` holds what was chosen (roles, regions, countries, answers, forms, people), `outcome`
    once it was sent each of them as `{person, why_not}`: who got no mail has a reason there.
    """

    __table_args__ = (Index("ix_message_programme", "programme_id", "created_at"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), init=False, default=None
    )
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), init=False, default=None
    )
    state: Mapped[MessageState] = mapped_column(default=MessageState.DRAFT)
    subject: Mapped[Translated]
    text: Mapped[Translated]
    audience: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    outcome: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(default=None)

    programme: Mapped[Programme] = relationship()
    event: Mapped[Event | None] = relationship(default=None)
    author: Mapped[Person | None] = relationship(default=None)
    attachments: Mapped[list[Document]] = relationship(
        secondary=message_attachment, default_factory=list, init=False
    )
