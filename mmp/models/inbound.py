"""Mail that came in, and addresses that mail does not go to any more."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified
from mmp.models.enums import InboundKind, InboundState

if TYPE_CHECKING:
    from mmp.models.events import Event
    from mmp.models.mail import Mail
    from mmp.models.people import Person
    from mmp.models.programmes import Programme


class InboundMail(Identified, Base):
    """One mail that came in. `fingerprint` (SHA-256 of its octets) makes a replay change nothing.

    `reason` says in one word why it was not applied; `details` what it asked for, without its
    octets.
    """

    __table_args__ = (
        UniqueConstraint("fingerprint"),
        Index("ix_inbound_mail_state", "state", "id"),
        Index("ix_inbound_mail_programme", "programme_id", "id"),
    )

    fingerprint: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    kind: Mapped[InboundKind]
    state: Mapped[InboundState]
    reason: Mapped[str | None] = mapped_column(String(64), default=None)
    sender: Mapped[str | None] = mapped_column(String(320), default=None)
    subject: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    programme_id: Mapped[int | None] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False, default=None
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), init=False, default=None
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), init=False, default=None
    )
    mail_id: Mapped[int | None] = mapped_column(
        ForeignKey("mail.id", ondelete="SET NULL"), init=False, default=None
    )
    handled_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), init=False, default=None
    )
    handled_at: Mapped[datetime | None] = mapped_column(default=None)

    programme: Mapped[Programme | None] = relationship(default=None)
    event: Mapped[Event | None] = relationship(default=None)
    person: Mapped[Person | None] = relationship(default=None, foreign_keys="InboundMail.person_id")
    mail: Mapped[Mail | None] = relationship(default=None)
    handled_by: Mapped[Person | None] = relationship(
        default=None, foreign_keys="InboundMail.handled_by_id"
    )


class SuppressedAddress(Identified, Base):
    """An address that refused mail for good. No mail goes there until someone lifts it."""

    __table_args__ = (UniqueConstraint("address"),)

    address: Mapped[str] = mapped_column(String(320))
    since: Mapped[datetime]
    code: Mapped[str | None] = mapped_column(String(16), default=None)
    """The server's code, or the status of the report (RFC 3463)."""
    text: Mapped[str] = mapped_column(default="")


class OptOut(Identified, Base):
    """A person wants no reminders and messages of this programme (RFC 8058). What concerns their
    own sign-in, and invitations, changes and cancellations, still come."""

    __table_args__ = (UniqueConstraint("person_id", "programme_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime]
