"""Pairs: two people who mentor each other, sometimes three."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified, Keyed, Versioned

if TYPE_CHECKING:
    from mmp.models.people import Person
    from mmp.models.programmes import Programme


class Pair(Identified, Versioned, Keyed, Base):
    """A pair or trio. One that ended keeps its row, its members and the reason."""

    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    starts_on: Mapped[date]
    ends_on: Mapped[date | None] = mapped_column(default=None)
    end_reason: Mapped[str | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    programme: Mapped[Programme] = relationship(back_populates="pairs")
    members: Mapped[list[PairMember]] = relationship(
        back_populates="pair",
        default_factory=list,
        init=False,
        order_by="PairMember.position",
        cascade="all, delete-orphan",
    )

    def members_on(self, day: date) -> list[PairMember]:
        """Those who are members on that day: who joined later or left earlier is not."""
        return [
            member
            for member in self.members
            if (member.starts_on is None or member.starts_on <= day)
            and (member.ends_on is None or day <= member.ends_on)
        ]


class PairMember(Identified, Base):
    """One person of a pair, with their own dates where they joined later or left earlier."""

    __table_args__ = (UniqueConstraint("pair_id", "person_id"),)

    pair_id: Mapped[int] = mapped_column(ForeignKey("pair.id", ondelete="CASCADE"), init=False)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), init=False, index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date | None] = mapped_column(default=None)
    ends_on: Mapped[date | None] = mapped_column(default=None)

    pair: Mapped[Pair] = relationship(back_populates="members", active_history=True)
    person: Mapped[Person] = relationship(active_history=True)
