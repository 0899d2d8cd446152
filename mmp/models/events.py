"""Events: meetings, gatherings, conferences and pair talks, with when and where they are.

What people agreed is stored (days, or wall time and IANA zone); `starts_at` and `ends_at` are
derived from it in UTC and kept beside it with the version of the time zone data they came from.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.core.texts import Translated
from mmp.models.base import Base, Identified, Keyed, Versioned, WallDateTime
from mmp.models.enums import EventForm, EventStatus, Precision

if TYPE_CHECKING:
    from mmp.models.agenda import AgendaItem
    from mmp.models.pairs import Pair
    from mmp.models.participation import Delegation, Participation
    from mmp.models.people import Person
    from mmp.models.programmes import OrganisationRole, Programme, Series, Theme

event_predecessor = Table(
    "event_predecessor",
    Base.metadata,
    Column("event_id", ForeignKey("event.id", ondelete="CASCADE"), primary_key=True),
    Column("predecessor_id", ForeignKey("event.id", ondelete="CASCADE"), primary_key=True),
)


class Event(Identified, Versioned, Keyed, Base):
    """One thing in a programme's year, or a talk of a pair.

    `precision` says which columns hold when it is: `timed` has `starts_local`, `ends_local` and
    `zone`; `days` has `first_day` and `last_day` (both included); `month` has the month's first
    and last day there; `before` has the latest possible day in `last_day` and no `first_day`.
    `starts_at`/`ends_at` are exact for `timed`, else the midnights around the days (no `starts_at`
    for `before`). `uid` and `sequence` are iCalendar's: the uid is for life, the sequence never
    falls (RFC 5545, sections 3.8.4.7 and 3.8.7.4). `changed_at` is DTSTAMP and LAST-MODIFIED.
    """

    __table_args__ = (
        UniqueConstraint("programme_id", "key"),
        UniqueConstraint("uid"),
        CheckConstraint(
            "(precision = 'timed' AND starts_local IS NOT NULL AND ends_local IS NOT NULL)"
            " OR (precision IN ('days', 'month') AND first_day IS NOT NULL"
            " AND last_day IS NOT NULL)"
            " OR (precision = 'before' AND last_day IS NOT NULL)",
            name="when",
        ),
        CheckConstraint("status <> 'cancelled' OR cancelled_at IS NOT NULL", name="cancelled_when"),
        Index("ix_event_programme_starts", "programme_id", "starts_at"),
        Index("ix_event_pair", "pair_id"),
    )

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    pair_id: Mapped[int | None] = mapped_column(
        ForeignKey("pair.id", ondelete="CASCADE"), init=False, default=None
    )
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), init=False, default=None)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"), init=False, default=None)
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), init=False, default=None
    )
    number: Mapped[int | None] = mapped_column(default=None)
    """The place in its series, from 1."""

    uid: Mapped[str] = mapped_column(String(255))
    sequence: Mapped[int] = mapped_column(default=0)
    time_version: Mapped[int] = mapped_column(default=0)
    """Rises when start or zone change: what was planned for the old time is then void."""
    status: Mapped[EventStatus] = mapped_column(default=EventStatus.DRAFT)
    cancelled_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    title: Mapped[Translated]
    description: Mapped[Translated] = mapped_column(default_factory=dict)
    form: Mapped[EventForm] = mapped_column(default=EventForm.NOT_STATED)

    precision: Mapped[Precision]
    zone: Mapped[str] = mapped_column(String(64))
    starts_local: Mapped[datetime | None] = mapped_column(WallDateTime, default=None)
    ends_local: Mapped[datetime | None] = mapped_column(WallDateTime, default=None)
    first_day: Mapped[date | None] = mapped_column(default=None)
    last_day: Mapped[date | None] = mapped_column(default=None)
    starts_at: Mapped[datetime | None] = mapped_column(default=None)
    ends_at: Mapped[datetime]
    tz_version: Mapped[str] = mapped_column(String(16))

    venue: Mapped[Translated] = mapped_column(default_factory=dict)
    address: Mapped[Translated] = mapped_column(default_factory=dict)
    city: Mapped[Translated] = mapped_column(default_factory=dict)
    country: Mapped[str | None] = mapped_column(String(2), default=None)
    join_link: Mapped[str | None] = mapped_column(Text, default=None)
    capacity: Mapped[int | None] = mapped_column(default=None)
    expected: Mapped[int | None] = mapped_column(default=None)
    """How many people are expected where no list exists yet."""

    programme: Mapped[Programme] = relationship(back_populates="events")
    pair: Mapped[Pair | None] = relationship(default=None)
    series: Mapped[Series | None] = relationship(default=None)
    theme: Mapped[Theme | None] = relationship(default=None)
    contact: Mapped[Person | None] = relationship(default=None)
    predecessors: Mapped[list[Event]] = relationship(
        secondary=event_predecessor,
        primaryjoin="Event.id == event_predecessor.c.event_id",
        secondaryjoin="Event.id == event_predecessor.c.predecessor_id",
        order_by="Event.ends_at, Event.key",
        default_factory=list,
        init=False,
    )
    guiding_questions: Mapped[list[GuidingQuestion]] = relationship(
        default_factory=list,
        init=False,
        order_by="GuidingQuestion.position",
        cascade="all, delete-orphan",
    )
    organisation_roles: Mapped[list[OrganisationRole]] = relationship(
        default_factory=list,
        init=False,
        order_by="OrganisationRole.position",
        cascade="all, delete-orphan",
    )
    agenda: Mapped[list[AgendaItem]] = relationship(
        back_populates="event",
        default_factory=list,
        init=False,
        order_by="AgendaItem.position",
        cascade="all, delete-orphan",
    )
    participations: Mapped[list[Participation]] = relationship(
        back_populates="event",
        default_factory=list,
        init=False,
        order_by="Participation.id",
        cascade="all, delete-orphan",
    )
    delegations: Mapped[list[Delegation]] = relationship(
        back_populates="event",
        default_factory=list,
        init=False,
        order_by="Delegation.position",
        cascade="all, delete-orphan",
    )


class GuidingQuestion(Identified, Base):
    """A question that guides an event, or one agenda item of it (exactly one of the two)."""

    __table_args__ = (
        Index("ix_guiding_question_event", "event_id"),
        Index("ix_guiding_question_agenda_item", "agenda_item_id"),
    )

    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), init=False, default=None
    )
    agenda_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), init=False, default=None
    )
    position: Mapped[int]
    text: Mapped[Translated]
