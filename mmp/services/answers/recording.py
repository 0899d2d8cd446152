"""The one verb by which an answer is taken: page, mail link, calendar reply and coordinator."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mmp.core import seats
from mmp.core.errors import NotFound, UserError
from mmp.models import Event, Participation, Person
from mmp.models.enums import (
    AnswerVia,
    AttendanceForm,
    Entry,
    EventForm,
    EventStatus,
    Partstat,
)
from mmp.services import history
from mmp.services.answers import mails, partners
from mmp.services.answers.seats import (
    are_counted,
    fill_seats,
    give_seat,
    in_turn,
    place_in_line,
)
from mmp.services.taking_part import TAKING_PART

LONGEST_NOTE: Final = 300


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `form` says where one will be at a hybrid event. A `note` of None leaves it.
    `seen` is the `time_version` that was answered to, where that is known."""

    partstat: Partstat
    form: AttendanceForm | None = None
    note: str | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an answer. `outdated`: a newer one is there, nothing changed. `place`: they
    said yes and wait for a seat, at this place of the line, from 1."""

    changed: bool
    outdated: bool = False
    place: int | None = None


def record_answer(
    session: Session,
    *,
    now: datetime,
    participation: Participation,
    reply: Reply,
    via: AnswerVia,
    actor: Person | None,
    stamp: datetime | None = None,
) -> Outcome:
    """Take an answer. The same once more changes nothing, nor does one older than what is stored.

    `stamp` is when a calendar program wrote it (DTSTAMP, RFC 5546, section 2.1.5; in the future it
    counts as `now`). A yes where every seat is taken puts its giver into the line; a seat that an
    answer frees goes to the first of it. Raises NotFound for who was taken off just now, UserError
    for what is over or cancelled (a coordinator may still write it down), with the field `answer`
    where a hybrid event's yes must say room or online (calendar programs cannot) or where the event
    has moved since it was `seen`, `note` for a long note (theirs is cut).
    """
    event = in_turn(session, participation.event_id)
    row = _anew(session, participation)
    if via is not AnswerVia.COORDINATOR:
        _open(event, now)
    if reply.seen not in (None, event.time_version):
        raise UserError(
            "It has moved since you opened this page: look when it is now, and answer once more.",
            field="answer",
        )
    stamp = min(stamp, now) if stamp else None
    known = _last_word(row)
    if stamp and known and stamp < known:
        return Outcome(False, outdated=True, place=place_in_line(session, row, event.form))
    wanted: dict[str, Any] = {
        "partstat": reply.partstat,
        "form": _form(event.form, reply, row, via),
    }
    if reply.note is not None:
        wanted["answer_note"] = _note(reply.note, via)
    changes = {
        field: [getattr(row, field), value]
        for field, value in wanted.items()
        if getattr(row, field) != value
    }
    row.answer_stamp = stamp or row.answer_stamp
    if not changes:
        session.flush()
        return Outcome(False, place=place_in_line(session, row, event.form))
    seated = row.entry in TAKING_PART and seats.needs_seat(event.form, row)
    was, entry = row.answered_via, row.entry
    for field, (_, value) in changes.items():
        setattr(row, field, value)
    row.answered_at = None if row.partstat is Partstat.NEEDS_ACTION else now
    row.answered_via, row.changed_at = via, now
    _seat(session, now, row, seated=seated)
    if row.entry is not entry:
        changes["entry"] = [entry, row.entry]
    history.record(
        session,
        now=now,
        actor=actor,
        programme=event.programme,
        kind="participation",
        uuid=row.uuid,
        action="answered",
        changes=changes | {"answered_via": [was, via]},
    )
    if "partstat" in changes:
        partners.tell_partners(session, now=now, row=row, was=changes["partstat"][0])
    place = place_in_line(session, row, event.form)
    if place is not None and entry is not Entry.WAITING:
        mails.tell_waiting(session, now=now, row=row, place=place)
    return Outcome(True, place=place)


def _anew(session: Session, row: Participation) -> Participation:
    found = session.scalar(
        select(Participation)
        .where(Participation.id == row.id)
        .options(joinedload(Participation.event), joinedload(Participation.person))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no such event.")
    return found


def _open(event: Event, now: datetime) -> None:
    if event.status is EventStatus.CANCELLED:
        raise UserError("This event does not take place; no answer is needed.")
    if event.ends_at <= now:
        raise UserError("This event is over.")


def _last_word(row: Participation) -> datetime | None:
    """When the stored answer was given: a calendar's by its own stamp, for it may lie in the mail
    for hours; any other when it came."""
    came = None if row.answered_via is AnswerVia.CALENDAR else row.answered_at
    return max((at for at in (row.answer_stamp, came) if at), default=None)


def _seat(session: Session, now: datetime, row: Participation, *, seated: bool) -> None:
    """Where seats are counted: a new yes goes to the end of the line, and the line moves."""
    if not are_counted(row.event, now):
        session.flush()
        return
    needs = seats.needs_seat(row.event.form, row)
    if not needs and (seated or row.entry is Entry.WAITING):
        mails.take_back(session, now=now, row=row)
    if row.entry is Entry.WAITING and not needs:
        give_seat(row, now=now)
    elif needs and not seated and row.entry in (*TAKING_PART, Entry.WAITING):
        row.entry, row.waiting_since = Entry.WAITING, row.waiting_since or now
    if needs is not seated:
        fill_seats(session, now=now, event=row.event, but=row)
    session.flush()


def _form(
    form: EventForm, reply: Reply, row: Participation, via: AnswerVia
) -> AttendanceForm | None:
    if via is AnswerVia.COORDINATOR:
        return reply.form
    if reply.partstat is Partstat.DECLINED:
        return None
    if form is EventForm.HYBRID:
        if via is AnswerVia.CALENDAR:
            return reply.form or row.form
        if reply.partstat is Partstat.ACCEPTED and reply.form is None:
            raise UserError("Say whether you come to the room or join online.", field="answer")
        return reply.form
    return {
        EventForm.ONLINE: AttendanceForm.ONLINE,
        EventForm.IN_PERSON: AttendanceForm.IN_ROOM,
    }.get(form)


def _note(text: str, via: AnswerVia) -> str | None:
    note = " ".join(text.split())
    if len(note) > LONGEST_NOTE:
        if via is not AnswerVia.CALENDAR:
            raise UserError("Say it in 300 letters at most.", field="note")
        note = note[: LONGEST_NOTE - 1] + "…"
    return note or None
