"""How people come in: one-use addresses, and what lasts from them on one device."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified
from mmp.models.enums import LinkPurpose, Strength

if TYPE_CHECKING:
    from mmp.models.people import Person


class SignInLink(Identified, Base):
    """An address that signs somebody in once.

    Its token is not stored: it is derived from the instance's secret key, purpose and `uuid`;
    `token_hash` (SHA-256, hex) finds the row. Without a person it is the first account's, or
    stands for an address that nobody here has: asking for one costs the same.
    """

    __table_args__ = (
        Index("ix_sign_in_link_person", "person_id"),
        Index("ix_sign_in_link_expires", "expires_at"),
    )

    purpose: Mapped[LinkPurpose] = mapped_column(default=LinkPurpose.MAIL)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), init=False, default=None
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    target: Mapped[str | None] = mapped_column(default=None)
    """The page asked for before signing in: a path on this site. Or the address to come."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)

    person: Mapped[Person | None] = relationship(default=None)


class SignIn(Identified, Base):
    """One device on which a person is signed in. No network address is kept.

    The cookie holds a random token, the row its SHA-256. `confirmed_at` is when the password was
    last given here.
    """

    __table_args__ = (Index("ix_sign_in_person", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), init=False)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    strength: Mapped[Strength]
    browser: Mapped[str] = mapped_column(String(40), default="")
    system: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """Written at most every five minutes."""
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    person: Mapped[Person] = relationship()
