"""What a coordinator does about a mail that came in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mmp.core.errors import NotFound, UserError
from mmp.models import Event, InboundMail, Membership, Participation, Person, SuppressedAddress
from mmp.models.enums import (
    AnswerVia,
    AttendanceForm,
    EventForm,
    InboundState,
    MembershipRole,
    Partstat,
)
from mmp.services import answers, history, participants
from mmp.services.handles import free_key
from mmp.services.inbound.replies import place_of
from mmp.services.inbound.worklist import Task, task_of, visible_suppressed
from mmp.services.permissions import Actor


def apply_answer(session: Session, *, actor: Actor, now: datetime, uuid: UUID) -> InboundMail:
    """Take the answer all the same, on the coordinator's word. Twice is as once.

    Raises NotFound, UserError where there is no answer of somebody on the list to take."""
    task = task_of(session, actor, uuid)
    if task.mail.state is not InboundState.OPEN:
        return task.mail
    if not task.can_apply:
        raise UserError("This cannot be taken as an answer.")
    _take(session, actor, now, task)
    return _end(session, actor, now, task.mail)


def put_on_list(session: Session, *, actor: Actor, now: datetime, uuid: UUID) -> InboundMail:
    """Put the writer on the event's list as invited, and take their answer; who is unknown becomes
    a guest of the programme. Twice is as once.

    Raises NotFound, UserError where nobody answered for themselves from outside of the list."""
    task = task_of(session, actor, uuid)
    if task.mail.state is not InboundState.OPEN:
        return task.mail
    event = task.mail.event
    if not task.can_place or event is None:
        raise UserError("Nobody can be put on a list for this.")
    person = task.mail.person or _new_person(session, actor, now, task.mail, event)
    _let_in(session, event, person)
    participants.add_people(session, actor=actor, now=now, event=event, people=[person])
    task.mail.person = person
    session.flush()
    _take(session, actor, now, task)
    return _end(session, actor, now, task.mail)


def mark_done(session: Session, *, actor: Actor, now: datetime, uuid: UUID) -> InboundMail:
    """Somebody has looked, and nothing else is to be done. Raises NotFound."""
    task = task_of(session, actor, uuid)
    if task.mail.state is not InboundState.OPEN:
        return task.mail
    return _end(session, actor, now, task.mail)


def lift(session: Session, *, actor: Actor, now: datetime, uuid: UUID) -> Person:
    """Let mail go to an address again. What was called off stays so. Raises NotFound."""
    found = session.execute(
        select(SuppressedAddress, Person)
        .join(Person, func.lower(Person.email) == SuppressedAddress.address)
        .where(SuppressedAddress.uuid == uuid, visible_suppressed(actor))
    ).one_or_none()
    if found is None:
        raise NotFound("Mail goes to this address already.")
    row, person = found
    session.delete(row)
    history.record(
        session,
        now=now,
        actor=_person(session, actor),
        programme=None,
        kind="person",
        uuid=person.uuid,
        action="mail_let_go",
        changes={"status": [row.code, None]},
    )
    session.flush()
    return person


def _take(session: Session, actor: Actor, now: datetime, task: Task) -> None:
    event, person, details = task.mail.event, task.mail.person, task.mail.details
    assert event is not None and person is not None  # noqa: PT018  # the callers have looked
    place = place_of(session, event, person)
    if place is None:
        raise NotFound("There is no such person on the list.")
    partstat = Partstat(details["partstat"])
    note = str(details.get("comment", ""))[: answers.LONGEST_NOTE] or None
    answers.record_answer(
        session,
        now=now,
        participation=place,
        reply=answers.Reply(partstat, _form(event, place, partstat), note),
        via=AnswerVia.COORDINATOR,
        actor=_person(session, actor),
    )


def _form(event: Event, place: Participation, partstat: Partstat) -> AttendanceForm | None:
    if partstat is Partstat.DECLINED:
        return None
    fixed = {
        EventForm.ONLINE: AttendanceForm.ONLINE,
        EventForm.IN_PERSON: AttendanceForm.IN_ROOM,
    }
    return fixed.get(event.form, place.form)


def _end(session: Session, actor: Actor, now: datetime, row: InboundMail) -> InboundMail:
    row.state, row.handled_by, row.handled_at = InboundState.DONE, _person(session, actor), now
    session.flush()
    return row


def _person(session: Session, actor: Actor) -> Person:
    return session.get_one(Person, actor.person_id)


def _new_person(
    session: Session, actor: Actor, now: datetime, row: InboundMail, event: Event
) -> Person:
    assert row.sender is not None  # who answered for themselves has an address
    programme = event.programme
    person = Person(
        key=free_key(session, row.sender),
        name=str(row.details.get("name") or row.sender.partition("@")[0]),
        email=row.sender,
        zone=programme.zone,
        locale=programme.languages[0] if programme.languages else "en",
        created_at=now,
        changed_at=now,
    )
    session.add(person)
    session.flush()
    history.record(
        session,
        now=now,
        actor=_person(session, actor),
        programme=programme,
        kind="person",
        uuid=person.uuid,
        action="created",
    )
    return person


def _let_in(session: Session, event: Event, person: Person) -> None:
    """Who has no part in the programme yet becomes a guest of it."""
    known = select(Membership.id).where(
        Membership.programme_id == event.programme_id, Membership.person_id == person.id
    )
    if session.scalar(known.limit(1)) is None:
        role = MembershipRole.GUEST
        session.add(Membership(programme=event.programme, person=person, role=role))
