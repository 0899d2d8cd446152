"""Brings the plan in line with the facts: what is wanted is planned, what is not goes no more.

The same facts give the same rows whatever happened before, so it may run at any time and any
number of times.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast
from uuid import uuid4

from sqlalchemy import (
    ARRAY,
    Integer,
    Table,
    bindparam,
    cast as cast_to,
    false,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from mmp.adapters.bulk import insert_rows
from mmp.core.reminders import HUSH, Known, Line, Reader, plan, why_not
from mmp.models import Delivery, Event, Mail
from mmp.models.enums import DeliveryState
from mmp.models.mail import WAITING, MailState
from mmp.services.outbox.queue import CHANNEL
from mmp.services.reminders.facts import EventFacts, read_facts

LIVE: Final = (DeliveryState.PLANNED, DeliveryState.HELD)
GONE: Final = (DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.FAILED)
SETTLED: Final = (DeliveryState.SKIPPED, DeliveryState.EXPIRED, DeliveryState.SUPERSEDED)
PUT_OFF: Final = ("put_off", "enough_today")
"""What was due already and waits for a better hour: no edit makes it come earlier or not at all."""
HELD_BY_COORDINATOR: Final = "by_coordinator"
_LOCKS: Final = 0x6D6D70
"""Keeps these advisory locks apart from any others."""
_ROWS = cast(Table, Delivery.__table__)
_CHUNK = 200
"""Events planned at once."""


@dataclass(slots=True)
class _Changes:
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)
    """Mails that carry a delivery which is not wanted any more."""


def reconcile(session: Session, *, now: datetime, event: Event) -> None:
    """Plan the reminders of one event anew."""
    session.flush()
    reconcile_events(session, now=now, events=[event.id])


def reconcile_events(session: Session, *, now: datetime, events: Collection[int]) -> None:
    """Plan the reminders of these events anew: at most six statements for every 200 of them.

    Two of them that meet on PostgreSQL take turns, so that the later one sees what the other did.
    """
    ordered = sorted(set(events))
    for start in range(0, len(ordered), _CHUNK):
        _reconcile(session, now, ordered[start : start + _CHUNK])


def _reconcile(session: Session, now: datetime, events: list[int]) -> None:
    _take_turns(session, events)
    facts = read_facts(session, now=now, events=events)
    rows = _rows_of(session, events)
    changes = _Changes()
    for number in events:
        if number in facts:
            _compare(facts[number], rows.get(number, []), now, changes)
    _write(session, now, changes)


def _take_turns(session: Session, events: list[int]) -> None:
    """What is read from here on is not changed by anybody else before this commits. On PostgreSQL
    the same statement lets workers look when to get up next; SQLite has one lock for all writing,
    and a read before it would see what others make of it in the meantime."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().execute(update(_ROWS).where(false()).values(rule=_ROWS.c.rule))
    else:
        number = func.unnest(cast_to(events, ARRAY(Integer))).column_valued("number")
        session.execute(
            select(func.pg_advisory_xact_lock(_LOCKS, number), func.pg_notify(CHANNEL, ""))
        )


