"""Who would get which invitation, and who not and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from mmp.core.mail import Reason
from mmp.core.zones import day_in_zone
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Event,
    InboundMail,
    Invitation,
    Mail,
    Membership,
    Pair,
    PairMember,
    Participation,
    Person,
)
from mmp.models.enums import (
    AgendaRoleName,
    EventStatus,
    InboundKind,
    InvitationState,
    MembershipRole,
    MembershipStatus,
    Partstat,
    Region,
)
from mmp.models.mail import WAITING, MailState
from mmp.services.calendar_parts import (
    KINDS,
    PART,
    facts_of,
    fingerprint,
    held_entries,
    takes_place,
    who_wants,
)
from mmp.services.outbox.mailboxes import GOES_TO
from mmp.services.outbox.suppression import suppressed_among
from mmp.services.taking_part import TAKING_PART


class WhyNot(StrEnum):
    """Why somebody gets no invitation."""

    UP_TO_DATE = "up_to_date"
    """They were invited, and nothing has changed."""
    DECLINED = "declined"
    NOT_ON_LIST = "not_on_list"
    """They applied, or wait."""
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"
    """Their mailbox refused mail for good."""
    LEFT = "left"
    NO_TIME = "no_time"
    """Their part in the agenda has no time yet, and they are not on the list."""


class Blocked(StrEnum):
    """Why nobody can be invited to an event."""

    DRAFT = "draft"
    CANCELLED = "cancelled"
    NO_DAY = "no_day"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whom of the list, and of those with a part in the agenda, to invite; empty means all."""

    roles: frozenset[MembershipRole] = frozenset()
    regions: frozenset[Region] = frozenset()
    countries: frozenset[str] = frozenset()
    pairs: frozenset[UUID] = frozenset()
    answers: frozenset[Partstat] = frozenset()
    people: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry that would come: the event, or an item in which the reader has `roles`."""

    uid: str
    item: AgendaItem | None = None
    roles: tuple[AgendaRoleName, ...] = ()
    row: Invitation | None = None
    lost: bool = False
    """The last mail about it did not arrive."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one person would get. `told`: they were invited before."""

    person: Person
    participation: Participation | None
    gets: tuple[Entry, ...] = ()
    why_not: WhyNot | None = None
    told: bool = False
    in_calendar: bool = False
    """Whether the mail brings the entry; else they have it from their feed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What sending would do. `blocked` says why nothing can be sent."""

    lines: Sequence[Line]
    blocked: Blocked | None = None
    pairs: Sequence[Pair] = field(default=())

    @property
    def invited(self) -> list[Line]:
        return [line for line in self.lines if line.gets]

    @property
    def mails(self) -> int:
        return sum(len(line.gets) for line in self.lines)


def would_invite(
    session: Session, *, now: datetime, event: Event, choice: Choice | None = None
) -> Plan:
    """Who of the event's list, and of those with a role in its agenda, would get what.

    `event` is one the actor may change. Ten statements whatever the rows.
    """
    choice = choice or Choice()
    roles, pairs = _roles(session, event, now)
    listed = _listed(session, event)
    people = {row.person_id: row.person for row in listed.values()}
    people |= {number: person for number, (person, _) in roles.items()}
    wanted = _chosen(session, event, people, listed, pairs, choice)
    held, lost = held_entries(session, event), _lost(session, event)
    refused = suppressed_among(session, [one.email for one in wanted if one.email])
    left = _left(session, event)
    by_mail = who_wants(session, wanted)
    event_facts = fingerprint(facts_of(event))
    lines = []
    for person in wanted:
        row = listed.get(person.id)
        entries = [
            replace(one, lost=(person.id, one.uid) in lost)
            for one in _entries(event, person, row, roles, held)
        ]
        due = tuple(one for one in entries if _is_due(event, one, event_facts))
        why = _why_not(person, row, entries, due, left=left, refused=refused)
        lines.append(
            Line(
                person,
                row,
                () if why else due,
                why,
                any((person.id, one.uid) in held for one in entries),
                person.id in by_mail,
            )
        )
    return Plan(lines, _blocked(event, now), pairs)


def _roles(
    session: Session, event: Event, now: datetime
) -> tuple[dict[int, tuple[Person, list[AgendaRole]]], Sequence[Pair]]:
    """Who has a role in an item that is to take place, by the person's number; and the pairs."""
    rows = session.scalars(
        select(AgendaRole)
        .join(AgendaRole.agenda_item)
        .where(AgendaItem.event_id == event.id, AgendaItem.status == EventStatus.PUBLISHED)
        .options(
            joinedload(AgendaRole.agenda_item).joinedload(AgendaItem.event),
            joinedload(AgendaRole.person),
        )
        .order_by(AgendaItem.starts_at, AgendaItem.position, AgendaRole.position)
    ).all()
    pairs = session.scalars(
        select(Pair)
        .where(Pair.programme_id == event.programme_id)
        .options(selectinload(Pair.members).joinedload(PairMember.person))
        .order_by(Pair.key)
    ).all()
    by_id = {pair.id: pair for pair in pairs}
    day = day_in_zone(event.starts_at or event.ends_at, event.zone)
    found: dict[int, tuple[Person, list[AgendaRole]]] = {}
    for row in rows:
        those = [row.person] if row.person else []
        if row.pair_id is not None:
            those = [one.person for one in by_id[row.pair_id].members_on(day)]
        for person in those:
            found.setdefault(person.id, (person, []))[1].append(row)
    return found, [pair for pair in pairs if pair.ends_on is None or pair.ends_on >= day]


