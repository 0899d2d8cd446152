"""Finding pairs: a round of matching, from wishes to published pairs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified, Versioned
from mmp.models.enums import MatchingState

if TYPE_CHECKING:
    from mmp.models.forms import Form
    from mmp.models.programmes import Programme


class Matching(Identified, Versioned, Base):
    """One round of matching in a programme.

    `candidates` are the uuids of who is to be matched, `settings` preset, weights, pins and
    exclusions, `draft` the pairs found with their scores. Wishes are the responses to `form`.
    """

    __table_args__ = (Index("ix_matching_programme", "programme_id", "created_at"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    form_id: Mapped[int | None] = mapped_column(
        ForeignKey("form.id", ondelete="SET NULL"), init=False, default=None
    )
    state: Mapped[MatchingState] = mapped_column(default=MatchingState.DRAFT)
    candidates: Mapped[list[str]] = mapped_column(default_factory=list)
    settings: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    draft: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    programme: Mapped[Programme] = relationship()
    form: Mapped[Form | None] = relationship(default=None)
