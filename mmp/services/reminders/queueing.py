"""Makes mails of what is due: one for each reader and programme, however many lines they carry.

Lines are claimed by one statement, so that any number of workers may do this at once; all else
happens in the same transaction, which the caller commits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import uuid4

from sqlalchemy import Table, and_, bindparam, func, literal_column, or_, select, update
from sqlalchemy.orm import Session, aliased

from mmp.core.mail import Link
from mmp.core.reminders import by_day, next_morning
from mmp.models import Delivery, Event, Mail, PairMember, Participation, Person, Programme
from mmp.models.enums import DeliveryState
from mmp.models.mail import MailState
from mmp.services.outbox.contents import WAY_OUT
from mmp.services.outbox.queue import NewMail, enqueue_many
from mmp.services.reminders.outages import OVERDUE, tell_coordinators
from mmp.services.reminders.reconciling import stop_mails

KINDS: Final = ("reminder", "digest")
TOGETHER: Final = timedelta(hours=1)
"""What is due within this goes in one mail."""
LATE: Final = timedelta(hours=1)
"""From here on it was an outage."""
A_DAY: Final = 3
"""Mails of any kind to one person within 24 hours, beside urgent ones."""
ANSWER: Final = "answer"
"""What the tokens of answer links are derived from, beside the line of the list."""
_PLANNED = Delivery.state == literal_column("'planned'")
_ROWS = cast(Table, Delivery.__table__)


@dataclass(slots=True)
class _Sorted:
    """What becomes of the claimed lines."""

    go: list[Any] = field(default_factory=list)
    ended: list[tuple[Any, DeliveryState, str]] = field(default_factory=list)
    later: list[tuple[Any, datetime, dict[str, Any]]] = field(default_factory=list)


def queue_due(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Make mails of the lines that are due at `now`, of up to `limit` people; give how many lines
    were looked at, 0 where nothing is due.

    Of several about the same event the last kind goes, the others end. What comes too late ends.
    After an outage nobody is woken at night, and the coordinators are told what did not go.
    """
    first = next_delivery(session)
    if first is None or first > now:
        return 0
    claimed = _claim(session, now, limit)
    if not claimed:
        return 0
    rows = _read(session, claimed)
    people = {row.person_id for row in rows}
    found = _sort(rows, now, _mails_of_a_day(session, now, people))
    found.ended += _outrun(session, found.go, now)
    _end(session, now, found.ended)
    stop_mails(session, now, [row.mail_id for row, *_ in found.ended if row.mail_id is not None])
    _put_off(session, found.later)
    _make_mails(session, now, found.go)
    overdue = {row.programme_id for row, _, reason in found.ended if reason == OVERDUE}
    tell_coordinators(session, now=now, programmes=overdue)
    return len(claimed)


def next_delivery(session: Session) -> datetime | None:
    """When the next line is due; None if none is planned."""
    return session.scalar(select(func.min(Delivery.due_at)).where(_PLANNED))


