"""Who takes part: people, their organisations, accounts and memberships."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.core.finding import search_form, search_form_of
from mmp.core.texts import Translated
from mmp.models.base import Base, Identified, Keyed, Versioned
from mmp.models.enums import (
    CalendarDelivery,
    DeclinedEvents,
    Gender,
    MembershipRole,
    MembershipStatus,
    Region,
    StakeholderGroup,
)

if TYPE_CHECKING:
    from mmp.models.programmes import Programme


def _organisation_search(context: DefaultExecutionContext) -> str:
    values = context.get_current_parameters()  # type: ignore[no-untyped-call]  # untyped there
    return search_form_of(values["name"] or {})


def _person_search(context: DefaultExecutionContext) -> str:
    values = context.get_current_parameters()  # type: ignore[no-untyped-call]  # untyped there
    return search_form(values["name"], values.get("name_native"))


class Organisation(Identified, Versioned, Keyed, Base):
    """A body that hosts, supports or sends people."""

    __table_args__ = (UniqueConstraint("key"),)

    name: Mapped[Translated]
    country: Mapped[str | None] = mapped_column(String(2), default=None)
    group: Mapped[StakeholderGroup | None] = mapped_column(default=None)
    url: Mapped[str | None] = mapped_column(default=None)
    search: Mapped[str] = mapped_column(init=False, insert_default=_organisation_search)
    """Its names as people look for them (`core.finding`); follows them by itself."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Person(Identified, Versioned, Keyed, Base):
    """Someone, apart from how they sign in. `email` is in lower case; a speaker may have none."""

    __table_args__ = (UniqueConstraint("key"), UniqueConstraint("email"))

    name: Mapped[str]
    name_native: Mapped[str | None] = mapped_column(default=None)
    email: Mapped[str | None] = mapped_column(String(320), default=None)
    country: Mapped[str | None] = mapped_column(String(2), default=None)
    region: Mapped[Region] = mapped_column(default=Region.OTHER)
    zone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(16), default="en")
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id"), default=None, index=True
    )
    position: Mapped[Translated | None] = mapped_column(default=None)
    group: Mapped[StakeholderGroup | None] = mapped_column(default=None)
    gender: Mapped[Gender] = mapped_column(default=Gender.NOT_STATED)
    gender_description: Mapped[str | None] = mapped_column(default=None)
    languages: Mapped[list[str]] = mapped_column(default_factory=list)
    discreet: Mapped[bool] = mapped_column(default=False, active_history=True)
    calendar_delivery: Mapped[CalendarDelivery] = mapped_column(default=CalendarDelivery.FEED)
    declined_events: Mapped[DeclinedEvents] = mapped_column(default=DeclinedEvents.KEEP)
    alarm_minutes: Mapped[int | None] = mapped_column(default=None)
    calendar_counter: Mapped[int] = mapped_column(default=0)
    """Rises with every change that this person's feeds may show."""
    erased_at: Mapped[datetime | None] = mapped_column(default=None)
    """A tombstone: nothing of them is left but the row, so that figures still add up."""
    search: Mapped[str] = mapped_column(init=False, insert_default=_person_search)
    """Their names as people look for them (`core.finding`); follows them by itself."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    organisation: Mapped[Organisation | None] = relationship(default=None)
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="person", default_factory=list, init=False, order_by="Membership.id"
    )


@event.listens_for(Organisation, "before_update")
def _organisation_renamed(mapper: object, connection: object, row: Organisation) -> None:
    row.search = search_form_of(row.name)


@event.listens_for(Person, "before_update")
def _person_renamed(mapper: object, connection: object, row: Person) -> None:
    row.search = search_form(row.name, row.name_native)


class Account(Identified, Versioned, Base):
    """How a person signs in. Mentors need none: a mail link is enough."""

    __table_args__ = (UniqueConstraint("person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    password: Mapped[str | None] = mapped_column(String(255), default=None)
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64), default=None)
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255), default=None)
    """Encrypted. It counts once `tf_primary_method` is set."""
    tf_last_counter: Mapped[int | None] = mapped_column(default=None)
    """The half minute of the last code taken: none is taken twice (RFC 6238, section 5.2)."""
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(default=None)
    """SHA-256, hex, of those not used yet."""
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(init=False)


class Membership(Identified, Versioned, Base):
    """A person's part in a programme: one row per role, with its dates."""

    __table_args__ = (
        UniqueConstraint("programme_id", "person_id", "role"),
        Index("ix_membership_person", "person_id", "programme_id"),
    )

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme.id", ondelete="CASCADE"), init=False
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), init=False)
    role: Mapped[MembershipRole]
    status: Mapped[MembershipStatus] = mapped_column(default=MembershipStatus.ACTIVE)
    starts_on: Mapped[date | None] = mapped_column(default=None)
    ends_on: Mapped[date | None] = mapped_column(default=None)

    programme: Mapped[Programme] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship(back_populates="memberships", active_history=True)
