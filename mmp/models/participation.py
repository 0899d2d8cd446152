"""Who is on an event's list, for whom, how they answered and whether they came."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.core.texts import Translated
from mmp.models.base import Base, Identified, Keyed, Versioned
from mmp.models.enums import (
    AnswerVia,
    AttendanceForm,
    AttendanceSource,
    Entry,
    Partstat,
    StakeholderGroup,
)

if TYPE_CHECKING:
    from mmp.models.agenda import AgendaItem
    from mmp.models.events import Event
    from mmp.models.people import Organisation, Person


class Participation(Identified, Versioned, Base):
    """A person and an event: one row however many parts they play in it.

    `organisation_name`, `position` and `group` are as they were then. Feeds, capacity, break-outs,
    attendance and figures all stand on this row.
    """

    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        Index("ix_participation_person", "person_id", "event_id"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), init=False)
    delegation_id: Mapped[int | None] = mapped_column(
        ForeignKey("delegation.id", ondelete="SET NULL"), init=False, default=None, index=True
    )
    entry: Mapped[Entry] = mapped_column(default=Entry.INVITED)
    partstat: Mapped[Partstat] = mapped_column(default=Partstat.NEEDS_ACTION)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answer_note: Mapped[str | None] = mapped_column(default=None)
    answered_via: Mapped[AnswerVia | None] = mapped_column(default=None)
    answer_stamp: Mapped[datetime | None] = mapped_column(default=None)
    """When a calendar program wrote the answer (DTSTAMP): an older one changes nothing."""
    waiting_since: Mapped[datetime | None] = mapped_column(default=None)
    """The order of the waiting list, while `entry` is `waiting`."""
    form: Mapped[AttendanceForm | None] = mapped_column(default=None)
    organisation_name: Mapped[Translated] = mapped_column(default_factory=dict)
    position: Mapped[Translated] = mapped_column(default_factory=dict)
    group: Mapped[StakeholderGroup | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    event: Mapped[Event] = relationship(back_populates="participations")
    person: Mapped[Person] = relationship(active_history=True)
    delegation: Mapped[Delegation | None] = relationship(
        back_populates="participations", default=None
    )
    attendances: Mapped[list[Attendance]] = relationship(
        back_populates="participation",
        default_factory=list,
        init=False,
        order_by="Attendance.id",
        cascade="all, delete-orphan",
    )


class Attendance(Identified, Base):
    """That someone was there: the whole event, one day of it, or one agenda item, and how known."""

    __table_args__ = (UniqueConstraint("participation_id", "agenda_item_id", "day"),)

    participation_id: Mapped[int] = mapped_column(
        ForeignKey("participation.id", ondelete="CASCADE"), init=False
    )
    agenda_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), init=False, default=None, index=True
    )
    day: Mapped[date | None] = mapped_column(default=None)
    present: Mapped[bool] = mapped_column(default=True)
    form: Mapped[AttendanceForm | None] = mapped_column(default=None)
    source: Mapped[AttendanceSource] = mapped_column(default=AttendanceSource.RECORDED)
    recorded_at: Mapped[datetime]

    participation: Mapped[Participation] = relationship(back_populates="attendances")
    agenda_item: Mapped[AgendaItem | None] = relationship(default=None)


class Delegation(Identified, Keyed, Base):
    """Seats of a country or an organisation at an event, with people or none yet."""

    __table_args__ = (UniqueConstraint("event_id", "key"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), init=False)
    country: Mapped[str | None] = mapped_column(String(2), default=None)
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id"), init=False, default=None
    )
    name: Mapped[Translated] = mapped_column(default_factory=dict)
    seats: Mapped[int | None] = mapped_column(default=None)
    note: Mapped[str | None] = mapped_column(Text, default=None)
    position: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(back_populates="delegations")
    organisation: Mapped[Organisation | None] = relationship(default=None)
    participations: Mapped[list[Participation]] = relationship(
        back_populates="delegation", default_factory=list, init=False, order_by="Participation.id"
    )
