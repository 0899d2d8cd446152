"""A programme's people as a table: found, narrowed, in order, a page at a time.

Everything is a condition of one query, so that five thousand people cost no more than fifty.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, String, cast, func, null, or_, select
from sqlalchemy.orm import Session, contains_eager, raiseload

from mmp.core.finding import wanted_words
from mmp.core.texts import Translated
from mmp.models import Event, Membership, Organisation, Participation, Person, PersonTag, Programme
from mmp.models.enums import (
    ConsentPurpose,
    MembershipRole,
    MembershipStatus,
    Partstat,
    Region,
    StakeholderGroup,
)
from mmp.services.consents import agrees
from mmp.services.permissions import Actor, visible_people

AT_ONCE: Final = 50
MOST_PAGES: Final = 10_000


class Standing(StrEnum):
    """How somebody stands to the programme today."""

    CURRENT = "current"
    ALUMNI = "alumni"
    LEFT = "left"
    EVERYBODY = "everybody"


class Order(StrEnum):
    NAME = "name"
    COUNTRY = "country"
    ORGANISATION = "organisation"
    NEWEST = "newest"


UNLISTED: Final = "unlisted"
"""Instead of an answer: who is not on the event's list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who is looked for. What is said narrows each other; of several values of one kind any will
    do. `answers` are those to `event`, a key: a partstat, or `unlisted`."""

    text: str = field(default="", repr=False)
    roles: frozenset[MembershipRole] = frozenset()
    regions: frozenset[Region] = frozenset()
    countries: frozenset[str] = frozenset()
    groups: frozenset[StakeholderGroup] = frozenset()
    languages: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    event: str = ""
    answers: frozenset[str] = frozenset()
    standing: Standing = Standing.CURRENT
    order: Order = Order.NAME
    descending: bool = False


EVERYBODY: Final = Wanted(standing=Standing.EVERYBODY)


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the table. `partstat` is their answer to the event that was chosen;
    `contacted` says whether they agreed to be written to afterwards."""

    person: Person
    parts: Sequence[Membership] = ()
    tags: Sequence[str] = ()
    partstat: Partstat | None = None
    contacted: bool = True

    @property
    def may_be_reached(self) -> bool:
        """Not who takes part no longer and did not agree to be written to, as with messages."""
        past = bool(self.parts) and all(
            one.status is not MembershipStatus.ACTIVE for one in self.parts
        )
        return self.contacted or not past or self.partstat is not None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the table, and how many there are in all."""

    rows: list[Row]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // AT_ONCE))


@dataclass(frozen=True, slots=True)
class Facets:
    """What there is to choose from in this programme."""

    countries: list[str]
    languages: list[str]
    tags: list[str]
    events: Sequence[tuple[str, Translated]]


def people_of(actor: Actor, programme_id: int) -> ColumnElement[bool]:
    """The people of a programme whom this actor may list: for assistants none who are discreet."""
    return visible_people(actor, programme_id)


def find_people(
    session: Session,
    actor: Actor,
    programme: Programme,
    wanted: Wanted,
    *,
    page: int | None = 1,
) -> Found:
    """A page of fifty; with `page` None all of them. Four statements."""
    conditions = _conditions(actor, programme, wanted)
    total = session.scalar(
        select(func.count()).select_from(Person).outerjoin(Person.organisation).where(*conditions)
    )
    number = min(max(page or 1, 1), max(1, -(-(total or 0) // AT_ONCE)))
    query = (
        select(
            Person,
            _answer_to(programme, wanted.event).label("answer"),
            agrees(ConsentPurpose.ALUMNI_CONTACT).label("contacted"),
        )
        .outerjoin(Person.organisation)
        .where(*conditions)
        .options(contains_eager(Person.organisation), raiseload("*"))
        .order_by(*_order(wanted))
    )
    if page is not None:
        query = query.limit(AT_ONCE).offset((number - 1) * AT_ONCE)
    found = session.execute(query).all()
    those = _among(found, page, conditions)
    parts, tags = _parts(session, programme, those), _tags(session, actor, programme, those)
    rows = [
        Row(
            row.Person,
            parts.get(row.Person.id, ()),
            tags.get(row.Person.id, ()),
            Partstat(row.answer) if row.answer else None,
            row.contacted,
        )
        for row in found
    ]
    return Found(rows, total or 0, number)


def meant(
    session: Session,
    actor: Actor,
    programme: Programme,
    *,
    wanted: Wanted | None = None,
    uuids: Iterable[Any] = (),
) -> list[Person]:
    """Everybody who is looked for, else those of these uuids whom the actor may list; by name.
    One statement for every five hundred that are named."""
    base = select(Person).outerjoin(Person.organisation).options(raiseload("*"))
    if wanted is not None:
        query = base.where(*_conditions(actor, programme, wanted))
        return list(session.scalars(query.order_by(*_order(wanted))))
    found: list[Person] = []
    named = list(dict.fromkeys(uuids))
    for start in range(0, len(named), 500):
        chunk = Person.uuid.in_(named[start : start + 500])
        found += session.scalars(base.where(people_of(actor, programme.id), chunk))
    return sorted(found, key=lambda one: (one.search, one.id))


def facets(session: Session, actor: Actor, programme: Programme) -> Facets:
    """What the table can be narrowed by; four statements, three for assistants."""
    mine = people_of(actor, programme.id)
    countries = session.scalars(
        select(Person.country).where(mine, Person.country.is_not(None)).distinct()
    )
    spoken = session.scalars(select(cast(Person.languages, String)).where(mine).distinct())
    languages = {code.strip(' "[]') for text in spoken for code in (text or "").split(",")} - {""}
    events = session.execute(
        select(Event.key, Event.title)
        .where(Event.programme_id == programme.id, Event.pair_id.is_(None))
        .order_by(Event.ends_at, Event.id)
    )
    return Facets(
        countries=sorted(code for code in countries if code),
        languages=sorted(languages - {"null"}),
        tags=tags_of(session, actor, programme),
        events=[(row.key, row.title) for row in events],
    )


def tags_of(session: Session, actor: Actor, programme: Programme) -> list[str]:
    """The tags of a programme, for those who coordinate it."""
    if programme.id not in actor.coordinates:
        return []
    return list(
        session.scalars(
            select(PersonTag.tag)
            .where(PersonTag.programme_id == programme.id)
            .distinct()
            .order_by(PersonTag.tag)
        )
    )


def _conditions(actor: Actor, programme: Programme, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [people_of(actor, programme.id), *_standing(programme, wanted)]
    found += [_called(actor, programme, word) for word in wanted_words(wanted.text)]
    if wanted.regions:
        found.append(Person.region.in_(wanted.regions))
    if wanted.countries:
        found.append(Person.country.in_(wanted.countries))
    if wanted.groups:
        found.append(Person.group.in_(wanted.groups))
    if wanted.languages:
        spoken = cast(Person.languages, String)
        found.append(or_(*(spoken.contains(f'"{one}"') for one in sorted(wanted.languages))))
    if wanted.tags and programme.id in actor.coordinates:
        tagged = select(PersonTag.person_id).where(
            PersonTag.programme_id == programme.id, PersonTag.tag.in_(wanted.tags)
        )
        found.append(Person.id.in_(tagged))
    if wanted.event:
        found.append(_answered(programme, wanted))
    return found


def _called(actor: Actor, programme: Programme, word: str) -> ColumnElement[bool]:
    """By name or organisation; by address for those who coordinate."""
    ways = [Person.search.contains(word, autoescape=True)]
    ways.append(Organisation.search.contains(word, autoescape=True))
    if programme.id in actor.coordinates and len(word) > 2:
        ways.append(Person.email.contains(word, autoescape=True))
    return or_(*ways)


def _standing(programme: Programme, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Those with a part in the programme by its state, and in these roles. Who is only on the list
    of an event has none, and counts as there."""
    part = [Membership.programme_id == programme.id, Membership.person_id == Person.id]
    roles = [Membership.role.in_(wanted.roles)] if wanted.roles else []
    of = select(Membership.id).where(*part)
    match wanted.standing:
        case Standing.CURRENT:
            there = of.where(Membership.status == MembershipStatus.ACTIVE, *roles).exists()
            return [there if roles else or_(there, ~of.exists())]
        case Standing.ALUMNI:
            return [of.where(Membership.status == MembershipStatus.ALUMNI, *roles).exists()]
        case Standing.LEFT:
            stays = of.where(Membership.status != MembershipStatus.LEFT).exists()
            return [~stays, of.where(*roles).exists()]
        case Standing.EVERYBODY:
            return [of.where(*roles).exists()] if roles else []


