"""Polls for a time, beside the form whose questions they ask: the slots, and who is asked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified, Versioned
from mmp.models.proposed_time import ProposedTime

if TYPE_CHECKING:
    from mmp.models.forms import Form, Question
    from mmp.models.people import Person


class Poll(Identified, Versioned, Base):
    """A form of kind `poll` that was sent out. It ends with the form's `closes_at`, or before.

    The form keeps questions and answers, so that files hold a poll as they hold any form.
    """

    __table_args__ = (UniqueConstraint("form_id"),)

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id", ondelete="CASCADE"), init=False)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)

    form: Mapped[Form] = relationship()
    slots: Mapped[list[PollSlot]] = relationship(
        default_factory=list, init=False, order_by="PollSlot.id", cascade="all, delete-orphan"
    )
    guests: Mapped[list[PollGuest]] = relationship(
        back_populates="poll",
        default_factory=list,
        init=False,
        order_by="PollGuest.id",
        cascade="all, delete-orphan",
    )


class PollSlot(Identified, ProposedTime, Base):
    """One of the times, in the event's zone."""

    __table_args__ = (UniqueConstraint("question_id"), Index("ix_poll_slot_poll", "poll_id"))

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id", ondelete="CASCADE"), init=False)
    question_id: Mapped[int] = mapped_column(
        ForeignKey("question.id", ondelete="CASCADE"), init=False
    )

    question: Mapped[Question] = relationship()


class PollGuest(Identified, Base):
    """Somebody who is asked. The link of their mail is derived from the `uuid`."""

    __table_args__ = (
        UniqueConstraint("poll_id", "person_id"),
        Index("ix_poll_guest_person", "person_id"),
    )

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id", ondelete="CASCADE"), init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), init=False)
    required: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime]

    poll: Mapped[Poll] = relationship(back_populates="guests", init=False)
    person: Mapped[Person] = relationship()
