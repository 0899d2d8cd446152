"""Reminding who is silent: planned when a poll goes out, by rule, never more than three times."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core import polls as rules
from mmp.models import Event, Mail, Poll, PollGuest
from mmp.models.mail import WAITING, MailState
from mmp.services.permissions import Actor
from mmp.services.polls import mails
from mmp.services.polls.reading import SlotNow, Voted, responses_of, slot_now, votes_in
from mmp.services.polls.trail import record


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """A mail about a poll: to whom, when it goes or went, and what became of it."""

    guest: PollGuest
    kind: str
    at: datetime
    state: MailState
    reason: str | None

    @property
    def ahead(self) -> bool:
        return self.state in WAITING


def plan(session: Session, *, now: datetime, event: Event, poll: Poll) -> None:
    """Plan the reminders of everybody who has not answered, as far as they may get more."""
    silent = silent_of(session, poll)
    sent = _sent(session, now, event, poll)
    due = [
        (guest, at)
        for guest in silent
        for at in _times(poll, guest, now)[: max(0, rules.MOST_REMINDERS - len(sent[guest.uuid]))]
    ]
    mails.remind(session, now=now, event=event, poll=poll, due=due)


def remind_now(session: Session, *, actor: Actor, now: datetime, event: Event, poll: Poll) -> int:
    """Remind who is silent at once, but nobody a fourth time or twice within a day; gives how
    many. Of what is planned for somebody, what comes within a day goes."""
    sent = _sent(session, now, event, poll)
    asked = [
        guest
        for guest in silent_of(session, poll)
        if len(sent[guest.uuid]) < rules.MOST_REMINDERS
        and now - max([guest.asked_at, *sent[guest.uuid]]) >= rules.APART
    ]
    for guest in asked:
        mails.take_back(session, now=now, event=event, person=guest.person)
    count = mails.remind(
        session, now=now, event=event, poll=poll, due=[(one, now) for one in asked]
    )
    later = [
        (guest, at)
        for guest in asked
        for at in _times(poll, guest, now)[: rules.MOST_REMINDERS - 1 - len(sent[guest.uuid])]
    ]
    mails.remind(session, now=now, event=event, poll=poll, due=later)
    if count:
        record(session, actor, now, event, poll, "reminded", {"people": [None, count]})
    return count


def plan_of(session: Session, *, event: Event, poll: Poll) -> Sequence[PlannedReminder]:
    """What went and what will, by time. One statement."""
    guests = {str(guest.uuid): guest for guest in poll.guests}
    rows = session.scalars(
        select(Mail)
        .where(Mail.event_id == event.id, Mail.kind.in_((*mails.ASKS, mails.THANKS)))
        .order_by(Mail.due_at, Mail.id)
    )
    return [
        PlannedReminder(guests[key], row.kind, row.due_at, row.state, row.reason)
        for row in rows
        if (key := row.dedupe_key.split(":")[1]) in guests
    ]


def silent_of(session: Session, poll: Poll) -> list[PollGuest]:
    """Who has not answered, or saw another hour than it is now."""
    responses = responses_of(session, poll)
    slots = [slot_now(slot) for slot in poll.slots]
    return [
        guest
        for guest in poll.guests
        if not answered(slots, votes_in(poll, responses.get(guest.person_id)))
    ]


def answered(slots: Sequence[SlotNow], votes: Mapping[int, Voted]) -> bool:
    """Whether every slot has an answer to the hour it has now."""
    return all(
        (voted := votes.get(one.slot.id)) is not None and voted.starts_at == one.starts_at
        for one in slots
    )


def _times(poll: Poll, guest: PollGuest, now: datetime) -> list[datetime]:
    assert poll.form.closes_at is not None  # a poll has an end
    return rules.reminders(guest.asked_at, poll.form.closes_at, guest.person.zone, now)


def _sent(
    session: Session, now: datetime, event: Event, poll: Poll
) -> Mapping[UUID, list[datetime]]:
    """When each was reminded already, or is about to be."""
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for one in plan_of(session, event=event, poll=poll):
        went = one.state is MailState.SENT or (one.ahead and one.at <= now)
        if one.kind == "poll_reminder" and went:
            found[one.guest.uuid].append(one.at)
    return found