def _answered(programme: Programme, wanted: Wanted) -> ColumnElement[bool]:
    listed = _on_list(programme, wanted.event)
    given = [Partstat(one) for one in wanted.answers if one != UNLISTED]
    ways = []
    if given or not wanted.answers:
        ways.append(listed.where(*([Participation.partstat.in_(given)] if given else [])).exists())
    if UNLISTED in wanted.answers:
        ways.append(~listed.exists())
    return or_(*ways)


def _on_list(programme: Programme, key: str) -> Any:
    return (
        select(Participation.id)
        .join(Event, Event.id == Participation.event_id)
        .where(
            Event.programme_id == programme.id,
            Event.pair_id.is_(None),
            Event.key == key,
            Participation.person_id == Person.id,
        )
        .correlate(Person)
    )


def _answer_to(programme: Programme, key: str) -> Any:
    if not key:
        return null()
    return (
        _on_list(programme, key)
        .with_only_columns(cast(Participation.partstat, String))
        .limit(1)
        .scalar_subquery()
    )


def _order(wanted: Wanted) -> list[Any]:
    # Newest first is what one looks for: there the two ways are turned round.
    first: dict[Order, list[Any]] = {
        Order.NAME: [],
        Order.COUNTRY: [func.coalesce(Person.country, "~")],
        Order.ORGANISATION: [func.coalesce(Organisation.search, "~")],
        Order.NEWEST: [Person.id],
    }
    turned = wanted.descending is not (wanted.order is Order.NEWEST)
    columns = [*first[wanted.order], Person.search, Person.id]
    lead, rest = columns[0], columns[1:]
    return [lead.desc() if turned else lead, *rest]