def _claim(session: Session, now: datetime, limit: int) -> list[int]:
    due = aliased(Delivery)
    people = (
        select(due.person_id)
        .where(due.state == literal_column("'planned'"), due.due_at <= now)
        .order_by(due.due_at)
        .limit(limit)
    )
    calm = aliased(Delivery)
    written_to = select(calm.person_id).where(
        calm.state == literal_column("'planned'"), calm.due_at <= now, calm.urgent.is_(False)
    )
    soon = and_(
        Delivery.urgent.is_(False),
        Delivery.due_at <= now + TOGETHER,
        Delivery.person_id.in_(written_to),
    )
    wanted = (
        select(Delivery.id)
        .where(_PLANNED, Delivery.person_id.in_(people), or_(Delivery.due_at <= now, soon))
        .order_by(Delivery.id)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    return list(
        session.scalars(
            update(Delivery)
            .where(Delivery.id.in_(wanted), _PLANNED)
            .values(state=DeliveryState.QUEUED)
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        )
    )


def _read(session: Session, numbers: Sequence[int]) -> list[Any]:
    in_pair, member = aliased(PairMember), aliased(Person)
    neutral = (
        select(in_pair.id)
        .join(member, member.id == in_pair.person_id)
        .where(in_pair.pair_id == Event.pair_id, member.discreet)
        .exists()
    )
    rows: list[Any] = []
    for start in range(0, len(numbers), 5_000):
        rows += session.execute(
            select(
                *(Delivery.id, Delivery.uuid, Delivery.event_id, Delivery.person_id),
                *(Delivery.rule, Delivery.nominal_at, Delivery.due_at, Delivery.expires_at),
                *(Delivery.urgent, Delivery.why, Delivery.mail_id),
                *(Event.programme_id, Event.starts_at, Programme.uuid.label("programme")),
                *(Person.zone, Participation.uuid.label("listed")),
                or_(Person.discreet, neutral).label("neutral"),
            )
            .join(Event, Event.id == Delivery.event_id)
            .join(Programme, Programme.id == Event.programme_id)
            .join(Person, Person.id == Delivery.person_id)
            .outerjoin(
                Participation,
                and_(
                    Participation.event_id == Delivery.event_id,
                    Participation.person_id == Delivery.person_id,
                ),
            )
            .where(Delivery.id.in_(numbers[start : start + 5_000]))
        ).all()
    return sorted(rows, key=lambda row: (row.person_id, row.starts_at or row.due_at, row.id))


def _mails_of_a_day(session: Session, now: datetime, people: set[int]) -> dict[int, int]:
    rows = session.execute(
        select(Mail.person_id, func.count().label("mails"))
        .where(
            Mail.person_id.in_(people),
            Mail.urgent.is_(False),
            Mail.created_at > now - timedelta(days=1),
            Mail.state != MailState.CANCELLED,
        )
        .group_by(Mail.person_id)
    )
    return {row.person_id: row.mails for row in rows}


def _sort(rows: Iterable[Any], now: datetime, written: dict[int, int]) -> _Sorted:
    found = _Sorted()
    last: dict[tuple[int, int], Any] = {}
    for row in rows:
        if row.expires_at is not None and row.expires_at <= now:
            found.ended.append((row, DeliveryState.EXPIRED, _lateness(row, now, "too_late")))
            continue
        place = (row.person_id, row.event_id)
        older, newer = _by_time(last.get(place), row)
        last[place] = newer
        if older is not None:
            late = now - older.due_at > LATE
            state = DeliveryState.EXPIRED if late else DeliveryState.SUPERSEDED
            found.ended.append((older, state, _lateness(older, now, "newer_reminder")))
    going: dict[int, set[int]] = {}
    for row in last.values():
        others = going.setdefault(row.person_id, set())  # programmes; one mail is of one
        mails = written.get(row.person_id, 0) + len(others - {row.programme_id})
        at, step = _when(row, now, mails)
        if step is None:
            found.go.append(row)
            if not row.urgent:
                others.add(row.programme_id)
        else:
            found.later.append((row, at, step))
    return found


def _outrun(
    session: Session, going: Sequence[Any], now: datetime
) -> list[tuple[Any, DeliveryState, str]]:
    """Older lines about the same event whose mail still waits, as while the relay is away: of them
    too the last kind goes."""
    goes = {(row.person_id, row.event_id): row for row in going}
    waiting = session.execute(
        select(*(Delivery.id, Delivery.person_id, Delivery.event_id, Delivery.mail_id))
        .add_columns(Delivery.nominal_at, Delivery.due_at, Event.programme_id)
        .join(Event, Event.id == Delivery.event_id)
        .where(
            Delivery.state == DeliveryState.QUEUED,
            Delivery.mail_id.is_not(None),
            Delivery.person_id.in_({row.person_id for row in going}),
            Delivery.event_id.in_({row.event_id for row in going}),
        )
    )
    older = [
        row
        for row in waiting
        if (newer := goes.get((row.person_id, row.event_id))) and newer.nominal_at > row.nominal_at
    ]
    return [(row, DeliveryState.EXPIRED, _lateness(row, now, "newer_reminder")) for row in older]


def _by_time(one: Any | None, other: Any) -> tuple[Any | None, Any]:
    if one is None:
        return None, other
    older, newer = sorted((one, other), key=lambda row: (row.nominal_at, row.id))
    return older, newer


def _lateness(row: Any, now: datetime, otherwise: str) -> str:
    return OVERDUE if now - row.due_at > LATE else otherwise


def _when(row: Any, now: datetime, written: int) -> tuple[datetime, dict[str, Any] | None]:
    """Now, or the next morning for what is not urgent and comes late into the night, or as the
    fourth mail of a day; if two hours remain then."""
    if row.urgent:
        return now, None
    if now - row.due_at > LATE:
        at, step = by_day(now, row.zone, earliest=now, latest=row.expires_at)
        if step is not None and at > now:
            return at, {**step, "code": "put_off"}
    if written >= A_DAY:
        morning = next_morning(now, row.zone)
        if row.expires_at is None or row.expires_at - morning >= timedelta(hours=2):
            return morning, {"code": "enough_today", "most": A_DAY}
    return now, None


def _end(session: Session, now: datetime, ended: Sequence[tuple[Any, DeliveryState, str]]) -> None:
    if ended:
        session.connection().execute(
            update(_ROWS)
            .where(_ROWS.c.id == bindparam("row"))
            .values(state=bindparam("to"), reason=bindparam("why_ended"), ended_at=now),
            [{"row": row.id, "to": state, "why_ended": reason} for row, state, reason in ended],
        )


def _put_off(session: Session, later: Sequence[tuple[Any, datetime, dict[str, Any]]]) -> None:
    if later:
        session.connection().execute(
            update(_ROWS)
            .where(_ROWS.c.id == bindparam("row"))
            .values(state=DeliveryState.PLANNED, due_at=bindparam("at"), why=bindparam("steps")),
            [{"row": row.id, "at": at, "steps": [*row.why, step]} for row, at, step in later],
        )


def _make_mails(session: Session, now: datetime, rows: Sequence[Any]) -> None:
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        together = (row.person_id, row.programme_id, row.id if row.urgent else None)
        groups.setdefault(together, []).append(row)
    mails = {f"reminder:{uuid4()}": group for group in groups.values()}
    made = enqueue_many(session, now=now, mails=[_mail(key, rows) for key, rows in mails.items()])
    carried = [{"row": row.id, "mail": made[key]} for key, group in mails.items() for row in group]
    if carried:
        session.connection().execute(
            update(_ROWS).where(_ROWS.c.id == bindparam("row")).values(mail_id=bindparam("mail")),
            carried,
        )


def _mail(key: str, rows: Sequence[Any]) -> NewMail:
    first, alone = rows[0], len(rows) == 1
    expires = [row.expires_at for row in rows if row.expires_at is not None]
    quiet = any(row.neutral for row in rows)
    way_out = {WAY_OUT: str(first.programme)} if quiet else {}
    answers = {} if alone else {"answers": {row.uuid.hex: _answer(row) for row in rows}}
    return NewMail(
        kind=KINDS[not alone],
        template=KINDS[not alone],
        person_id=first.person_id,
        parameters=answers | way_out,
        dedupe_key=key,
        expires_at=max(expires, default=None),
        urgent=first.urgent,
        optional=True,
        programme_id=None if quiet else first.programme_id,
        event_id=first.event_id if alone else None,
    )


def _answer(row: Any) -> Link | None:
    return answer_link(row.listed) if row.listed else None


def answer_link(participation: Any) -> Link:
    """Where a mail's reader answers without signing in."""
    return Link(f"/{{language}}/answer/{participation}/{{token}}/", (ANSWER, participation))
