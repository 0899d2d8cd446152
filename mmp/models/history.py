"""Who did what to what, and when: one row per change, never edited."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified

if TYPE_CHECKING:
    from mmp.models.people import Person
    from mmp.models.programmes import Programme


class HistoryEntry(Identified, Base):
    """One change. `changes` maps a field to `[old, new]`; the system itself is no `actor`."""

    __table_args__ = (
        Index("ix_history_entry_subject", "subject_uuid", "at"),
        Index("ix_history_entry_programme", "programme_id", "at"),
    )

    programme_id: Mapped[int | None] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False, default=None
    )
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), init=False, default=None
    )
    at: Mapped[datetime]
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_uuid: Mapped[UUID]
    action: Mapped[str] = mapped_column(String(32))
    changes: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)

    programme: Mapped[Programme | None] = relationship(default=None)
    actor: Mapped[Person | None] = relationship(default=None)