def _among(found: Sequence[Any], page: int | None, conditions: Any) -> ColumnElement[bool]:
    """Whose parts and tags are wanted: those on the page, or all that match."""
    if page is not None:
        return Person.id.in_([row.Person.id for row in found])
    those = select(Person.id).outerjoin(Person.organisation).where(*conditions)
    return Person.id.in_(those)


def _parts(
    session: Session, programme: Programme, those: ColumnElement[bool]
) -> Mapping[int, list[Membership]]:
    found: dict[int, list[Membership]] = defaultdict(list)
    rows = session.scalars(
        select(Membership)
        .where(
            Membership.programme_id == programme.id,
            Membership.person_id.in_(select(Person.id).where(those)),
        )
        .options(raiseload("*"))
        .order_by(Membership.id)
    )
    for row in rows:
        found[row.person_id].append(row)
    return found


def _tags(
    session: Session, actor: Actor, programme: Programme, those: ColumnElement[bool]
) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    if programme.id not in actor.coordinates:
        return found
    rows = session.execute(
        select(PersonTag.person_id, PersonTag.tag)
        .where(
            PersonTag.programme_id == programme.id,
            PersonTag.person_id.in_(select(Person.id).where(those)),
        )
        .order_by(PersonTag.tag)
    )
    for person_id, tag in rows:
        found[person_id].append(tag)
    return found
