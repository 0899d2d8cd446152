"""Polls as they stand: for who plans the event, and for who is asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.core.errors import NotFound
from mmp.core.mail import token
from mmp.core.polls import Vote
from mmp.models import (
    Answer,
    Event,
    Form,
    Membership,
    Poll,
    PollGuest,
    PollSlot,
    Response,
)
from mmp.models.enums import EventStatus, MembershipStatus
from mmp.services.led_on import row_after
from mmp.services.permissions import Actor

PURPOSE: Final = "poll"
"""What the tokens of a poll's links are derived from, beside the line of who is asked."""
NOTE: Final = "note"
"""The handle of the question for a word beside the answers."""


_LEFT = MembershipStatus.LEFT


@dataclass(frozen=True, slots=True)
class SlotNow:
    """A slot by the law of time of today. `moved`: that has changed since it was sent out."""

    slot: PollSlot
    starts_at: datetime
    ends_at: datetime

    @property
    def moved(self) -> bool:
        return self.starts_at != self.slot.starts_at


@dataclass(frozen=True, slots=True)
class Voted:
    """What somebody said of a slot, and the instant that they saw."""

    vote: Vote
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A poll for one who is asked. `quiet`: like their mail, the page names neither event nor
    programme. `votes` by the number of the slot."""

    guest: PollGuest
    event: Event
    slots: Sequence[SlotNow]
    votes: Mapping[int, Voted]
    note: str
    answered_at: datetime | None

    @property
    def poll(self) -> Poll:
        return self.guest.poll

    @property
    def quiet(self) -> bool:
        return self.guest.person.discreet

    def is_open(self, now: datetime) -> bool:
        return is_open(self.poll, now) and self.event.status is not EventStatus.CANCELLED

    @property
    def picked(self) -> SlotNow | None:
        return next((one for one in self.slots if one.slot.picked_at is not None), None)

    def seen_otherwise(self, slot: SlotNow) -> Voted | None:
        """The answer to a slot whose hour has changed since it was given."""
        voted = self.votes.get(slot.slot.id)
        return voted if voted and voted.starts_at != slot.starts_at else None

    @property
    def complete(self) -> bool:
        """Whether every slot has an answer that still counts."""
        return all(
            (voted := self.votes.get(one.slot.id)) is not None and voted.starts_at == one.starts_at
            for one in self.slots
        )


def is_open(poll: Poll, now: datetime) -> bool:
    """Whether answers are taken."""
    ends = poll.form.closes_at
    return poll.closed_at is None and poll.deleted_at is None and (ends is None or ends > now)


def slot_now(slot: PollSlot) -> SlotNow:
    """When it is, as the clocks go by today's data."""
    span = slot.when.span()
    assert span.starts_at is not None  # it is timed
    return SlotNow(slot, span.starts_at, span.ends_at)


def polls_of(session: Session, *, event: Event) -> Sequence[Poll]:
    """The polls of an event that the actor may change, the latest first, deleted ones too. Two
    statements."""
    return session.scalars(
        select(Poll)
        .join(Poll.form)
        .where(Form.event_id == event.id)
        .options(joinedload(Poll.form), selectinload(Poll.slots))
        .order_by(Poll.id.desc())
    ).all()


def planned_poll(session: Session, *, event: Event, uuid: UUID, guests: bool = True) -> Poll:
    """A poll of an event that the actor may change, with slots, and guests as far as they are
    wanted at once. One statement, or two. Raises NotFound."""
    people = [selectinload(Poll.guests).joinedload(PollGuest.person)] if guests else []
    found = (
        session.scalars(
            select(Poll)
            .join(Poll.form)
            .where(Poll.uuid == uuid, Form.event_id == event.id, Poll.deleted_at.is_(None))
            .options(joinedload(Poll.form), joinedload(Poll.slots), *people)
        )
        .unique()
        .one_or_none()
    )
    if found is None:
        raise NotFound("There is no such poll.")
    return found


def one_at_a_time(session: Session, poll: Poll) -> None:
    """Whatever happens to a poll happens in turn: writing its row makes others wait, on SQLite as
    on PostgreSQL."""
    session.execute(
        update(Poll)
        .where(Poll.id == poll.id)
        .values(version=Poll.version)
        .execution_options(synchronize_session=False)
    )
    session.refresh(poll, ["closed_at", "deleted_at", "version"])
    session.refresh(poll.form, ["closes_at"])


def asked_by_link(session: Session, *, secret: str, uuid: UUID, given: str) -> Asked | None:
    """Whom the link of a mail belongs to; None where the poll was taken back, or they are no more
    of the programme. Changes nothing, whoever opens it. Raises NotFound for a token that is none.
    """
    if not compare_digest(token(secret, PURPOSE, uuid), given):
        raise NotFound("There is no such page.")
    guest = session.scalar(_guests().where(PollGuest.uuid == uuid))
    if guest is None:  # of two who were asked and became one, one row is left
        guest = session.scalar(_guests().where(PollGuest.uuid == row_after(session, uuid)))
    if guest is None or guest.poll.deleted_at is not None or _has_left(session, guest):
        return None
    return _asked(session, guest)


