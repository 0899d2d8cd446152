"""The plan as coordinators and readers see it: who gets what when, in whose hours, and why not.

The talks of pairs are nobody else's: they are in no plan but their members' own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from mmp.adapters.translations import locale_for
from mmp.core.reminders import Known, Line, Reader, Rule, Step, plan, why_not
from mmp.core.texts import Translated
from mmp.core.when import When
from mmp.models import Delivery, Event, Mail, Person, Programme
from mmp.models.enums import DeliveryState
from mmp.services.events import when_of
from mmp.services.permissions import Actor, named_people
from mmp.services.reminders.facts import EventFacts, read_facts
from mmp.services.reminders.reconciling import GONE, LIVE

AHEAD: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of the plan. `due_at` is UTC; show it in `zone`, the reader's own.

    `state` and `reason` say what became of it, `why` each step that led to its time; `mail` is the
    public number of the mail that carries it.
    """

    uuid: Any
    event_uuid: Any
    event_key: str
    title: Translated
    when: When | None
    person_uuid: Any
    name: str
    name_native: str | None
    zone: str
    locale: str
    country: str | None
    rule: str
    occurrence: int
    nominal_at: datetime
    due_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    urgent: bool
    state: DeliveryState
    reason: str | None
    why: tuple[Step, ...]
    mail: Any | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Someone whom a rule of the plan does not reach, and why in a word."""

    person_uuid: Any
    name: str
    name_native: str | None
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class EventPlan:
    """Everything about one event. Without an idle reason something is or was planned."""

    idle: str | None
    rules: tuple[Rule, ...]
    held: frozenset[str]
    lines: tuple[PlanLine, ...]
    skipped: tuple[Skipped, ...]


def plan_of_event(
    session: Session, *, now: datetime, event: Event, actor: Actor | None = None
) -> EventPlan:
    """Who gets what about an event and when, in the order of time, and who is left out and why;
    with `actor` only those whom they may see."""
    facts = read_facts(session, now=now, events=[event.id])[event.id]
    seen = _seen(actor, event.programme_id)
    lines = _lines(session, Delivery.event_id == event.id, seen)
    people = {
        row.id: row
        for row in session.execute(
            select(Person.id, Person.uuid, Person.name, Person.name_native).where(
                Person.id.in_(facts.readers), seen
            )
        )
    }
    return EventPlan(facts.idle, facts.rules, facts.held, lines, _skipped(facts, people))


def plan_of_programme(
    session: Session,
    *,
    now: datetime,
    programme: Programme,
    actor: Actor | None = None,
    ahead: timedelta = AHEAD,
    limit: int = 2_000,
) -> tuple[PlanLine, ...]:
    """What goes in the next days, and what is overdue, in the order of time; with `actor` to those
    whom they may see."""
    return _lines(
        session,
        Event.programme_id == programme.id,
        Event.pair_id.is_(None),
        Delivery.state.in_((*LIVE, DeliveryState.QUEUED)),
        Delivery.due_at <= now + ahead,
        _seen(actor, programme.id),
        limit=limit,
    )


def plan_of_person(
    session: Session,
    *,
    now: datetime,
    person: Person,
    programme: Programme | None = None,
    back: timedelta = AHEAD,
) -> tuple[PlanLine, ...]:
    """What is ahead of a person and what became of the last days' lines. With `programme` as its
    coordinators may see it: of that programme, without the talks of pairs."""
    which = [Delivery.person_id == person.id, Delivery.due_at > now - back]
    if programme is not None:
        which += [Event.programme_id == programme.id, Event.pair_id.is_(None)]
    return _lines(session, *which)


@dataclass(frozen=True, slots=True)
class Explained:
    """What became of one rule for one person: a line, or the reason there is none."""

    rule: Rule
    lines: tuple[PlanLine, ...]
    reason: str | None


def explain(
    session: Session, *, now: datetime, event: Event, person: Person
) -> tuple[Explained, ...]:
    """Rule by rule, why a person got, gets or does not get the reminders of an event."""
    facts = read_facts(session, now=now, events=[event.id])[event.id]
    lines = _lines(session, Delivery.event_id == event.id, Delivery.person_id == person.id)
    reader = facts.readers.get(person.id)
    found = []
    for rule in facts.rules:
        own = tuple(line for line in lines if line.rule == rule.key)
        reason = None
        if not any(line.state in (*LIVE, *GONE) for line in own):
            reason = _why_not(facts, rule, reader)
            reason = reason or next((line.reason for line in reversed(own)), "past")
        found.append(Explained(rule, own, reason))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a rule that is being written would do for one person."""

    lines: tuple[Line, ...]
    reason: str | None


def foresee(
    session: Session, *, now: datetime, event: Event, rules: Sequence[Rule]
) -> dict[int, dict[str, Foreseen]]:
    """For each person on the list, by number, and each of these rules, whatever is in force, by its
    key: its lines as they would be planned now, or why there are none."""
    facts = read_facts(session, now=now, events=[event.id])[event.id]
    found: dict[int, dict[str, Foreseen]] = {}
    for person, reader in facts.readers.items():
        own = found.setdefault(person, {})
        for rule in rules:
            reason = _why_not(facts, rule, reader)
            lines: tuple[Line, ...] = ()
            if reason is None and facts.occasion is not None:
                lines = plan(facts.occasion, [rule], reader, Known(), now=now)
            own[rule.key] = Foreseen(lines, reason)
    return found


def _why_not(facts: EventFacts, rule: Rule, reader: Reader | None) -> str | None:
    if facts.occasion is None:
        return facts.idle
    return "not_on_list" if reader is None else why_not(rule, facts.occasion, reader)


def _skipped(facts: EventFacts, people: dict[int, Any]) -> tuple[Skipped, ...]:
    if facts.occasion is None:
        return ()
    found = []
    for number, reader in facts.readers.items():
        person = people.get(number)
        if person is None:
            continue
        found += [
            Skipped(person.uuid, person.name, person.name_native, rule.key, reason)
            for rule in facts.rules
            if rule.active and (reason := why_not(rule, facts.occasion, reader))
        ]
    return tuple(sorted(found, key=lambda one: (one.rule, one.name)))


def _seen(actor: Actor | None, programme_id: int) -> ColumnElement[bool]:
    return named_people(actor, programme_id) if actor else true()


def _lines(
    session: Session, *which: ColumnElement[bool], limit: int | None = None
) -> tuple[PlanLine, ...]:
    rows = session.execute(
        select(Delivery, Event, Person, Mail.uuid.label("mail"))
        .join(Event, Event.id == Delivery.event_id)
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(Mail, Mail.id == Delivery.mail_id)
        .where(*which)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
    )
    return tuple(_line(row) for row in rows)


def _line(row: Any) -> PlanLine:
    line, event, person = row.Delivery, row.Event, row.Person
    return PlanLine(
        uuid=line.uuid,
        event_uuid=event.uuid,
        event_key=event.key,
        title=event.title,
        when=when_of(event),
        person_uuid=person.uuid,
        name=person.name,
        name_native=person.name_native,
        zone=person.zone,
        locale=locale_for(person),
        country=person.country,
        rule=line.rule,
        occurrence=line.occurrence,
        nominal_at=line.nominal_at,
        due_at=line.due_at,
        expires_at=line.expires_at,
        ended_at=line.ended_at,
        urgent=line.urgent,
        state=line.state,
        reason=line.reason,
        why=tuple(line.why),
        mail=row.mail,
    )