def _rows_of(session: Session, events: Collection[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.execute(select(*_COLUMNS).where(Delivery.event_id.in_(events))):
        found.setdefault(row.event_id, []).append(row)
    return found


_COLUMNS = (
    *(Delivery.id, Delivery.event_id, Delivery.person_id, Delivery.rule, Delivery.time_version),
    *(Delivery.occurrence, Delivery.nominal_at, Delivery.due_at, Delivery.expires_at),
    *(Delivery.urgent, Delivery.why, Delivery.state, Delivery.reason, Delivery.mail_id),
    Delivery.ended_at,
)


def _compare(facts: EventFacts, rows: list[Any], now: datetime, changes: _Changes) -> None:
    """What of one event's rows is to change."""
    by_person: dict[int, list[Any]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(row)
    plans: dict[tuple[Reader, Known], tuple[Line, ...]] = {}
    for person, reader in facts.readers.items():
        own = by_person.pop(person, ())
        lines: tuple[Line, ...] = ()
        if facts.occasion is not None:
            known = _known(own, facts, now, heard=person in facts.heard)
            if (reader, known) not in plans:
                plans[reader, known] = plan(facts.occasion, facts.rules, reader, known, now=now)
            lines = plans[reader, known]
        _settle(facts, person, reader, lines, own, now, changes)
    for person, own in by_person.items():
        _settle(facts, person, None, (), own, now, changes)


def _known(rows: Iterable[Any], facts: EventFacts, now: datetime, *, heard: bool) -> Known:
    gone, skipped, waiting = set(), set(), set()
    invited = {rule.key for rule in facts.rules if rule.anchor == "invited"}
    for row in rows:
        place = (row.rule, row.occurrence)
        if row.state in GONE and (row.ended_at is None or now - row.ended_at < HUSH):
            heard = True
        if row.time_version != facts.time_version:
            if row.rule in invited and row.state is DeliveryState.SENT:
                gone.add(place)  # a moved event asks nobody more often
            continue
        if row.state in GONE:
            gone.add(place)
        elif row.state in SETTLED:
            skipped.add((place, row.nominal_at))
        elif row.state in LIVE and (row.due_at < now or row.why[-1]["code"] in PUT_OFF):
            waiting.add((place, row.nominal_at))
    return Known(frozenset(gone), frozenset(skipped), frozenset(waiting), heard)


def _settle(
    facts: EventFacts,
    person: int,
    reader: Reader | None,
    lines: tuple[Line, ...],
    rows: Iterable[Any],
    now: datetime,
    changes: _Changes,
) -> None:
    """One person's lines against their rows."""
    current = {}
    for row in rows:
        if row.time_version == facts.time_version:
            current[row.rule, row.occurrence] = row
        elif row.state in LIVE or row.state is DeliveryState.QUEUED:
            _end(row, DeliveryState.SUPERSEDED, "moved", now, changes)
    for line in lines:
        row = current.pop(line.place, None)
        values = _values(facts, line, now)
        if row is not None:
            if _differs(row, line, values):
                changes.changed.append({"row": row.id, "was": row.state, **values})
        elif line.skipped is None or (facts.occasion and facts.occasion.begins_at > now):
            changes.new.append(_new(facts, person, line, values, now))
    for row in current.values():
        _unwanted(facts, reader, row, now, changes)


def _unwanted(
    facts: EventFacts, reader: Reader | None, row: Any, now: datetime, changes: _Changes
) -> None:
    """End a row without a line. What is already in a mail ends only for a reason: that its time has
    passed is none."""
    reason = _why_ended(facts, reader, row.rule)
    if row.state in LIVE or (row.state is DeliveryState.QUEUED and reason is not None):
        barred = reason in ("suppressed", "opted_out")
        state = DeliveryState.SUPPRESSED if barred else DeliveryState.CANCELLED
        _end(row, state, reason or "too_late", now, changes)


def _values(facts: EventFacts, line: Line, now: datetime) -> dict[str, Any]:
    state, reason, ended = DeliveryState.PLANNED, None, None
    if line.skipped is not None:
        state, reason, ended = DeliveryState.SKIPPED, line.skipped, now
    elif facts.is_held(line.place[0]):
        state, reason = DeliveryState.HELD, HELD_BY_COORDINATOR
    return {
        "nominal_at": line.nominal_at,
        "due_at": line.due_at,
        "expires_at": line.expires_at,
        "urgent": line.urgent,
        "why": list(line.why),
        "state": state,
        "reason": reason,
        "mail_id": None,
        "ended_at": ended,
    }


def _new(
    facts: EventFacts, person: int, line: Line, values: dict[str, Any], now: datetime
) -> dict[str, Any]:
    return {
        "uuid": uuid4(),
        "event_id": facts.id,
        "person_id": person,
        "rule": line.place[0],
        "occurrence": line.place[1],
        "time_version": facts.time_version,
        "created_at": now,
        **values,
    }


def _differs(row: Any, line: Line, values: dict[str, Any]) -> bool:
    """Whether the row is to be written; what it is to keep goes into `values`."""
    if row.state is DeliveryState.HELD and row.reason != HELD_BY_COORDINATOR:
        if values["state"] is DeliveryState.PLANNED:
            values.update(state=row.state, reason=row.reason)  # as after a restore
    if line.kept:
        keeps = ("due_at", "urgent", "why", "expires_at")
        values.update({name: getattr(row, name) for name in keeps})
    if row.state in SETTLED and line.skipped is not None and row.nominal_at == line.nominal_at:
        return False
    names = ("nominal_at", "due_at", "expires_at", "urgent", "why", "state", "reason")
    return any(getattr(row, name) != values[name] for name in names)


def _why_ended(facts: EventFacts, reader: Reader | None, key: str) -> str | None:
    """Why what was planned is not wanted any more; None where only its time has passed."""
    if facts.idle or facts.occasion is None:
        return facts.idle
    if reader is None:
        return "taken_off"
    rule = next((rule for rule in facts.rules if rule.key == key), None)
    return why_not(rule, facts.occasion, reader) if rule else "rule_gone"


def _end(row: Any, state: DeliveryState, reason: str, now: datetime, changes: _Changes) -> None:
    kept = {name: getattr(row, name) for name in _KEPT}
    ended = {"state": state, "reason": reason, "ended_at": now}
    changes.changed.append({"row": row.id, "was": row.state, **kept, **ended})
    if row.state is DeliveryState.QUEUED and row.mail_id is not None:
        changes.stopped.append(row.mail_id)


_KEPT = ("nominal_at", "due_at", "expires_at", "urgent", "why", "mail_id")


def _write(session: Session, now: datetime, changes: _Changes) -> None:
    """One statement for what is new, one for what changed. A row that a worker took meanwhile is
    left alone: what it carries is looked at once more before it leaves."""
    connection = session.connection()
    for row in [row for row in session.identity_map.values() if isinstance(row, Delivery)]:
        session.expire(row)
    if changes.new:
        insert_rows(connection, _ROWS, changes.new)
    if changes.changed:
        names = (*_KEPT, "state", "reason", "ended_at")
        connection.execute(
            update(_ROWS)
            .where(_ROWS.c.id == bindparam("row"), _ROWS.c.state == bindparam("was"))
            .values({name: bindparam(f"to_{name}") for name in names}),
            [
                {f"to_{name}": row[name] for name in names} | {"row": row["row"], "was": row["was"]}
                for row in changes.changed
            ],
        )
    stop_mails(session, now, changes.stopped)


def stop_mails(session: Session, now: datetime, mails: list[int]) -> None:
    """Mails that carry nothing any more do not go; others are written anew without it."""
    if not mails:
        return
    still = select(Delivery.mail_id).where(
        Delivery.mail_id.in_(mails), Delivery.state == DeliveryState.QUEUED
    )
    ended = {"state": MailState.CANCELLED, "reason": "superseded", "ended_at": now}
    session.execute(
        update(Mail)
        .where(Mail.id.in_(mails), Mail.id.not_in(still), Mail.state.in_(WAITING))
        .values(**ended, lease_owner=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Mail)
        .where(Mail.id.in_(mails), Mail.state.in_((MailState.DUE, MailState.HELD)))
        .values(octets=None)
        .execution_options(synchronize_session=False)
    )
