"""What others see of a person: the queries of their pages, asked in the place of each of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.core.texts import Translated
from mmp.core.zones import day_in_zone
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Event,
    Membership,
    Pair,
    PairMember,
    Person,
    Programme,
    TalkConsent,
)
from mmp.models.enums import (
    AttributionConsent,
    Audience,
    EventStatus,
    MembershipRole,
    MembershipStatus,
    Strength,
)
from mmp.services import pair_talks
from mmp.services.consents import Naming, naming
from mmp.services.mine.listing import OwnEvent, own_events
from mmp.services.mine.people import Fellow, fellows
from mmp.services.permissions import Actor, Part, visible_people
from mmp.services.taking_part import TAKING_PART

_NOBODY_IN_PARTICULAR = 0
"""No row has this number: who looks is anybody with the role."""
MOST_ROLES = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """`person` through the eyes of others.

    `event` is the one whose list was looked at, None where they are on none; `by_mentors` and
    `by_guests` are their entry in that list, None where it leaves them out. `roles` are theirs, or
    their pairs', on public pages, the latest ones. `quoted` counts what they said of their talks.
    """

    person: Person
    event: Event | None
    by_mentors: Fellow | None
    by_guests: Fellow | None
    roles: Sequence[AgendaRole]
    naming: Naming
    partners: Sequence[Person]
    by_coordinators: bool
    by_assistants: bool
    quoted: Mapping[AttributionConsent, int]


@dataclass(frozen=True, slots=True)
class Helper:
    """Whom to write to about a programme."""

    programme: Translated
    name: str
    email: str


def seen_by_others(session: Session, *, actor: Actor, now: datetime) -> Seen:
    """What each kind of reader sees of the actor. At most nine statements whatever the rows."""
    person, by_coordinators, by_assistants = session.execute(
        select(
            Person,
            visible_people(_stand_in(actor, MembershipRole.COORDINATOR)),
            visible_people(_stand_in(actor, MembershipRole.ASSISTANT)),
        )
        .where(Person.id == actor.person_id)
        .options(joinedload(Person.organisation))
    ).one()
    event = _event_with_list(own_events(session, actor), now)
    entries = [
        _entry(session, actor, event, role)
        for role in (MembershipRole.MENTOR, MembershipRole.GUEST)
    ]
    today = day_in_zone(now, actor.zone)
    pairs = pair_talks.own_pairs(session, actor, today=today)
    roles = _roles(session, actor, pairs)
    programme = roles[0].agenda_item.event.programme if roles else None
    return Seen(
        person=person,
        event=event,
        by_mentors=entries[0],
        by_guests=entries[1],
        roles=roles,
        naming=naming(session, programme, {person.id}) if programme else Naming(),
        partners=[
            one for pair in pairs for one in pair_talks.partners(pair, actor.person_id, today)
        ],
        by_coordinators=by_coordinators,
        by_assistants=by_assistants,
        quoted=_quoted(session, actor),
    )


def helpers(session: Session, actor: Actor) -> list[Helper]:
    """Whom to write to, by programme: its address for answers, else its coordinators."""
    rows = session.execute(
        select(Programme.name, Programme.reply_to, Person.name.label("who"), Person.email)
        .outerjoin(
            Membership,
            and_(
                Membership.programme_id == Programme.id,
                Membership.role == MembershipRole.COORDINATOR,
                Membership.status == MembershipStatus.ACTIVE,
                Programme.reply_to.is_(None),
            ),
        )
        .outerjoin(Person, Person.id == Membership.person_id)
        .where(Programme.id.in_(actor.programmes))
        .order_by(Programme.slug, Person.name)
    )
    return [
        Helper(row.name, "" if row.reply_to else row.who, row.reply_to or row.email)
        for row in rows
        if row.reply_to or row.email
    ]


def _stand_in(actor: Actor, role: MembershipRole) -> Actor:
    """Somebody with this role wherever the actor has a part."""
    parts = {
        number: Part(number, part.slug, part.name, frozenset({role}))
        for number, part in actor.parts.items()
    }
    return Actor(person_id=_NOBODY_IN_PARTICULAR, strength=Strength.STRONG, parts=parts)


def _event_with_list(events: Sequence[OwnEvent], now: datetime) -> Event | None:
    """The next event on whose list the person stands, else the last one."""
    listed = [
        one.event
        for one in events
        if one.answer and one.answer.entry in TAKING_PART and not (one.declined or one.is_talk)
    ]
    return next((event for event in listed if event.ends_at > now), listed[-1] if listed else None)


def _entry(
    session: Session, actor: Actor, event: Event | None, role: MembershipRole
) -> Fellow | None:
    if event is None:
        return None
    found = fellows(session, _stand_in(actor, role), event)
    return next((one for one in found if one.person.id == actor.person_id), None)


def _roles(session: Session, actor: Actor, pairs: Sequence[Pair]) -> Sequence[AgendaRole]:
    """The actor's roles that everybody can read, alone or in a pair, of one programme."""
    found = session.scalars(
        select(AgendaRole)
        .join(AgendaItem, AgendaItem.id == AgendaRole.agenda_item_id)
        .join(Event, Event.id == AgendaItem.event_id)
        .where(
            or_(
                AgendaRole.person_id == actor.person_id,
                AgendaRole.pair_id.in_([pair.id for pair in pairs]),
            ),
            Event.pair_id.is_(None),
            Event.status != EventStatus.DRAFT,
            AgendaItem.status != EventStatus.DRAFT,
            AgendaItem.audience == Audience.EVERYONE,
        )
        .options(
            joinedload(AgendaRole.person),
            joinedload(AgendaRole.pair).joinedload(Pair.members).joinedload(PairMember.person),
            joinedload(AgendaRole.agenda_item)
            .joinedload(AgendaItem.event)
            .joinedload(Event.programme),
            raiseload("*"),
        )
        .order_by(Event.ends_at.desc(), AgendaRole.id)
        .limit(MOST_ROLES * 3)
    ).unique()
    rows = list(found)
    first = rows[0].agenda_item.event.programme_id if rows else None
    same = [one for one in rows if one.agenda_item.event.programme_id == first]
    return same[:MOST_ROLES]


def _quoted(session: Session, actor: Actor) -> Mapping[AttributionConsent, int]:
    return Counter(
        session.scalars(select(TalkConsent.consent).where(TalkConsent.person_id == actor.person_id))
    )