def _listed(session: Session, event: Event) -> dict[int, Participation]:
    rows = session.scalars(
        select(Participation)
        .where(Participation.event_id == event.id)
        .options(joinedload(Participation.person))
    )
    return {row.person_id: row for row in rows}


def _chosen(
    session: Session,
    event: Event,
    people: Mapping[int, Person],
    listed: Mapping[int, Participation],
    pairs: Iterable[Pair],
    choice: Choice,
) -> list[Person]:
    """Those whom the choice means, by name."""
    found = list(people.values())
    if choice.people:
        found = [one for one in found if one.uuid in choice.people]
    if choice.regions:
        found = [one for one in found if one.region in choice.regions]
    if choice.countries:
        found = [one for one in found if one.country in choice.countries]
    if choice.answers:
        found = [
            one for one in found if one.id in listed and listed[one.id].partstat in choice.answers
        ]
    if choice.pairs:
        those = {
            one.person_id for pair in pairs if pair.uuid in choice.pairs for one in pair.members
        }
        found = [one for one in found if one.id in those]
    if choice.roles:
        members = set(
            session.scalars(
                select(Membership.person_id).where(
                    Membership.programme_id == event.programme_id,
                    Membership.role.in_(choice.roles),
                    Membership.status == MembershipStatus.ACTIVE,
                )
            )
        )
        found = [one for one in found if one.id in members]
    return sorted(found, key=lambda one: (one.search, one.id))


def _left(session: Session, event: Event) -> set[int]:
    """Who has left the programme altogether."""
    stays = case((Membership.status != MembershipStatus.LEFT, 1), else_=0)
    return set(
        session.scalars(
            select(Membership.person_id)
            .where(Membership.programme_id == event.programme_id)
            .group_by(Membership.person_id)
            .having(func.max(stays) == 0)
        )
    )


def _lost(session: Session, event: Event) -> set[tuple[int, str]]:
    """By the person's number and the UID, the entries of which the last mail was refused, given up
    or sent back. One statement."""
    reports = (InboundMail.kind == InboundKind.BOUNCE, InboundMail.reason.in_(_NOT_ARRIVED))
    came_back = select(InboundMail.id).where(InboundMail.mail_id == Mail.id, *reports).exists()
    rows = session.execute(
        select(Mail.person_id, Mail.parameters, Mail.state, Mail.reason, came_back.label("back"))
        .where(Mail.event_id == event.id, Mail.kind.in_(KINDS))
        .order_by(Mail.id)
    )
    arrived: dict[tuple[int, str], bool] = {}
    for row in rows:
        part = row.parameters.get(PART)
        stopped = row.state is MailState.CANCELLED and row.reason != Reason.ADDRESS_REFUSED
        if part is None or stopped or GOES_TO in row.parameters:
            continue
        arrived[row.person_id, part["uid"]] = not row.back and row.state in (
            *WAITING,
            MailState.SENT,
        )
    return {place for place, there in arrived.items() if not there}


_NOT_ARRIVED = ("address_refused", "gave_up", "mail_refused")


def _entries(
    event: Event,
    person: Person,
    row: Participation | None,
    roles: Mapping[int, tuple[Person, list[AgendaRole]]],
    held: Mapping[tuple[int, str], Invitation],
) -> list[Entry]:
    """The event where they are on the list, and the items with times in which they have a role."""
    found = []
    if row is not None and row.entry in TAKING_PART:
        found.append(Entry(event.uid, row=held.get((person.id, event.uid))))
    by_item: dict[AgendaItem, list[AgendaRoleName]] = defaultdict(list)
    for role in roles.get(person.id, (person, []))[1]:
        if takes_place(event, role.agenda_item):
            by_item[role.agenda_item].append(role.role)
    for item, names in by_item.items():
        of_item = held.get((person.id, item.uid))
        found.append(Entry(item.uid, item, tuple(dict.fromkeys(names)), of_item))
    return found


def _is_due(event: Event, entry: Entry, event_facts: str) -> bool:
    """Whether they were not told so yet, as far as is known."""
    row = entry.row
    if row is None or row.state is InvitationState.CANCELLED or entry.lost:
        return True
    now = fingerprint(facts_of(event, entry.item)) if entry.item else event_facts
    return row.facts != now


def _why_not(
    person: Person,
    row: Participation | None,
    entries: Sequence[Entry],
    due: Sequence[Entry],
    *,
    left: set[int],
    refused: set[str],
) -> WhyNot | None:
    checks = (
        (person.id in left, WhyNot.LEFT),
        (not person.email, WhyNot.NO_ADDRESS),
        ((person.email or "").lower() in refused, WhyNot.SUPPRESSED),
        (row is not None and row.partstat is Partstat.DECLINED, WhyNot.DECLINED),
        (not entries and row is None, WhyNot.NO_TIME),
        (not entries, WhyNot.NOT_ON_LIST),
        (not due, WhyNot.UP_TO_DATE),
    )
    return next((why for holds, why in checks if holds), None)


def _blocked(event: Event, now: datetime) -> Blocked | None:
    if event.status is EventStatus.DRAFT:
        return Blocked.DRAFT
    if event.status is EventStatus.CANCELLED:
        return Blocked.CANCELLED
    if not takes_place(event):
        return Blocked.NO_DAY
    return Blocked.OVER if event.ends_at <= now else None
