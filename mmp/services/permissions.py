"""Who is asking, and what they may see and change: permission is the query.

Every function here gives an SQL condition to put into a `where`. What it leaves out is not found,
and looks exactly like what does not exist. Roles that plan count only for who signed in with more
than a link from the mail.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, false, func, or_, select, true
from sqlalchemy.orm import Session

from mmp.adapters.translations import locale_for
from mmp.core.texts import Translated
from mmp.core.zones import day_in_zone
from mmp.models import (
    Account,
    Event,
    Membership,
    Pair,
    PairMember,
    Participation,
    Person,
    Programme,
    SignIn,
)
from mmp.models.enums import EventStatus, MembershipRole, MembershipStatus, Strength
from mmp.services import sessions
from mmp.services.feeds import RUNS_PROGRAMME, hash_token

_SHOWN = (EventStatus.PUBLISHED, EventStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Part:
    """A person's part in one programme, with the roles they have in it today."""

    programme_id: int
    slug: str
    name: Translated
    roles: frozenset[MembershipRole]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking. `parts` are by the programme's number; nobody has none."""

    person_id: int | None = None
    sign_in_id: int | None = None
    sign_in_uuid: UUID | None = None
    strength: Strength | None = None
    signed_in_at: datetime | None = None
    seen_at: datetime | None = None
    confirmed_at: datetime | None = None
    """When the password was last given on this device."""
    name: str = field(default="", repr=False)
    name_native: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    locale: str = "en"
    zone: str = "UTC"
    has_password: bool = False
    has_codes: bool = False
    parts: Mapping[int, Part] = field(default_factory=dict)

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None

    @property
    def strong(self) -> bool:
        """Whether they signed in with more than a link from the mail."""
        return self.strength is Strength.STRONG

    @property
    def programmes(self) -> frozenset[int]:
        """Where they have any part."""
        return frozenset(self.parts)

    @property
    def plans(self) -> frozenset[int]:
        """The programmes they may plan, as coordinator or assistant."""
        return self.with_role(*RUNS_PROGRAMME) if self.strong else frozenset()

    @property
    def coordinates(self) -> frozenset[int]:
        """The programmes where nothing but the talks of pairs is hidden from them."""
        return self.with_role(MembershipRole.COORDINATOR) if self.strong else frozenset()

    @property
    def could_plan(self) -> bool:
        """Whether they run a programme, however they signed in."""
        return bool(self.with_role(*RUNS_PROGRAMME))

    def with_role(self, *roles: MembershipRole) -> frozenset[int]:
        """The programmes where they have one of these roles, however they signed in."""
        return frozenset(
            number for number, part in self.parts.items() if not part.roles.isdisjoint(roles)
        )

    def part_in(self, slug: str) -> Part | None:
        """Their part in the programme of this address."""
        return next((part for part in self.parts.values() if part.slug == slug), None)


NOBODY = Actor()


def actor_of(session: Session, *, now: datetime, token: str, lasting: bool = False) -> Actor:
    """Who is signed in with the token of this cookie, in one statement; else NOBODY.

    `lasting` lets sign-ins last however long they were unused: in a demo, whose time leaps.
    """
    rows = session.execute(_ACTOR, {"token_hash": hash_token(token)}).all()
    if not rows:
        return NOBODY
    first = rows[0]
    if not (lasting or sessions.lasts(first.strength, first.seen_at, now)):
        return NOBODY
    return Actor(
        person_id=first.person_id,
        sign_in_id=first.sign_in_id,
        sign_in_uuid=first.sign_in_uuid,
        strength=first.strength,
        signed_in_at=first.created_at,
        seen_at=first.seen_at,
        confirmed_at=first.confirmed_at,
        name=first.name,
        name_native=first.name_native,
        email=first.email,
        locale=locale_for(first),
        zone=first.zone,
        has_password=first.has_password,
        has_codes=first.has_codes,
        parts=_parts(rows, now),
    )


_ACTOR = (
    select(
        SignIn.id.label("sign_in_id"),
        SignIn.uuid.label("sign_in_uuid"),
        *(SignIn.strength, SignIn.created_at, SignIn.seen_at, SignIn.confirmed_at),
        Person.id.label("person_id"),
        *(Person.name, Person.name_native, Person.email, Person.zone),
        *(Person.locale, Person.languages),
        Account.password.is_not(None).label("has_password"),
        Account.tf_primary_method.is_not(None).label("has_codes"),
        *(Membership.role, Membership.status, Membership.starts_on, Membership.ends_on),
        Programme.id.label("programme_id"),
        *(Programme.slug, Programme.name.label("programme_name")),
        Programme.zone.label("programme_zone"),
    )
    .join(Person, Person.id == SignIn.person_id)
    .outerjoin(Account, Account.person_id == Person.id)
    .outerjoin(
        Membership,
        and_(Membership.person_id == Person.id, Membership.status != MembershipStatus.LEFT),
    )
    .outerjoin(Programme, Programme.id == Membership.programme_id)
    .where(
        SignIn.token_hash == bindparam("token_hash"),
        SignIn.ended_at.is_(None),
        or_(Account.id.is_(None), Account.active),
    )
    .order_by(Programme.slug, Membership.id)
)


