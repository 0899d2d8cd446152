"""The mails of a poll: the question, its reminders, and thanks. A discreet reader's says "Meeting"
and the hours, and its sender is not the programme."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.adapters.translations import in_every_language
from mmp.core.mail import Link, Reason, Site, Words
from mmp.core.polls import clocks_change
from mmp.models import Event, Mail, OptOut, Person, Poll, PollGuest, PollSlot
from mmp.models.mail import MailState
from mmp.services import outbox
from mmp.services.events import when_of
from mmp.services.outbox import More
from mmp.services.polls.reading import PURPOSE, asked_all, slot_now

ASKS: Final = ("poll", "poll_reminder")
"""The mails that are of no use once somebody has answered, or the poll is over."""
THANKS: Final = "poll_thanks"


def ask(session: Session, *, now: datetime, event: Event, poll: Poll) -> None:
    """To everybody who is asked."""
    _ask(session, now, event, poll, poll.guests, "")


def ask_again(session: Session, *, now: datetime, event: Event, poll: Poll) -> None:
    """To those whose mail was stopped before it left, when the poll was taken away."""
    rows = session.scalars(
        select(Mail.dedupe_key).where(
            Mail.event_id == event.id, Mail.kind == "poll", Mail.state == MailState.SENT
        )
    )
    got = {key.split(":")[1] for key in rows}
    guests = [guest for guest in poll.guests if str(guest.uuid) not in got]
    _ask(session, now, event, poll, guests, f":{poll.version}:{now.isoformat()}")


def _ask(
    session: Session,
    now: datetime,
    event: Event,
    poll: Poll,
    guests: Sequence[PollGuest],
    again: str,
) -> None:
    mails = [
        _mail("poll", event, poll, guest, key=f"poll:{guest.uuid}{again}")
        for guest in guests
        if guest.person.email
    ]
    outbox.enqueue_many(session, now=now, mails=mails)


def remind(
    session: Session,
    *,
    now: datetime,
    event: Event,
    poll: Poll,
    due: Iterable[tuple[PollGuest, datetime]],
) -> int:
    """Put reminders into the outbox, each due at its time; gives how many."""
    away = opted_out(session, event)
    mails = [
        _mail(
            "poll_reminder",
            event,
            poll,
            guest,
            key=f"poll_reminder:{guest.uuid}:{poll.version}:{now.isoformat()}:{at.isoformat()}",
            due_at=at,
            optional=not guest.person.discreet,
        )
        for guest, at in due
        if guest.person.email and guest.person_id not in away
    ]
    return len(outbox.enqueue_many(session, now=now, mails=mails))


def thank(
    session: Session, *, now: datetime, event: Event, slot: PollSlot, people: Sequence[PollGuest]
) -> int:
    """To who answered: which time it is. Gives how many."""
    mails = [
        outbox.NewMail(
            kind=THANKS,
            person_id=guest.person_id,
            template=THANKS,
            dedupe_key=f"{THANKS}:{guest.uuid}:{slot.uuid}:{now.isoformat()}",
            programme_id=None if guest.person.discreet else event.programme_id,
            event_id=event.id,
            expires_at=slot_now(slot).ends_at,
            parameters={**_about(guest.person, event), "picked": slot.when},
        )
        for guest in people
        if guest.person.email
    ]
    return len(outbox.enqueue_many(session, now=now, mails=mails))


def take_back(
    session: Session, *, now: datetime, event: Event, person: Person | None = None
) -> None:
    """Stop what still asks: of one who has answered their reminders, else all."""
    kinds = ASKS[1:] if person else ASKS
    reason = Reason.SUPERSEDED if person else Reason.BY_COORDINATOR
    outbox.cancel_all(session, now=now, reason=reason, person=person, event=event, kinds=kinds)


def opted_out(session: Session, event: Event) -> frozenset[int]:
    """Who wants no reminders of the programme."""
    rows = select(OptOut.person_id).where(OptOut.programme_id == event.programme_id)
    return frozenset(session.scalars(rows))


@outbox.source_for(*ASKS)
def _more(session: Session, mails: Sequence[Mail], _site: Site) -> Mapping[int, More]:
    """What is not to be asked any more is void, whatever it was when it was planned. Four
    statements, however many mails."""
    numbers = {mail.id: UUID(mail.parameters["guest"]) for mail in mails}
    found = asked_all(session, numbers.values())
    more: dict[int, More] = {}
    for mail in mails:
        asked = found.get(numbers[mail.id])
        if asked is None or not asked.is_open(mail.next_at):
            more[mail.id] = More(void="closed")
        elif mail.kind == "poll_reminder" and asked.complete:
            more[mail.id] = More(void="answered")
    return more


def _mail(
    kind: str,
    event: Event,
    poll: Poll,
    guest: PollGuest,
    *,
    key: str,
    due_at: datetime | None = None,
    optional: bool = False,
) -> outbox.NewMail:
    person = guest.person
    path = f"/{{language}}/polls/{guest.uuid}/{{token}}/"
    words = poll.form.introduction
    return outbox.NewMail(
        kind=kind,
        person_id=guest.person_id,
        template=kind,
        dedupe_key=key,
        due_at=due_at,
        expires_at=poll.form.closes_at,
        optional=optional,
        programme_id=None if person.discreet else event.programme_id,
        event_id=event.id,
        parameters={
            **_about(person, event),
            "guest": str(guest.uuid),
            "answer_page": Link(path, (PURPOSE, guest.uuid)),
            "slots": [slot.when for slot in poll.slots],
            "note": Words(words) if words and not person.discreet else None,
            "closes_at": poll.form.closes_at,
            "clocks_change": any(
                clocks_change(person.zone, slot.zone, guest.asked_at, slot.starts_at)
                for slot in poll.slots
            ),
        },
    )


def _about(person: Person, event: Event) -> dict[str, Any]:
    if not person.discreet:
        return {}
    title = Words(in_every_language("Meeting"))
    return {"event": {"title": title, "when": when_of(event), "place": ""}}
