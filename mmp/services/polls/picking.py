"""Picking a slot: the day is fixed on the event, people are invited or thanked, the poll ends."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.mail import Reason
from mmp.core.polls import Vote
from mmp.models import Event, Mail, Poll, PollGuest, PollSlot
from mmp.models.enums import EventStatus
from mmp.models.mail import MailState
from mmp.services import event_edits, invitations, outbox, participants
from mmp.services.event_edits import Saved
from mmp.services.permissions import Actor
from mmp.services.polls import mails
from mmp.services.polls.reading import one_at_a_time, responses_of, slot_now, votes_in
from mmp.services.polls.trail import record


class Inviting(StrEnum):
    """Who of those asked is put on the list and invited at once."""

    NOBODY = "nobody"
    COMING = "coming"
    """Who said yes, or if need be, to the slot."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Picked:
    """What picking did. `saved` is None where it had been picked just so before."""

    saved: Saved | None
    invited: int = 0
    thanked: int = 0


def pick_slot(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    poll: Poll,
    slot: PollSlot,
    version: int,
    inviting: Inviting = Inviting.NOBODY,
    publish: bool = False,
    move_agenda: bool = False,
) -> Picked:
    """Fix the event's day to the slot, as an edit of the event does, and end the poll.

    Who answered is thanked, but for those whom an invitation or a change of the event tells the
    same at that moment: nobody gets two mails. Raises StaleEdit as `change_event`, UserError for a
    slot that is over (no field) and for inviting to a draft (field `inviting`).
    """
    one_at_a_time(session, poll)
    session.refresh(slot, ["picked_at"])
    if slot.picked_at is not None:
        return Picked(None)
    if slot_now(slot).starts_at <= now:
        raise UserError("This time is over: pick a later one, or send a new poll.")
    if inviting is not Inviting.NOBODY and event.status is EventStatus.DRAFT and not publish:
        raise UserError(
            "A draft invites nobody: publish it along with this, or invite later.", field="inviting"
        )
    if publish:
        event_edits.publish_event(session, actor=actor, now=now, event=event)
        version = event.version
    saved = event_edits.change_event(
        session,
        actor=actor,
        now=now,
        event=event,
        version=version,
        details=replace(event_edits.details_of(event), when=slot.when),
        move_agenda=move_agenda,
    )
    for one in poll.slots:
        one.picked_at = now if one is slot else None
    poll.closed_at = poll.closed_at or now
    mails.take_back(session, now=now, event=event)
    record(
        session,
        actor,
        now,
        event,
        poll,
        "picked",
        {"slot": [None, slot_now(slot).starts_at.isoformat()]},
    )
    session.flush()
    invited = _invite(session, actor, now, event, poll, slot, inviting)
    thanked = _thank(session, now, event, poll, slot)
    return Picked(saved, invited, thanked)


def _invite(
    session: Session,
    actor: Actor,
    now: datetime,
    event: Event,
    poll: Poll,
    slot: PollSlot,
    inviting: Inviting,
) -> int:
    """Put them on the list and invite them; gives how many mails."""
    guests = _chosen(session, poll, slot, inviting)
    if not guests:
        return 0
    people = [guest.person for guest in guests]
    missing = participants.not_listed(session, event, people)
    participants.add_people(session, actor=actor, now=now, event=event, people=missing)
    choice = invitations.Choice(people=frozenset(person.uuid for person in people))
    sent = invitations.invite(session, actor=actor, now=now, event=event, choice=choice)
    _no_second_word(session, now, event)
    return sent.mails


def _no_second_word(session: Session, now: datetime, event: Event) -> None:
    """An invitation says when it is: of the change the same person is not told besides."""
    session.flush()
    new = (Mail.event_id == event.id, Mail.created_at == now, Mail.state == MailState.DUE)
    invited = select(Mail.person_id).where(*new, Mail.kind == "invitation")
    both = session.scalars(
        select(Mail).where(*new, Mail.kind == "event_moved", Mail.person_id.in_(invited))
    )
    for mail in both.all():
        outbox.cancel(session, now=now, mail=mail, reason=Reason.SUPERSEDED)


def _chosen(
    session: Session, poll: Poll, slot: PollSlot, inviting: Inviting
) -> Collection[PollGuest]:
    if inviting is Inviting.NOBODY:
        return ()
    if inviting is Inviting.ALL:
        return poll.guests
    responses = responses_of(session, poll)
    found = []
    for guest in poll.guests:
        voted = votes_in(poll, responses.get(guest.person_id)).get(slot.id)
        if voted is not None and voted.vote is not Vote.NO:
            found.append(guest)
    return found


def _thank(session: Session, now: datetime, event: Event, poll: Poll, slot: PollSlot) -> int:
    """To who answered and gets nothing else about the event at this moment."""
    session.flush()
    told = set(
        session.scalars(
            select(Mail.person_id).where(
                Mail.event_id == event.id,
                Mail.created_at == now,
                Mail.state == MailState.DUE,
                Mail.kind.not_in((*mails.ASKS, mails.THANKS)),
            )
        )
    )
    responses = responses_of(session, poll)
    people = [
        guest
        for guest in poll.guests
        if guest.person_id in responses and guest.person_id not in told
    ]
    return mails.thank(session, now=now, event=event, slot=slot, people=people)
