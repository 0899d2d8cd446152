"""A programme and what gives its year a shape: phases, breaks, milestones, series, themes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.core.texts import Translated
from mmp.models.base import Base, Identified, Keyed, Versioned
from mmp.models.enums import BreakKind, OrganisationRoleName, Precision, ReminderPreset

if TYPE_CHECKING:
    from mmp.models.events import Event
    from mmp.models.pairs import Pair
    from mmp.models.people import Membership, Organisation


class Programme(Identified, Versioned, Base):
    """A mentorship programme or a dialogue, found by its `slug`."""

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[Translated]
    summary: Mapped[Translated] = mapped_column(default_factory=dict)
    languages: Mapped[list[str]] = mapped_column(default_factory=lambda: ["en"])
    zone: Mapped[str] = mapped_column(String(64))
    colour: Mapped[str] = mapped_column(String(32), default="steelblue")
    """A CSS colour name (RFC 7986, COLOR)."""
    reply_to: Mapped[str | None] = mapped_column(String(320), default=None)
    reminder_preset: Mapped[ReminderPreset] = mapped_column(default=ReminderPreset.STANDARD)
    calendar_counter: Mapped[int] = mapped_column(default=0)
    """Rises with every change that this programme's feeds may show."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    phases: Mapped[list[Phase]] = relationship(
        default_factory=list, init=False, order_by="Phase.position", cascade="all, delete-orphan"
    )
    breaks: Mapped[list[Break]] = relationship(
        default_factory=list, init=False, order_by="Break.starts_on", cascade="all, delete-orphan"
    )
    milestones: Mapped[list[Milestone]] = relationship(
        default_factory=list,
        init=False,
        order_by="Milestone.first_day",
        cascade="all, delete-orphan",
    )
    series: Mapped[list[Series]] = relationship(
        default_factory=list, init=False, order_by="Series.key", cascade="all, delete-orphan"
    )
    themes: Mapped[list[Theme]] = relationship(
        default_factory=list, init=False, order_by="Theme.key", cascade="all, delete-orphan"
    )
    organisation_roles: Mapped[list[OrganisationRole]] = relationship(
        default_factory=list,
        init=False,
        order_by="OrganisationRole.position",
        cascade="all, delete-orphan",
    )
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="programme",
        default_factory=list,
        init=False,
        order_by="Membership.id",
        cascade="all, delete-orphan",
    )
    pairs: Mapped[list[Pair]] = relationship(
        back_populates="programme", default_factory=list, init=False, order_by="Pair.id"
    )
    events: Mapped[list[Event]] = relationship(
        back_populates="programme", default_factory=list, init=False, order_by="Event.id"
    )


class Phase(Identified, Versioned, Keyed, Base):
    """A numbered, named stretch of a programme."""

    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    position: Mapped[int]
    name: Mapped[Translated]
    starts_on: Mapped[date | None] = mapped_column(default=None)
    ends_on: Mapped[date | None] = mapped_column(default=None)


class Break(Identified, Versioned, Keyed, Base):
    """Days on which a programme rests, first and last included."""

    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    kind: Mapped[BreakKind] = mapped_column(default=BreakKind.OTHER)
    name: Mapped[Translated]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Milestone(Identified, Versioned, Keyed, Base):
    """A line of the roadmap that is no meeting."""

    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    title: Mapped[Translated]
    description: Mapped[Translated] = mapped_column(default_factory=dict)
    precision: Mapped[Precision] = mapped_column(default=Precision.DAYS)
    first_day: Mapped[date]
    last_day: Mapped[date]


class Series(Identified, Versioned, Keyed, Base):
    """Meetings that are counted: the fourth online meeting, the second gathering."""

    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    name: Mapped[Translated]


class Theme(Identified, Versioned, Keyed, Base):
    """What a meeting or an agenda item is about."""

    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    title: Mapped[Translated]
    description: Mapped[Translated] = mapped_column(default_factory=dict)


class OrganisationRole(Identified, Base):
    """What an organisation is to a programme or to one event of it (exactly one of the two)."""

    __table_args__ = (
        Index("ix_organisation_role_programme", "programme_id"),
        Index("ix_organisation_role_event", "event_id"),
    )

    programme_id: Mapped[int | None] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False, default=None
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), init=False, default=None
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), init=False)
    role: Mapped[OrganisationRoleName]
    position: Mapped[int] = mapped_column(default=0)

    organisation: Mapped[Organisation] = relationship()
