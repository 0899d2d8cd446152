"""The outbox: one row per mail, written in the transaction of its cause, and what became of it.

`due` -> `leased` -> `sent`, or back to `due` after a delay, or `failed`, `cancelled`, `expired`;
`held` waits for a person. Every end has a `reason`, a short word of `core.mail.Reason` or the
caller's own.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified

if TYPE_CHECKING:
    from mmp.models.events import Event
    from mmp.models.people import Person
    from mmp.models.programmes import Programme


class MailState(StrEnum):
    """Where a mail is on its way."""

    DUE = "due"
    LEASED = "leased"
    HELD = "held"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


WAITING = (MailState.DUE, MailState.LEASED, MailState.HELD)
"""The states in which a mail may still go."""


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Mail(Identified, Base):
    """One mail to one person.

    `parameters` are packed by `core.mail.pack`; name and address are read when it is sent. The
    first attempt freezes `message_id`, `address`, `subject` and `octets`: a repeat is the same
    mail. Secret tokens are in neither: `octets` hold stand-ins, filled in on the way out.

    `due_at` and `next_at` are times of the application's clock, a demo's too. `lease_until` counts
    seconds since 1970 by the database's clock, the only one all workers share.
    """

    __table_args__ = (
        Index("ix_mail_due", "urgent", "next_at", **_where("state = 'due'")),
        Index("ix_mail_expires", "expires_at", **_where("state IN ('due', 'held')")),
        Index("ix_mail_leased", "lease_owner", **_where("state = 'leased'")),
        Index("ix_mail_person", "person_id", "id"),
        Index("ix_mail_programme", "programme_id", "id"),
        Index("ix_mail_event", "event_id"),
        CheckConstraint("(state = 'leased') = (lease_owner IS NOT NULL)", name="lease"),
        CheckConstraint(
            "(state IN ('sent', 'failed', 'cancelled', 'expired'))"
            " = (ended_at IS NOT NULL AND reason IS NOT NULL)",
            name="ended",
        ),
    )

    dedupe_key: Mapped[str] = mapped_column(String(255), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    template: Mapped[str] = mapped_column(String(64))
    parameters: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), init=False)
    programme_id: Mapped[int | None] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False, default=None
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), init=False, default=None
    )
    urgent: Mapped[bool] = mapped_column(default=False)
    optional: Mapped[bool] = mapped_column(default=False)
    """Whether its reader may ask for no more of this kind (RFC 8058)."""
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(default=None)

    state: Mapped[MailState] = mapped_column(default=MailState.DUE)
    reason: Mapped[str | None] = mapped_column(String(64), default=None)
    next_at: Mapped[datetime]
    """When to try: `due_at`, later after a failed attempt."""
    tries: Mapped[int] = mapped_column(default=0)
    """Attempts that count against this mail; trouble of our own or of the relay does not."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    lease_owner: Mapped[str | None] = mapped_column(String(80), default=None)
    lease_until: Mapped[float | None] = mapped_column(Double, default=None)

    frozen_at: Mapped[datetime | None] = mapped_column(default=None)
    message_id: Mapped[str | None] = mapped_column(String(255), unique=True, default=None)
    sender: Mapped[str | None] = mapped_column(String(320), default=None)
    address: Mapped[str | None] = mapped_column(String(320), default=None)
    subject: Mapped[str | None] = mapped_column(default=None)
    octets: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, deferred=True)

    person: Mapped[Person] = relationship()
    programme: Mapped[Programme | None] = relationship(default=None)
    event: Mapped[Event | None] = relationship(default=None)
    attempts: Mapped[list[MailAttempt]] = relationship(
        back_populates="mail",
        default_factory=list,
        init=False,
        order_by="MailAttempt.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class MailAttempt(Identified, Base):
    """What came of handing a mail over once. `text` holds no address and no token."""

    __table_args__ = (Index("ix_mail_attempt_mail", "mail_id"),)

    mail_id: Mapped[int] = mapped_column(ForeignKey("mail.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    worker: Mapped[str] = mapped_column(String(80))
    result: Mapped[str] = mapped_column(String(32))
    """A `core.mail.Result`."""
    stage: Mapped[str] = mapped_column(String(16))
    """A `core.mail.Stage`: how far the conversation with the relay came."""
    code: Mapped[int | None] = mapped_column(default=None)
    text: Mapped[str] = mapped_column(default="")

    mail: Mapped[Mail] = relationship(back_populates="attempts", init=False)
