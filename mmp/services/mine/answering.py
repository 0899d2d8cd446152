"""One's own answer to an invitation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import Participation, Person
from mmp.models.enums import AttendanceForm, EventForm, Partstat
from mmp.services import history
from mmp.services.mine.listing import own_event
from mmp.services.permissions import Actor

LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `form` says where one will be at a hybrid event. A `note` of None leaves it."""

    partstat: Partstat
    form: AttendanceForm | None = None
    note: str | None = None


def answer(
    session: Session, *, now: datetime, actor: Actor, uuid: UUID, reply: Reply
) -> Participation:
    """Answer for oneself. The same answer once more changes nothing.

    Raises NotFound for who is not on the list, UserError for what is over or cancelled, with the
    field `answer` where it must say room or online, `note` for a long one.
    """
    own = own_event(session, actor, uuid)
    row = own.answer
    if row is None:
        raise UserError("You have a part in the agenda; no answer is asked of you.")
    if own.cancelled:
        raise UserError("This event does not take place; no answer is needed.")
    if own.event.ends_at <= now:
        raise UserError("This event is over.")
    wanted: dict[str, Any] = {"partstat": reply.partstat, "form": _form(own.event.form, reply)}
    if reply.note is not None:
        note = " ".join(reply.note.split())
        if len(note) > LONGEST_NOTE:
            raise UserError("Say it in 300 letters at most.", field="note")
        wanted["answer_note"] = note or None
    changes = {
        field: [getattr(row, field), value]
        for field, value in wanted.items()
        if getattr(row, field) != value
    }
    if not changes:
        return row
    for field, (_, value) in changes.items():
        setattr(row, field, value)
    row.answered_at = row.changed_at = now
    session.flush()
    history.record(
        session,
        now=now,
        actor=session.get(Person, actor.person_id),
        programme=own.event.programme,
        kind="participation",
        uuid=row.uuid,
        action="answered",
        changes=changes,
    )
    return row


def _form(form: EventForm, reply: Reply) -> AttendanceForm | None:
    if reply.partstat is Partstat.DECLINED:
        return None
    if form is EventForm.HYBRID:
        if reply.partstat is Partstat.ACCEPTED and reply.form is None:
            raise UserError("Say whether you come to the room or join online.", field="answer")
        return reply.form
    return {
        EventForm.ONLINE: AttendanceForm.ONLINE,
        EventForm.IN_PERSON: AttendanceForm.IN_ROOM,
    }.get(form)