def _parts(rows: Iterable[Any], now: datetime) -> dict[int, Part]:
    """Those who left are not among the rows. To plan, a role must be active and its time now."""
    found: dict[int, Part] = {}
    for row in rows:
        if row.programme_id is None or not _counts(row, now):
            continue
        known = found.get(row.programme_id)
        roles = (known.roles if known else frozenset()) | {row.role}
        found[row.programme_id] = Part(row.programme_id, row.slug, row.programme_name, roles)
    return found


def _counts(row: Any, now: datetime) -> bool:
    if row.role not in RUNS_PROGRAMME:
        return True
    today = day_in_zone(now, row.programme_zone)
    in_time = (row.starts_on or today) <= today <= (row.ends_on or today)
    return row.status is MembershipStatus.ACTIVE and in_time


def visible_programmes(actor: Actor) -> ColumnElement[bool]:
    """Programmes in which the actor has a part. What everybody sees is in `programmes`."""
    return Programme.id.in_(actor.programmes)


def planned_programmes(actor: Actor) -> ColumnElement[bool]:
    """Programmes the actor may plan."""
    return Programme.id.in_(actor.plans)


def visible_events(actor: Actor) -> ColumnElement[bool]:
    """Events of the actor's programmes: published ones, drafts too where they plan; of talks only
    those of the actor's own pairs."""
    return or_(
        and_(Event.pair_id.is_(None), Event.programme_id.in_(actor.plans)),
        and_(
            Event.pair_id.is_(None),
            Event.programme_id.in_(actor.programmes),
            Event.status.in_(_SHOWN),
        ),
        own_talks(actor),
    )


def editable_events(actor: Actor) -> ColumnElement[bool]:
    """Events the actor may change: those of programmes they plan, never the talk of a pair."""
    return and_(Event.pair_id.is_(None), Event.programme_id.in_(actor.plans))


def own_talks(actor: Actor) -> ColumnElement[bool]:
    """Talks of the actor's pairs from the time in which they belonged to them."""
    if actor.person_id is None:
        return false()
    return talks_of(actor.person_id, actor.programmes)


def talks_of(
    person: int | BindParameter[int], programmes: Collection[int] | BindParameter[int]
) -> ColumnElement[bool]:
    """As `own_talks`, for a person with a part in these programmes."""
    begins = func.coalesce(func.date(Event.starts_local), Event.first_day)
    ends = func.coalesce(func.date(Event.ends_local), Event.last_day)
    return and_(
        Event.programme_id.in_(programmes),
        select(PairMember.id)
        .where(
            PairMember.pair_id == Event.pair_id,
            PairMember.person_id == person,
            or_(PairMember.ends_on.is_(None), ends <= PairMember.ends_on),
            or_(PairMember.starts_on.is_(None), begins.is_(None), begins >= PairMember.starts_on),
        )
        .exists(),
    )


def own_pairs(actor: Actor) -> ColumnElement[bool]:
    """Pairs the actor belongs or belonged to, in programmes they have not left."""
    if actor.person_id is None:
        return false()
    mine = select(PairMember.pair_id).where(PairMember.person_id == actor.person_id)
    return and_(Pair.programme_id.in_(actor.programmes), Pair.id.in_(mine))


def visible_pairs(actor: Actor) -> ColumnElement[bool]:
    """One's own pairs, and all of the programmes one plans: that they are, not what they say."""
    return or_(Pair.programme_id.in_(actor.plans), own_pairs(actor))


def visible_people(actor: Actor, programme_id: int | None = None) -> ColumnElement[bool]:
    """Oneself, one's partners, and for who plans everyone with a part in the programme, but of the
    discreet only coordinators see any. Who was erased is nobody's.

    With `programme_id` those of that programme only.
    """
    if actor.person_id is None:
        return false()
    within = _one_of(actor.programmes, programme_id)
    mine = select(PairMember.pair_id).where(PairMember.person_id == actor.person_id)
    partners = (
        select(PairMember.person_id)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(Pair.id.in_(mine), Pair.programme_id.in_(within), Pair.ends_on.is_(None))
    )
    myself = Person.id == actor.person_id if within or programme_id is None else false()
    return and_(
        Person.erased_at.is_(None),
        or_(
            myself,
            Person.id.in_(partners),
            _of_programmes(_one_of(actor.coordinates, programme_id)),
            and_(~Person.discreet, _of_programmes(_one_of(actor.plans, programme_id))),
        ),
    )


def _of_programmes(numbers: frozenset[int]) -> ColumnElement[bool]:
    """People with a part in one of these programmes, or on a list of theirs."""
    members = select(Membership.person_id).where(Membership.programme_id.in_(numbers))
    listed = (
        select(Participation.person_id)
        .join(Event, Event.id == Participation.event_id)
        .where(Event.programme_id.in_(numbers), Event.pair_id.is_(None))
    )
    return or_(Person.id.in_(members), Person.id.in_(listed))


def named_people(actor: Actor, programme_id: int) -> ColumnElement[bool]:
    """Who of those whom a page of the programme tells of may be named to the actor: everybody who
    is not discreet; to coordinators, to themselves and to their partners the discreet too."""
    if programme_id in actor.coordinates:
        return true()
    return or_(~Person.discreet, visible_people(actor, programme_id))


def sees_travel(actor: Actor, programme_id: int) -> bool:
    """Whether travel data may be shown: to coordinators of the programme, to no assistant."""
    return programme_id in actor.coordinates


def _one_of(numbers: frozenset[int], wanted: int | None) -> frozenset[int]:
    return numbers if wanted is None else numbers & {wanted}
