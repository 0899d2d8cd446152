"""An answer from a calendar program: applied, or the one reason why not."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.inbound import Envelope, Reply, Verdict, verdict
from mmp.models import Event, InboundMail, Invitation, Participation, Person
from mmp.models.enums import AnswerVia, EventStatus, InboundState, InvitationState, Partstat
from mmp.services import answers
from mmp.services.inbound.subjects import event_of

End = tuple[InboundState, str | None]


def apply(
    session: Session,
    now: datetime,
    row: InboundMail,
    reply: Reply,
    envelope: Envelope,
    authserv_id: str | None,
) -> End:
    """Take the answer (RFC 5546, section 3.2.3) if all of this holds, else leave it to a
    coordinator: its UID is known; the attendee is the sender, of a person we know, and the mail
    does not fail authentication (RFC 6047, section 3); they were asked; SEQUENCE is not older than
    what they were told. Older than the stored answer, or too late, it changes nothing and asks
    for nothing. Event, programme and person are noted in `row` as far as they are known."""
    row.event = event_of(session, reply.uid)
    row.programme = row.event.programme if row.event else None
    row.person = session.scalar(select(Person).where(Person.email == reply.attendee))
    if row.event is None:
        return _open("unknown_uid")
    refused = _doubtful(reply, envelope, authserv_id)
    if refused is not None:
        return _open(refused)
    if row.person is None:
        return _open("stranger")
    return _taken(session, now, row.event, row.person, reply)


def place_of(session: Session, event: Event, person: Person) -> Participation | None:
    """Their line in the event's list."""
    return session.scalar(
        select(Participation).where(
            Participation.event_id == event.id, Participation.person_id == person.id
        )
    )


def _doubtful(reply: Reply, envelope: Envelope, authserv_id: str | None) -> str | None:
    """Why it is not sure who wrote this."""
    if envelope.sender is None:
        return "no_sender"
    if envelope.sender != reply.attendee:
        return "sender_differs"
    found = verdict(envelope.authentication, envelope.sender, authserv_id)
    wanted = authserv_id is not None and found is not Verdict.PASSED
    return "not_authenticated" if wanted or found is Verdict.FAILED else None


def _taken(session: Session, now: datetime, event: Event, person: Person, reply: Reply) -> End:
    told = session.scalar(
        select(Invitation).where(Invitation.person_id == person.id, Invitation.uid == reply.uid)
    )
    place = place_of(session, event, person)
    if told is None and place is None:
        return _open("not_invited")
    if told is not None and told.state is InvitationState.CANCELLED:
        cancelled = event.status is EventStatus.CANCELLED
        return _too_late(event) if cancelled else _open("taken_back")
    if told is not None and reply.sequence < told.sequence:
        return _open("old_sequence")
    if reply.recurrence is not None:
        return _open("one_of_many")
    if place is None:  # a part in the agenda alone asks for no answer, so there is none to change
        return _open("no_place")
    answer = answers.Reply(Partstat(reply.partstat), note=reply.comment or None)
    try:
        outcome = answers.record_answer(
            session,
            now=now,
            participation=place,
            reply=answer,
            via=AnswerVia.CALENDAR,
            actor=person,
            stamp=reply.stamp,
        )
    except UserError:
        return _too_late(event)
    if outcome.outdated:
        return InboundState.IGNORED, "older_answer"
    return InboundState.APPLIED, None


def _too_late(event: Event) -> End:
    cancelled = event.status is EventStatus.CANCELLED
    return InboundState.IGNORED, "event_cancelled" if cancelled else "event_over"


def _open(reason: str) -> End:
    return InboundState.OPEN, reason
