"""Seats of an event and the line of those who wait for one. A line moves up by itself."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from mmp.core import seats
from mmp.core.errors import NotFound
from mmp.models import Event, Participation
from mmp.models.enums import AttendanceForm, Entry, EventForm, EventStatus, Partstat
from mmp.services import history
from mmp.services.answers import mails
from mmp.services.taking_part import TAKING_PART


def in_turn(session: Session, event_id: int) -> Event:
    """Whatever concerns the seats of an event happens in turn: writing its row makes others wait,
    on SQLite as on PostgreSQL. Gives the event as it is then; other rows are to be read anew."""
    session.flush()
    session.execute(
        update(Event)
        .where(Event.id == event_id)
        .values(version=Event.version)
        .execution_options(synchronize_session=False)
    )
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound("There is no such event.")
    session.refresh(event, ["capacity", "form", "status", "ends_at", "time_version", "version"])
    return event


def are_counted(event: Event, now: datetime) -> bool:
    """Whether seats are limited and still given out."""
    return event.capacity is not None and _lies_ahead(event, now)


def follow_capacity(session: Session, *, now: datetime, event: Event) -> list[Participation]:
    """After a change of how many seats there are, or of the event's form: the line moves up as far
    as it can. Fewer seats than people take nobody's; without a limit all come in. Gives who moved.
    """
    event = in_turn(session, event.id)
    if event.capacity is None and _lies_ahead(event, now):
        return _seat_first(session, now, waiting_line(session, event))
    return fill_seats(session, now=now, event=event)


def fill_seats(
    session: Session,
    *,
    now: datetime,
    event: Event,
    but: Participation | None = None,
    without: Participation | None = None,
) -> list[Participation]:
    """Give the seats that are free to the first of the line; gives who moved up.

    They get a mail, except `but`, who hears it otherwise; `without` stays in the line. To be
    called, behind `in_turn`, after whatever may have freed a seat; once more changes nothing.
    """
    session.flush()
    if not are_counted(event, now):
        return []
    line = [row for row in waiting_line(session, event) if row is not without]
    if not line:
        return []
    up = seats.moving_up(event.capacity, seats_taken(session, event), line)
    return _seat_first(session, now, up, but)


def _seat_first(
    session: Session,
    now: datetime,
    up: list[Participation],
    but: Participation | None = None,
) -> list[Participation]:
    for row in up:
        give_seat(row, now=now)
    session.flush()
    for row in up:
        if row is not but:
            _note_moved(session, now, row)
            mails.tell_seat_free(session, now=now, row=row)
    return up


def _lies_ahead(event: Event, now: datetime) -> bool:
    return event.status is not EventStatus.CANCELLED and event.ends_at > now


def give_seat(row: Participation, *, now: datetime) -> None:
    """Out of the line, onto the list."""
    row.entry, row.waiting_since, row.changed_at = Entry.INVITED, None, now


def seats_taken(session: Session, event: Event) -> int:
    """How many seats are held."""
    taken = session.scalar(
        select(func.count())
        .select_from(Participation)
        .where(
            Participation.event_id == event.id,
            Participation.entry.in_(TAKING_PART),
            needs_seat(event.form),
        )
    )
    return taken or 0


def waiting_line(session: Session, event: Event) -> list[Participation]:
    """Who said yes and waits for a seat, first come first."""
    rows = session.scalars(
        select(Participation)
        .where(
            Participation.event_id == event.id,
            Participation.entry == Entry.WAITING,
            needs_seat(event.form),
        )
        .options(joinedload(Participation.person), joinedload(Participation.event))
        .execution_options(populate_existing=True)
    ).all()
    return seats.in_order(rows)


def place_in_line(session: Session, row: Participation, form: EventForm) -> int | None:
    """The place of someone who waits, from 1; None for who does not. `form` is the event's. One
    statement."""
    if row.entry is not Entry.WAITING or row.partstat is not Partstat.ACCEPTED:
        return None
    since = func.coalesce(Participation.waiting_since, Participation.created_at)
    mine = row.waiting_since or row.created_at
    before = session.scalar(
        select(func.count())
        .select_from(Participation)
        .where(
            Participation.event_id == row.event_id,
            Participation.entry == Entry.WAITING,
            needs_seat(form),
            or_(since < mine, and_(since == mine, Participation.id < row.id)),
        )
    )
    return (before or 0) + 1


def needs_seat(form: EventForm) -> ColumnElement[bool]:
    """`core.seats.needs_seat` as a condition."""
    said_yes = Participation.partstat == Partstat.ACCEPTED
    if form is EventForm.HYBRID:
        return and_(said_yes, Participation.form == AttendanceForm.IN_ROOM)
    return said_yes


def _note_moved(session: Session, now: datetime, row: Participation) -> None:
    history.record(
        session,
        now=now,
        actor=None,
        programme=row.event.programme,
        kind="participation",
        uuid=row.uuid,
        action="moved_up",
        changes={"entry": [Entry.WAITING, row.entry]},
    )
