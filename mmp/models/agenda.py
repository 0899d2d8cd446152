"""The agenda of an event: a tree of items, and who does what in each."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.core.texts import Translated
from mmp.models.base import Base, Identified, Keyed, Versioned, WallDateTime
from mmp.models.enums import AgendaKind, AgendaRoleName, Audience, EventStatus

if TYPE_CHECKING:
    from mmp.models.events import Event, GuidingQuestion
    from mmp.models.pairs import Pair
    from mmp.models.people import Person
    from mmp.models.programmes import Theme
    from mmp.models.reports import Contribution, Recommendation


class AgendaItem(Identified, Versioned, Keyed, Base):
    """One item of an event's agenda, possibly inside or beside another.

    Without times it only has its `position` among its siblings. Times are wall time in the
    event's zone unless `zone` says otherwise; `starts_at`/`ends_at` are derived in UTC.
    """

    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        UniqueConstraint("uid"),
        CheckConstraint("status <> 'cancelled' OR cancelled_at IS NOT NULL", name="cancelled_when"),
        CheckConstraint("(starts_local IS NULL) = (ends_local IS NULL)", name="both_times"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), init=False)
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), init=False, default=None, index=True
    )
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"), init=False, default=None)
    position: Mapped[int]
    kind: Mapped[AgendaKind]
    title: Mapped[Translated]
    description: Mapped[Translated] = mapped_column(default_factory=dict)
    audience: Mapped[Audience] = mapped_column(default=Audience.EVERYONE)
    room: Mapped[Translated] = mapped_column(default_factory=dict)
    join_link: Mapped[str | None] = mapped_column(Text, default=None)

    uid: Mapped[str] = mapped_column(String(255))
    sequence: Mapped[int] = mapped_column(default=0)
    status: Mapped[EventStatus] = mapped_column(default=EventStatus.PUBLISHED)
    cancelled_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    zone: Mapped[str | None] = mapped_column(String(64), default=None)
    starts_local: Mapped[datetime | None] = mapped_column(WallDateTime, default=None)
    ends_local: Mapped[datetime | None] = mapped_column(WallDateTime, default=None)
    starts_at: Mapped[datetime | None] = mapped_column(default=None)
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    tz_version: Mapped[str | None] = mapped_column(String(16), default=None)

    event: Mapped[Event] = relationship(back_populates="agenda", active_history=True)
    theme: Mapped[Theme | None] = relationship(default=None)
    parent: Mapped[AgendaItem | None] = relationship(
        remote_side="AgendaItem.id", back_populates="children", default=None
    )
    children: Mapped[list[AgendaItem]] = relationship(
        back_populates="parent", default_factory=list, init=False, order_by="AgendaItem.position"
    )
    roles: Mapped[list[AgendaRole]] = relationship(
        back_populates="agenda_item",
        default_factory=list,
        init=False,
        order_by="AgendaRole.position",
        cascade="all, delete-orphan",
    )
    guiding_questions: Mapped[list[GuidingQuestion]] = relationship(
        default_factory=list,
        init=False,
        order_by="GuidingQuestion.position",
        cascade="all, delete-orphan",
    )
    contributions: Mapped[list[Contribution]] = relationship(
        back_populates="agenda_item",
        default_factory=list,
        init=False,
        order_by="Contribution.position",
        cascade="all, delete-orphan",
    )
    recommendations: Mapped[list[Recommendation]] = relationship(
        back_populates="agenda_item",
        default_factory=list,
        init=False,
        order_by="Recommendation.position",
        cascade="all, delete-orphan",
    )


class AgendaRole(Identified, Base):
    """A person or a pair in a role of an agenda item, as they were introduced there."""

    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (pair_id IS NULL)", name="person_or_pair"),
        Index("ix_agenda_role_item", "agenda_item_id"),
        Index("ix_agenda_role_person", "person_id"),
        Index("ix_agenda_role_pair", "pair_id"),
    )

    agenda_item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), init=False
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), init=False, default=None
    )
    pair_id: Mapped[int | None] = mapped_column(
        ForeignKey("pair.id", ondelete="CASCADE"), init=False, default=None
    )
    role: Mapped[AgendaRoleName]
    position: Mapped[int] = mapped_column(default=0)
    introduced_as: Mapped[Translated] = mapped_column(default_factory=dict)
    """Position and organisation as they were then."""

    agenda_item: Mapped[AgendaItem] = relationship(back_populates="roles", active_history=True)
    person: Mapped[Person | None] = relationship(default=None, active_history=True)
    pair: Mapped[Pair | None] = relationship(default=None, active_history=True)
