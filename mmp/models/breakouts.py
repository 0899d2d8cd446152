"""Break-out groups of an agenda item: the draft that is worked on, and what was applied."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.core.texts import Translated
from mmp.models.base import Base, Identified, Versioned
from mmp.models.enums import BreakoutState, SeatState

if TYPE_CHECKING:
    from mmp.models.agenda import AgendaItem
    from mmp.models.people import Person


class Breakout(Identified, Versioned, Base):
    """The groups of one agenda item of kind break-out.

    `settings` holds preset, weights, number or sizes of groups and rules; `draft` the groups that
    are worked on (`[[person's uuid, ...], ...]` with locks), so that what was applied stays until
    something else is; `score` its measures with bound and reasons; `undo` earlier drafts.
    """

    __table_args__ = (UniqueConstraint("agenda_item_id"),)

    agenda_item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), init=False
    )
    state: Mapped[BreakoutState] = mapped_column(default=BreakoutState.DRAFT)
    question: Mapped[Translated] = mapped_column(default_factory=dict)
    settings: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    draft: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    score: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    undo: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    redo: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    run: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    """The optimising in the background: asked when, for how long, how far, asked to stop."""
    applied_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    agenda_item: Mapped[AgendaItem] = relationship()
    groups: Mapped[list[BreakoutGroup]] = relationship(
        back_populates="breakout",
        default_factory=list,
        init=False,
        order_by="BreakoutGroup.position",
        cascade="all, delete-orphan",
    )


class BreakoutGroup(Identified, Versioned, Base):
    """One group as it was applied, with where it meets and what it brought back."""

    __table_args__ = (UniqueConstraint("breakout_id", "position"),)

    breakout_id: Mapped[int] = mapped_column(
        ForeignKey("breakout.id", ondelete="CASCADE"), init=False
    )
    facilitator_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), init=False, default=None
    )
    rapporteur_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), init=False, default=None
    )
    position: Mapped[int]
    name: Mapped[Translated] = mapped_column(default_factory=dict)
    question: Mapped[Translated] = mapped_column(default_factory=dict)
    """Its own guiding question; else that of all groups."""
    room: Mapped[Translated] = mapped_column(default_factory=dict)
    join_link: Mapped[str | None] = mapped_column(Text, default=None)
    languages: Mapped[list[str]] = mapped_column(default_factory=list)
    """Spoken or interpreted in the room; empty: whatever its people share."""
    points: Mapped[str] = mapped_column(Text, default="")
    recommendation: Mapped[str] = mapped_column(Text, default="")

    breakout: Mapped[Breakout] = relationship(back_populates="groups")
    facilitator: Mapped[Person | None] = relationship(
        default=None, foreign_keys="BreakoutGroup.facilitator_id"
    )
    rapporteur: Mapped[Person | None] = relationship(
        default=None, foreign_keys="BreakoutGroup.rapporteur_id"
    )
    seats: Mapped[list[BreakoutSeat]] = relationship(
        back_populates="group",
        default_factory=list,
        init=False,
        order_by="BreakoutSeat.id",
        cascade="all, delete-orphan",
    )


class BreakoutSeat(Identified, Versioned, Base):
    """A person in a group: planned, there, late or gone."""

    __table_args__ = (
        UniqueConstraint("breakout_id", "person_id"),
        Index("ix_breakout_seat_group", "group_id"),
        Index("ix_breakout_seat_person", "person_id"),
    )

    breakout_id: Mapped[int] = mapped_column(ForeignKey("breakout.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(
        ForeignKey("breakout_group.id", ondelete="CASCADE"), init=False
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), init=False)
    locked: Mapped[bool] = mapped_column(default=False)
    state: Mapped[SeatState] = mapped_column(default=SeatState.PLANNED)
    changed_at: Mapped[datetime]

    group: Mapped[BreakoutGroup] = relationship(back_populates="seats")
    person: Mapped[Person] = relationship()
