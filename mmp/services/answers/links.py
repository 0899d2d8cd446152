"""The address of a mail at which its reader answers without signing in."""

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mmp.core.errors import NotFound
from mmp.core.mail import token
from mmp.models import Event, Membership, Pair, PairMember, Participation
from mmp.models.enums import Entry, EventStatus, MembershipStatus
from mmp.services.answers.mails import PURPOSE
from mmp.services.answers.seats import place_in_line
from mmp.services.led_on import row_after
from mmp.services.pair_talks.mails import is_neutral
from mmp.services.taking_part import TAKING_PART


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of a list, as the link of a mail leads to it. `quiet`: like the mail, the page names
    neither event, place nor programme. `place` in the line, for who waits."""

    row: Participation
    quiet: bool
    place: int | None

    @property
    def event(self) -> Event:
        return self.row.event

    @property
    def cancelled(self) -> bool:
        return self.event.status is EventStatus.CANCELLED

    def is_open(self, now: datetime) -> bool:
        """Whether an answer is taken here."""
        return self.event.status is EventStatus.PUBLISHED and self.event.ends_at > now


def asked(session: Session, *, secret: str, uuid: UUID, given: str) -> Asked | None:
    """Whom the link of a mail belongs to; None for who was taken off the list or has left the
    programme since. Changes nothing, whoever opens it. Raises NotFound for a token that is none.
    """
    if not compare_digest(token(secret, PURPOSE, uuid), given):
        raise NotFound("There is no such page.")
    row = _line(session, uuid)
    if row is None and (after := row_after(session, uuid)) is not None:
        row = _line(session, after)  # of two on the list who became one, one line is left
    if row is None or _has_left(session, row):
        return None
    pair = row.event.pair
    quiet = row.person.discreet or (pair is not None and is_neutral(pair))
    return Asked(row, quiet, place_in_line(session, row, row.event.form))


def _line(session: Session, uuid: UUID) -> Participation | None:
    return session.scalar(
        select(Participation)
        .where(
            Participation.uuid == uuid,
            Participation.entry.in_((*TAKING_PART, Entry.WAITING)),
        )
        .options(
            joinedload(Participation.person),
            joinedload(Participation.event).options(
                joinedload(Event.programme),
                joinedload(Event.series),
                joinedload(Event.pair).selectinload(Pair.members).joinedload(PairMember.person),
            ),
        )
    )


def _has_left(session: Session, row: Participation) -> bool:
    """Whether they were in the programme and are no more."""
    states = session.scalars(
        select(Membership.status).where(
            Membership.person_id == row.person_id,
            Membership.programme_id == row.event.programme_id,
        )
    ).all()
    return bool(states) and all(state is MembershipStatus.LEFT for state in states)
