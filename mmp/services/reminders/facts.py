"""What reminders depend on, read for many events at once: three statements, however many."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Date,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union,
)
from sqlalchemy.orm import Session

from mmp.core.countries import weekend_of
from mmp.core.reminders import HUSH, Occasion, Reader, Rule, form_at, overlaid
from mmp.core.when import When
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Event,
    Invitation,
    Mail,
    Membership,
    OptOut,
    PairMember,
    Participation,
    Person,
    Programme,
    ReminderHold,
    ReminderRule,
    SuppressedAddress,
)
from mmp.models.enums import AnswerVia, EventStatus, InvitationState, MembershipStatus, Partstat
from mmp.models.mail import WAITING, MailState
from mmp.services.reminders.rows import rule_of
from mmp.services.taking_part import TAKING_PART

EVERYTHING: Final = "*"
"""A hold of all the reminders of an event."""


@dataclass(slots=True)
class EventFacts:
    """One event. Without an `occasion` nothing is planned, and `idle` says why in a word."""

    id: int
    programme_id: int
    time_version: int
    occasion: Occasion | None
    idle: str | None
    rules: tuple[Rule, ...]
    held: frozenset[str]
    """The keys of rules kept back, or EVERYTHING."""
    readers: dict[int, Reader] = field(default_factory=dict)
    heard: set[int] = field(default_factory=set)
    """Who was written to about it, or answered, in the last twelve hours."""

    def is_held(self, key: str) -> bool:
        return not self.held.isdisjoint((key, EVERYTHING))


def read_facts(
    session: Session, *, now: datetime, events: Collection[int]
) -> dict[int, EventFacts]:
    """The facts of these events by their numbers, in two statements."""
    found = event_facts(session, events)
    for row in session.execute(_audience(found, now)):
        facts = found[row.event_id]
        facts.readers[row.person_id] = _reader(row, facts)
        if row.heard_at or _answered_lately(row, now):
            facts.heard.add(row.person_id)
    return found


def event_facts(session: Session, events: Collection[int]) -> dict[int, EventFacts]:
    """The events with their rules, without readers: one statement."""
    return {facts.id: facts for facts in _events(session, events)}


def _events(session: Session, events: Collection[int]) -> Iterable[EventFacts]:
    rows = session.execute(_EVENTS, {"events": list(events)}).all()
    layers: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for row in rows:
        own = layers.setdefault(row.id, ([], []))
        if (rule := row.ReminderRule) is not None:
            own[rule.event_id is not None].append(rule_of(rule))
    for row in {row.id: row for row in rows}.values():
        occasion, idle = _occasion(row)
        yield EventFacts(
            id=row.id,
            programme_id=row.programme_id,
            time_version=row.time_version,
            occasion=occasion,
            idle=idle,
            rules=overlaid(row.reminder_preset, *layers[row.id]),
            held=frozenset((row.held or "").split(",")) - {""},
        )


_EVENT_COLUMNS = (
    *(Event.id, Event.programme_id, Event.time_version, Event.status, Event.form, Event.pair_id),
    *(Event.precision, Event.zone, Event.starts_local, Event.ends_local),
    *(Event.first_day, Event.last_day, Programme.reminder_preset),
)


_HELD = (
    select(func.aggregate_strings(func.coalesce(ReminderHold.rule, EVERYTHING), ","))
    .where(
        ReminderHold.programme_id == Event.programme_id,
        or_(ReminderHold.event_id.is_(None), ReminderHold.event_id == Event.id),
    )
    .correlate(Event)
    .scalar_subquery()
)
_EVENTS = (
    select(*_EVENT_COLUMNS, _HELD.label("held"), ReminderRule)
    .join(Programme, Programme.id == Event.programme_id)
    .outerjoin(
        ReminderRule,
        and_(
            ReminderRule.programme_id == Event.programme_id,
            or_(ReminderRule.event_id.is_(None), ReminderRule.event_id == Event.id),
        ),
    )
    .where(Event.id.in_(bindparam("events", expanding=True)))
    .order_by(Event.id)
)


def _occasion(row: Any) -> tuple[Occasion | None, str | None]:
    if row.status is EventStatus.DRAFT:
        return None, "event_draft"
    if row.status is EventStatus.CANCELLED:
        return None, "event_cancelled"
    when = When(
        row.precision.value,
        row.zone,
        starts_local=row.starts_local,
        ends_local=row.ends_local,
        first_day=row.first_day,
        last_day=row.last_day,
    )
    occasion = Occasion.of(when, form=row.form.value, talk=row.pair_id is not None)
    return occasion, None if occasion else "no_day_yet"


def _audience(events: Collection[int], now: datetime) -> Select[Any]:
    """Everybody on the lists of these events or with a role in their agendas, once."""
    day = func.coalesce(func.date(Event.starts_local), Event.first_day, type_=Date)
    roles = (
        select(AgendaItem.event_id, AgendaRole.person_id)
        .join(AgendaRole, AgendaRole.agenda_item_id == AgendaItem.id)
        .where(AgendaItem.event_id.in_(events), AgendaItem.status == EventStatus.PUBLISHED)
    )
    members = (
        select(AgendaItem.event_id, PairMember.person_id)
        .join(AgendaRole, AgendaRole.agenda_item_id == AgendaItem.id)
        .join(Event, Event.id == AgendaItem.event_id)
        .join(PairMember, PairMember.pair_id == AgendaRole.pair_id)
        .where(
            AgendaItem.event_id.in_(events),
            AgendaItem.status == EventStatus.PUBLISHED,
            or_(PairMember.starts_on.is_(None), PairMember.starts_on <= day),
            or_(PairMember.ends_on.is_(None), PairMember.ends_on >= day),
        )
    )
    concerned = union(
        select(Participation.event_id, Participation.person_id).where(
            Participation.event_id.in_(events)
        ),
        roles.where(AgendaRole.person_id.is_not(None)),
        members,
    ).subquery()
    part = type_coerce(Membership.role, String) + ":" + type_coerce(Membership.status, String)
    parts = (
        select(
            *(Membership.person_id, Membership.programme_id),
            func.aggregate_strings(part, ",").label("parts"),
        )
        .where(Membership.programme_id.in_(select(Event.programme_id).where(Event.id.in_(events))))
        .group_by(Membership.person_id, Membership.programme_id)
        .subquery()
    )
    told = (
        select(Mail.event_id, Mail.person_id, func.max(Mail.created_at).label("at"))
        .where(
            Mail.event_id.in_(events),
            Mail.created_at > now - HUSH,
            Mail.state.in_((*WAITING, MailState.SENT)),
        )
        .group_by(Mail.event_id, Mail.person_id)
        .subquery()
    )
    return (
        select(
            *(concerned.c.event_id, concerned.c.person_id),
            *(Person.zone, Person.country, Person.email),
            *(Participation.entry, Participation.partstat, Participation.form),
            *(Participation.answered_at, Participation.answered_via),
            *(parts.c.parts, told.c.at.label("heard_at"), Invitation.told_at),
            SuppressedAddress.id.label("suppressed"),
            OptOut.id.label("opted_out"),
        )
        .join(Event, Event.id == concerned.c.event_id)
        .join(Person, Person.id == concerned.c.person_id)
        .outerjoin(
            Participation,
            and_(
                Participation.event_id == concerned.c.event_id,
                Participation.person_id == concerned.c.person_id,
            ),
        )
        .outerjoin(
            parts,
            and_(
                parts.c.person_id == concerned.c.person_id,
                parts.c.programme_id == Event.programme_id,
            ),
        )
        .outerjoin(
            told,
            and_(
                told.c.person_id == concerned.c.person_id,
                told.c.event_id == concerned.c.event_id,
            ),
        )
        .outerjoin(
            Invitation,
            and_(
                Invitation.person_id == concerned.c.person_id,
                Invitation.uid == Event.uid,
                Invitation.state == literal(InvitationState.REQUESTED, Invitation.state.type),
            ),
        )
        .outerjoin(SuppressedAddress, SuppressedAddress.address == Person.email)
        .outerjoin(
            OptOut,
            and_(
                OptOut.person_id == concerned.c.person_id,
                OptOut.programme_id == Event.programme_id,
            ),
        )
    )


def _reader(row: Any, facts: EventFacts) -> Reader:
    parts = [part.split(":") for part in (row.parts or "").split(",") if part]
    form = facts.occasion.form if facts.occasion else "not_stated"
    return Reader(
        zone=row.zone,
        weekend=weekend_of(row.country),
        barred=_barred(row, parts),
        answer=row.partstat.value if row.partstat else None,
        form=form_at(form, row.form.value if row.form else None),
        roles=frozenset(role for role, status in parts if status != MembershipStatus.LEFT),
        invited_at=row.told_at,
    )


def _barred(row: Any, parts: list[list[str]]) -> str | None:
    """Why this person gets no reminders of this event at all."""
    if parts and all(status == MembershipStatus.LEFT for _, status in parts):
        return "left"
    if row.partstat is Partstat.DECLINED:
        return "declined"
    if row.entry is not None and row.entry not in TAKING_PART:
        return str(row.entry.value)  # applied, waiting
    if not row.email:
        return "no_address"
    if row.suppressed:
        return "suppressed"
    return "opted_out" if row.opted_out else None


def _answered_lately(row: Any, now: datetime) -> bool:
    by_themselves = row.answered_via is not AnswerVia.COORDINATOR
    return bool(row.answered_at and by_themselves and now - row.answered_at < HUSH)