def own_asked(session: Session, *, actor: Actor, uuid: UUID) -> Asked:
    """The poll to which `uuid` asks the actor. Raises NotFound."""
    guest = session.scalar(
        _guests().where(
            PollGuest.uuid == uuid,
            PollGuest.person_id == actor.person_id,
            Poll.deleted_at.is_(None),
            Form.programme_id.in_(actor.programmes),
        )
    )
    if guest is None:
        raise NotFound("There is no such page.")
    return _asked(session, guest)


def own_open(session: Session, *, actor: Actor, now: datetime) -> Sequence[PollGuest]:
    """The polls that wait for the actor's answer, or take it still; the first to end first. One
    statement."""
    return session.scalars(
        _guests()
        .where(
            PollGuest.person_id == actor.person_id,
            Poll.deleted_at.is_(None),
            Poll.closed_at.is_(None),
            Form.closes_at > now,
            Form.programme_id.in_(actor.programmes),
            Event.status != EventStatus.CANCELLED,
        )
        .order_by(Form.closes_at, Poll.id)
        .limit(10)
    ).all()


def responses_of(session: Session, poll: Poll) -> Mapping[int, Response]:
    """The answers of a poll, by person. Two statements."""
    rows = session.scalars(
        select(Response)
        .where(Response.form_id == poll.form_id, Response.person_id.is_not(None))
        .options(selectinload(Response.answers))
    )
    return {row.person_id: row for row in rows if row.person_id is not None}


def votes_in(poll: Poll, response: Response | None) -> Mapping[int, Voted]:
    """What a response says of each slot, by the slot's number."""
    slots = {slot.question_id: slot.id for slot in poll.slots}
    found = {}
    for row in response.answers if response else ():
        if row.question_id in slots and isinstance(row.value, dict):
            at = datetime.fromisoformat(row.value["starts_at"])
            found[slots[row.question_id]] = Voted(Vote(row.value["answer"]), at)
    return found


def note_in(poll: Poll, response: Response | None) -> str:
    """The word beside the answers."""
    slots = {slot.question_id for slot in poll.slots}
    rows: Sequence[Answer] = response.answers if response else ()
    return next((str(row.value) for row in rows if row.question_id not in slots), "")


def _guests() -> Select[PollGuest]:
    return (
        select(PollGuest)
        .join(PollGuest.poll)
        .join(Poll.form)
        .join(Form.event)
        .options(
            joinedload(PollGuest.person),
            joinedload(PollGuest.poll).options(
                joinedload(Poll.form).joinedload(Form.event).joinedload(Event.programme),
                selectinload(Poll.slots),
            ),
        )
    )


def _asked(session: Session, guest: PollGuest) -> Asked:
    poll = guest.poll
    response = session.scalar(
        select(Response)
        .where(Response.form_id == poll.form_id, Response.person_id == guest.person_id)
        .options(selectinload(Response.answers))
    )
    return _told(guest, response)


def _told(guest: PollGuest, response: Response | None) -> Asked:
    poll, event = guest.poll, guest.poll.form.event
    assert event is not None  # joined
    return Asked(
        guest,
        event,
        [slot_now(slot) for slot in poll.slots],
        votes_in(poll, response),
        note_in(poll, response),
        response.submitted_at if response else None,
    )


def _has_left(session: Session, guest: PollGuest) -> bool:
    states = session.scalars(
        select(Membership.status).where(
            Membership.person_id == guest.person_id,
            Membership.programme_id == guest.poll.form.programme_id,
        )
    ).all()
    return bool(states) and all(state is _LEFT for state in states)


def asked_all(session: Session, uuids: Iterable[UUID]) -> Mapping[UUID, Asked]:
    """Those who are asked, by their lines; who has left the programme, or is there no more, is left
    out. Four statements."""
    guests = session.scalars(_guests().where(PollGuest.uuid.in_(list(uuids)))).all()
    people = {guest.person_id for guest in guests}
    rows = session.scalars(
        select(Response)
        .where(
            Response.form_id.in_({guest.poll.form_id for guest in guests}),
            Response.person_id.in_(people),
        )
        .options(selectinload(Response.answers))
    )
    responses = {(row.form_id, row.person_id): row for row in rows}
    parts = session.execute(
        select(Membership.person_id, Membership.programme_id, Membership.status).where(
            Membership.person_id.in_(people)
        )
    ).all()
    here = {(row.person_id, row.programme_id) for row in parts if row.status is not _LEFT}
    gone = {(row.person_id, row.programme_id) for row in parts} - here
    return {
        guest.uuid: _told(guest, responses.get((guest.poll.form_id, guest.person_id)))
        for guest in guests
        if (guest.person_id, guest.poll.form.programme_id) not in gone
    }
