"""The personal calendar feeds that people subscribe to: one row per named device or use."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified
from mmp.models.enums import FeedKind

if TYPE_CHECKING:
    from mmp.models.people import Person
    from mmp.models.programmes import Programme


class Feed(Identified, Base):
    """A secret address at which one person's calendar program fetches their feed.

    The token is not stored: it is derived from the instance's feed secret, `uuid` and
    `generation`, so it can be shown again; `token_hash` (SHA-256, hex) finds the row. `page_hash`
    does so for the page where its owner manages it: who knows a feed's address may not.
    A person's feed may be limited to one programme; a coordinator's shows all of one programme.
    """

    __table_args__ = (
        Index("ix_feed_person", "person_id"),
        CheckConstraint(
            "kind <> 'coordinator' OR programme_id IS NOT NULL", name="coordinator_of_programme"
        ),
    )

    kind: Mapped[FeedKind] = mapped_column(default=FeedKind.PERSON)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), init=False)
    programme_id: Mapped[int | None] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False, default=None
    )
    name: Mapped[str] = mapped_column(String(120))
    generation: Mapped[int] = mapped_column(default=1)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    page_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    polled_at: Mapped[datetime | None] = mapped_column(default=None)
    """When a calendar program last fetched it; written at most hourly."""

    person: Mapped[Person] = relationship()
    programme: Mapped[Programme | None] = relationship(default=None)
