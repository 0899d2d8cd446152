"""What may be known and kept about people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified
from mmp.models.enums import ConsentPurpose, RetainedKind

if TYPE_CHECKING:
    from mmp.models.people import Person


class Consent(Identified, Base):
    """A person said yes or no to one purpose. Rows are never edited: the latest one counts."""

    __table_args__ = (Index("ix_consent_person", "person_id", "purpose", "id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), init=False)
    noted_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), init=False, default=None
    )
    purpose: Mapped[ConsentPurpose]
    given: Mapped[bool]
    at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys="Consent.person_id")
    noted_by: Mapped[Person | None] = relationship(default=None, foreign_keys="Consent.noted_by_id")
    """The coordinator who wrote down what they were told; None: the person themselves."""


class RetentionRule(Identified, Base):
    """How many months after its end a programme keeps one kind of data. Without a row the
    default of the kind holds (`core.retention`)."""

    __table_args__ = (
        UniqueConstraint("programme_id", "kind"),
        CheckConstraint("months >= 0", name="months"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    kind: Mapped[RetainedKind]
    months: Mapped[int]
