"""Talks of pairs on their way and afterwards: times offered, and what the pair keeps of a talk.

The talk itself is an `Event` with the pair's number. All of this is the pair's own: nobody else
reads it; coordinators learn of days on which a talk took place, never of words.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified, Versioned
from mmp.models.enums import AttributionConsent
from mmp.models.proposed_time import ProposedTime

if TYPE_CHECKING:
    from mmp.models.events import Event
    from mmp.models.pairs import Pair
    from mmp.models.people import Person


class OfferEnd(StrEnum):
    """What became of offered times."""

    PICKED = "picked"
    WITHDRAWN = "withdrawn"
    ANSWERED = "answered"
    """The partner offered other times instead."""
    EXPIRED = "expired"


class TalkOffer(Identified, Base):
    """One to five times that one member offers the others. Of a pair at most one is open."""

    __table_args__ = (
        Index(
            "uq_talk_offer_open",
            "pair_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        CheckConstraint("(closed_at IS NULL) = (closed_as IS NULL)", name="closed"),
    )

    pair_id: Mapped[int] = mapped_column(ForeignKey("pair.id", ondelete="CASCADE"), init=False)
    offered_by_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), init=False
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="SET NULL"), init=False, default=None
    )
    topic: Mapped[str | None] = mapped_column(Text, default=None)
    place: Mapped[str | None] = mapped_column(Text, default=None)
    join_link: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_as: Mapped[OfferEnd | None] = mapped_column(default=None)

    pair: Mapped[Pair] = relationship()
    offered_by: Mapped[Person] = relationship()
    event: Mapped[Event | None] = relationship(default=None)
    """The talk that became of it."""
    times: Mapped[list[OfferedTime]] = relationship(
        back_populates="offer",
        default_factory=list,
        init=False,
        order_by="OfferedTime.starts_at",
        cascade="all, delete-orphan",
    )


class OfferedTime(Identified, ProposedTime, Base):
    """One of the times, in the zone of who offers."""

    __table_args__ = (Index("ix_offered_time_offer", "offer_id"),)

    offer_id: Mapped[int] = mapped_column(
        ForeignKey("talk_offer.id", ondelete="CASCADE"), init=False
    )

    offer: Mapped[TalkOffer] = relationship(back_populates="times", init=False)


class TalkLog(Identified, Versioned, Base):
    """That a talk took place and what the pair keeps of it, beside a planned talk or by itself."""

    __table_args__ = (
        UniqueConstraint("event_id"),
        Index("ix_talk_log_pair", "pair_id", "day"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    pair_id: Mapped[int] = mapped_column(ForeignKey("pair.id", ondelete="CASCADE"), init=False)
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="SET NULL"), init=False, default=None
    )
    day: Mapped[date]
    """Where the one lives who wrote it down."""
    minutes: Mapped[int]
    topic: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    pair: Mapped[Pair] = relationship()
    event: Mapped[Event | None] = relationship(default=None)
    consents: Mapped[list[TalkConsent]] = relationship(
        back_populates="log",
        default_factory=list,
        init=False,
        order_by="TalkConsent.id",
        cascade="all, delete-orphan",
    )


class TalkConsent(Identified, Base):
    """Whether one member lets the talk be quoted. It may be as far as every member says so."""

    __table_args__ = (UniqueConstraint("log_id", "person_id"),)

    log_id: Mapped[int] = mapped_column(ForeignKey("talk_log.id", ondelete="CASCADE"), init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), init=False)
    consent: Mapped[AttributionConsent]
    said_at: Mapped[datetime]

    log: Mapped[TalkLog] = relationship(back_populates="consents", init=False)
    person: Mapped[Person] = relationship()
