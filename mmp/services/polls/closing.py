"""Closing a poll, opening it again, deleting it, and taking that back."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.core import polls as rules
from mmp.core.errors import NotFound, UserError
from mmp.models import Event, Form, Poll, PollGuest
from mmp.models.enums import EventStatus
from mmp.services.permissions import Actor
from mmp.services.polls import mails
from mmp.services.polls.reading import is_open, one_at_a_time, polls_of, slot_now
from mmp.services.polls.reminding import plan
from mmp.services.polls.trail import record


def close_poll(session: Session, *, actor: Actor, now: datetime, event: Event, poll: Poll) -> bool:
    """Take no more answers and remind nobody. Tells whether it was open."""
    one_at_a_time(session, poll)
    if not is_open(poll, now):
        return False
    poll.closed_at = now
    mails.take_back(session, now=now, event=event)
    record(session, actor, now, event, poll, "closed")
    session.flush()
    return True


def reopen_poll(
    session: Session, *, actor: Actor, now: datetime, event: Event, poll: Poll, closes_on: date
) -> bool:
    """Take answers again up to the end of `closes_on` (in the event's zone); who is silent is
    reminded. The day of the event stays as it was picked. Tells whether it was closed.

    Raises UserError with the field `closes_on`.
    """
    one_at_a_time(session, poll)
    if is_open(poll, now):
        return False
    _check_free(session, event, now)
    ahead = [at for slot in poll.slots if (at := slot_now(slot).starts_at) > now]
    if not ahead:
        raise UserError("All its times are over: send a new poll.", field="closes_on")
    poll.form.closes_at = rules.closing(closes_on, poll.slots[0].zone, max(ahead), now)
    poll.form.changed_at = now
    poll.closed_at = None
    for slot in poll.slots:
        slot.picked_at = None
    session.flush()
    plan(session, now=now, event=event, poll=poll)
    record(session, actor, now, event, poll, "reopened")
    session.flush()
    return True


def delete_poll(session: Session, *, actor: Actor, now: datetime, event: Event, poll: Poll) -> None:
    """Take a poll away: its links end, nobody is reminded. Its answers come back with it."""
    one_at_a_time(session, poll)
    if poll.deleted_at is None:
        poll.deleted_at = now
        mails.take_back(session, now=now, event=event)
        record(session, actor, now, event, poll, "removed")
        session.flush()


def undelete_poll(
    session: Session, *, actor: Actor, now: datetime, event: Event, uuid: UUID
) -> Poll:
    """Put a poll back as it was; one that is there comes as it is. Raises NotFound."""
    poll = session.scalar(
        select(Poll)
        .join(Poll.form)
        .where(Poll.uuid == uuid, Form.event_id == event.id)
        .options(
            joinedload(Poll.form),
            selectinload(Poll.slots),
            selectinload(Poll.guests).joinedload(PollGuest.person),
        )
    )
    if poll is None:
        raise NotFound("There is no such poll.")
    one_at_a_time(session, poll)
    if poll.deleted_at is None:
        return poll
    others = any(is_open(one, now) for one in polls_of(session, event=event))
    poll.deleted_at = None
    if others:
        poll.closed_at = poll.closed_at or now
    session.flush()
    if is_open(poll, now):
        mails.ask_again(session, now=now, event=event, poll=poll)
        plan(session, now=now, event=event, poll=poll)
    record(session, actor, now, event, poll, "restored")
    session.flush()
    return poll


def _check_free(session: Session, event: Event, now: datetime) -> None:
    if event.status is EventStatus.CANCELLED:
        raise UserError("The event is cancelled: restore it first.", field="closes_on")
    if any(is_open(one, now) for one in polls_of(session, event=event)):
        raise UserError(
            "Another poll about this event is open: close it first, so that nobody is asked twice.",
            field="closes_on",
        )
