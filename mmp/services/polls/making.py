"""Sending a poll out: its slots as questions, who is asked, their mails and reminders."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mmp.adapters.translations import in_every_language
from mmp.core import polls as rules
from mmp.core.errors import UserError
from mmp.models import Event, Form, Person, Poll, PollGuest, PollSlot, Question
from mmp.models.enums import EventStatus, FormKind, QuestionKind
from mmp.services.events import proposed_columns
from mmp.services.permissions import Actor
from mmp.services.polls import mails
from mmp.services.polls.reading import NOTE, is_open, polls_of
from mmp.services.polls.reminding import plan
from mmp.services.polls.trail import record

LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Wish:
    """What goes out: naive wall times in the event's zone, minutes, the last day (there) to answer,
    words to go with it in the sender's language, and whom it goes to."""

    starts: Sequence[datetime]
    minutes: int
    closes_on: date
    people: Sequence[Person]
    needed: Collection[int]
    words: str = ""
    language: str = "en"


def make_poll(
    session: Session, *, actor: Actor, now: datetime, event: Event, uuid: UUID, wish: Wish
) -> Poll:
    """Send a poll to people. The same `uuid` makes one. Of an event one poll is open at a time.

    Raises UserError beside `slots`, `minutes`, `closes_on`, `words` or `people`.
    """
    _in_turn(session, event)
    found = session.scalar(select(Poll).join(Poll.form).where(Form.uuid == uuid))
    if found is not None:
        if found.form.event_id == event.id:
            return found
        raise UserError("Load the page again and try once more.", field="slots")
    _check(session, event, wish, now)
    times = rules.slots(wish.starts, wish.minutes, event.zone, now)
    first = times[0].span().starts_at
    assert first is not None  # it is timed
    closes_at = rules.closing(wish.closes_on, event.zone, first, now)
    form = Form(
        uuid=uuid,
        key=f"poll-{uuid}",
        event=event,
        kind=FormKind.POLL,
        title=in_every_language("Which time suits you?"),
        introduction={wish.language: wish.words.strip()} if wish.words.strip() else {},
        opens_at=now,
        closes_at=closes_at,
        created_at=now,
        changed_at=now,
    )
    form.programme_id = event.programme_id
    poll = Poll(form=form)
    for position, when in enumerate(times):
        question = Question(
            key=f"slot-{position + 1}",
            position=position,
            kind=QuestionKind.SLOT,
            text={"en": f"{when.starts_local:%Y-%m-%d %H:%M}, {when.zone}"},
            options=[{"key": vote.value, "text": _WORDS[vote]} for vote in rules.Vote],
        )
        form.questions.append(question)
        poll.slots.append(PollSlot(question=question, **proposed_columns(when)))
    last = len(times)
    note = Question(key=NOTE, position=last, kind=QuestionKind.TEXT, text={"en": "Note"})
    form.questions.append(note)
    for person in wish.people:
        required = person.id in wish.needed
        poll.guests.append(PollGuest(person=person, required=required, asked_at=now))
    session.add(poll)
    session.flush()
    record(session, actor, now, event, poll, "sent", {"people": [None, len(poll.guests)]})
    mails.ask(session, now=now, event=event, poll=poll)
    plan(session, now=now, event=event, poll=poll)
    session.flush()
    return poll


_WORDS = {
    rules.Vote.YES: {"en": "Yes"},
    rules.Vote.IF_NEED_BE: {"en": "If need be"},
    rules.Vote.NO: {"en": "No"},
}


def _in_turn(session: Session, event: Event) -> None:
    """Two who send at once do so one after the other."""
    session.execute(
        update(Event)
        .where(Event.id == event.id)
        .values(version=Event.version)
        .execution_options(synchronize_session=False)
    )


def _check(session: Session, event: Event, wish: Wish, now: datetime) -> None:
    if event.status is EventStatus.CANCELLED:
        raise UserError("The event is cancelled: restore it first.", field="slots")
    if any(is_open(poll, now) for poll in polls_of(session, event=event)):
        raise UserError(
            "Another poll about this event is open: close it first, so that nobody is asked twice.",
            field="slots",
        )
    if len(wish.words) > LONGEST_NOTE:
        raise UserError("Write 1,000 letters at most.", field="words")
    if not any(person.email for person in wish.people):
        raise UserError(
            "Nobody who is asked has a mail address: ask somebody else.", field="people"
        )
