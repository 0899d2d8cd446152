"""What people's own calendars were told by mail (RFC 5546, RFC 6047)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mmp.models.base import Base, Identified
from mmp.models.enums import InvitationState

if TYPE_CHECKING:
    from mmp.models.agenda import AgendaItem
    from mmp.models.events import Event
    from mmp.models.people import Person


class Invitation(Identified, Base):
    """One entry in one person's calendar that came by mail: an event or an agenda item.

    It outlives their place on the list, so that who is taken off gets a CANCEL. `sequence` is the
    SEQUENCE of the last REQUEST or CANCEL and never falls. `told` is what that mail said of time,
    place and form, the title, and the address it was for, packed as a mail's parameters are;
    `facts` is a hash of time, place and form. Who was told the same already is not told again, and
    who is told of a change hears from what to what.
    """

    __table_args__ = (
        UniqueConstraint("person_id", "uid"),
        Index("ix_invitation_event", "event_id", "person_id"),
        Index("ix_invitation_item", "agenda_item_id"),
        Index("ix_invitation_uid", "uid"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), init=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), init=False)
    agenda_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="SET NULL"), init=False, default=None
    )
    uid: Mapped[str] = mapped_column(String(255))
    sequence: Mapped[int]
    state: Mapped[InvitationState] = mapped_column(default=InvitationState.REQUESTED)
    in_calendar: Mapped[bool]
    """Whether the mail carried a calendar part: not to who takes the feed alone."""
    facts: Mapped[str] = mapped_column(String(64))
    told: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    told_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    event: Mapped[Event] = relationship()
    agenda_item: Mapped[AgendaItem | None] = relationship(default=None)
