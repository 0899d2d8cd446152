"""Reminders: the rules, and the plan they give: who gets what about which event, when, and why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.core.texts import Translated
from mmp.models.base import Base, Identified, Versioned
from mmp.models.enums import DeliveryState, OffsetUnit, ReminderAnchor

if TYPE_CHECKING:
    from mmp.models.events import Event
    from mmp.models.mail import Mail
    from mmp.models.people import Person
    from mmp.models.programmes import Programme


class ReminderRule(Identified, Versioned, Base):
    """A rule of a programme, or of one event of it.

    `key` names it: a row with the key of a preset's rule replaces that one, a row of the event
    replaces the programme's. With `active` off the rule is switched off there. `offset` is signed:
    before the anchor it is negative. Empty `roles`, `answers`, `forms` and `event_forms` mean all.
    Empty texts mean the text that comes with the key.
    """

    __table_args__ = (
        Index(
            "uq_reminder_rule_programme",
            "programme_id",
            "key",
            unique=True,
            sqlite_where=text("event_id IS NULL"),
            postgresql_where=text("event_id IS NULL"),
        ),
        UniqueConstraint("event_id", "key"),
        CheckConstraint("every_days IS NULL OR every_days > 0", name="every_days"),
    )

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), init=False, default=None
    )
    key: Mapped[str] = mapped_column(String(40))
    active: Mapped[bool] = mapped_column(default=True)
    anchor: Mapped[ReminderAnchor] = mapped_column(default=ReminderAnchor.START)
    offset: Mapped[int]
    unit: Mapped[OffsetUnit]
    every_days: Mapped[int | None] = mapped_column(default=None)
    """Again after so many days, `most` times in all."""
    most: Mapped[int] = mapped_column(default=1)
    roles: Mapped[list[str]] = mapped_column(default_factory=list)
    answers: Mapped[list[str]] = mapped_column(default_factory=list)
    forms: Mapped[list[str]] = mapped_column(default_factory=list)
    event_forms: Mapped[list[str]] = mapped_column(default_factory=list)
    subject: Mapped[Translated] = mapped_column(default_factory=dict)
    text: Mapped[Translated] = mapped_column(default_factory=dict)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    programme: Mapped[Programme] = relationship()
    event: Mapped[Event | None] = relationship(default=None)


class ReminderHold(Identified, Base):
    """Someone keeps reminders back until they let them go: all of an event, all of one rule in a
    programme, or those of one rule about one event. What is planned meanwhile is kept back too."""

    __table_args__ = (Index("ix_reminder_hold_programme", "programme_id"),)

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), init=False, default=None, index=True
    )
    rule: Mapped[str | None] = mapped_column(String(40), default=None)
    since: Mapped[datetime]
    held_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), init=False, default=None
    )

    programme: Mapped[Programme] = relationship()
    event: Mapped[Event | None] = relationship(default=None)
    held_by: Mapped[Person | None] = relationship(default=None)


class Delivery(Identified, Base):
    """One line of the plan: a person gets what a rule says about an event, once.

    `time_version` is the event's: a moved event is planned anew and old lines are superseded.
    `nominal_at` is what the rule says, `due_at` what comes of it for this person, `why` each step
    from the one to the other as `[code, values]`.
    """

    __table_args__ = (
        UniqueConstraint("event_id", "person_id", "rule", "time_version", "occurrence"),
        Index(
            "ix_delivery_planned",
            "due_at",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
        Index("ix_delivery_person", "person_id", "due_at"),
        Index("ix_delivery_mail", "mail_id"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    rule: Mapped[str] = mapped_column(String(40))
    time_version: Mapped[int]
    occurrence: Mapped[int] = mapped_column(default=0)
    nominal_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    """Pointless from then on: the start of the event, for what comes before it."""
    urgent: Mapped[bool] = mapped_column(default=False)
    why: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.PLANNED)
    reason: Mapped[str | None] = mapped_column(String(64), default=None)
    mail_id: Mapped[int | None] = mapped_column(
        ForeignKey("mail.id", ondelete="SET NULL"), default=None
    )
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    event: Mapped[Event] = relationship(init=False)
    person: Mapped[Person] = relationship(init=False)
    mail: Mapped[Mail | None] = relationship(init=False)
