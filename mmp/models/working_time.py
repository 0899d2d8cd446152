"""When people work: what differs from the rules of their country."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified, Versioned

if TYPE_CHECKING:
    from mmp.models.people import Person


class DayOverride(Identified, Versioned, Base):
    """A day that is a working day or a holiday in a country, whatever the tables say."""

    __table_args__ = (UniqueConstraint("country", "day"),)

    country: Mapped[str] = mapped_column(String(2))
    day: Mapped[date]
    off: Mapped[bool]
    name: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    set_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), init=False, default=None
    )
    changed_at: Mapped[datetime]

    set_by: Mapped[Person | None] = relationship(default=None)


class WorkingHours(Identified, Versioned, Base):
    """A person's own week, in their zone: `{"painted": "..."}` as `core.working_time.Week` has it;
    empty for the hours of their country."""

    __table_args__ = (UniqueConstraint("person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    week: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    changed_at: Mapped[datetime]


class Absence(Identified, Base):
    """Days, both included, on which a person does not work, or works elsewhere: then `zone` and
    `country` are those of where they are. Why is nobody's business and not asked."""

    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days"),
        Index("ix_absence_person", "person_id", "first_day"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    zone: Mapped[str | None] = mapped_column(String(64), default=None)
    country: Mapped[str | None] = mapped_column(String(2), default=None)


class BusyCalendar(Identified, Base):
    """A calendar file that a person gave. Kept of it is when they are busy, never with what."""

    __table_args__ = (Index("ix_busy_calendar_person", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    from_day: Mapped[date]
    until_day: Mapped[date]
    """The last day up to which recurrences were followed."""
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    """Events read so far, and in the file: progress of the job."""
    problem: Mapped[str | None] = mapped_column(String(64), default=None)
    sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    """The file, until it has been read."""
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None] = mapped_column(default=None)


class BusyTime(Identified, Base):
    """One busy interval of such a calendar, half open."""

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="interval"),
        Index("ix_busy_time_person", "person_id", "starts_at"),
        Index("ix_busy_time_calendar", "calendar_id"),
    )

    calendar_id: Mapped[int] = mapped_column(ForeignKey("busy_calendar.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
