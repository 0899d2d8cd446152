"""Pairs as the desk finds them: the query is the permission."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload, raiseload, selectinload

from mmp.core.errors import NotFound
from mmp.core.texts import Translated
from mmp.models import HistoryEntry, Membership, Pair, PairMember, Person, Programme
from mmp.models.enums import MembershipRole, MembershipStatus
from mmp.services.permissions import Actor, planned_programmes, visible_people

KIND = "pair"


@dataclass(frozen=True, slots=True)
class Together:
    """That two people were a pair before, and where."""

    partner: Person
    programme: Translated
    starts_on: date
    ends_on: date | None


def programme_with_breaks(session: Session, actor: Actor, slug: str) -> Programme:
    """A programme the actor may plan. Raises NotFound."""
    found = session.scalar(
        select(Programme)
        .where(Programme.slug == slug, planned_programmes(actor))
        .options(selectinload(Programme.breaks), raiseload("*"))
    )
    if found is None:
        raise NotFound("There is no such programme.")
    return found


def shown_pairs(actor: Actor, programme_id: int) -> ColumnElement[bool]:
    """All pairs of a programme the actor plans; to assistants none with somebody discreet."""
    if programme_id in actor.coordinates:
        return Pair.programme_id == programme_id
    hidden = (
        select(PairMember.pair_id)
        .join(Person, Person.id == PairMember.person_id)
        .where(Person.discreet)
    )
    return and_(
        Pair.programme_id == programme_id,
        Pair.programme_id.in_(actor.plans),
        Pair.id.not_in(hidden),
    )


def pair_of(session: Session, actor: Actor, programme: Programme, uuid: UUID) -> Pair:
    """One pair with its members and programme. Raises NotFound."""
    found = (
        session.scalars(
            select(Pair)
            .where(Pair.uuid == uuid, shown_pairs(actor, programme.id))
            .options(
                joinedload(Pair.programme),
                joinedload(Pair.members).joinedload(PairMember.person),
            )
        )
        .unique()
        .one_or_none()
    )
    if found is None:
        raise NotFound("There is no such pair.")
    return found


def member_of(pair: Pair, uuid: UUID) -> PairMember:
    """One place in a pair. Raises NotFound."""
    found = next((member for member in pair.members if member.uuid == uuid), None)
    if found is None:
        raise NotFound("There is no such person in this pair.")
    return found


def unpaired(session: Session, actor: Actor, programme: Programme, today: date) -> Sequence[Person]:
    """Mentors with an active part whom no pair holds, today or later; by name."""
    taken = (
        select(PairMember.person_id)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(Pair.programme_id == programme.id, holds(today))
    )
    mentors = select(Membership.person_id).where(
        Membership.programme_id == programme.id,
        Membership.role == MembershipRole.MENTOR,
        Membership.status == MembershipStatus.ACTIVE,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    return session.scalars(
        select(Person)
        .where(
            Person.id.in_(mentors),
            Person.id.not_in(taken),
            Person.erased_at.is_(None),
            visible_people(actor, programme.id),
        )
        .options(raiseload("*"))
        .order_by(Person.search, Person.id)
    ).all()


def holds(today: date) -> ColumnElement[bool]:
    """Places in pairs that are taken on that day or will be."""
    return and_(
        or_(Pair.ends_on.is_(None), Pair.ends_on >= today),
        or_(PairMember.ends_on.is_(None), PairMember.ends_on >= today),
    )


def held_elsewhere(
    session: Session, pair: Pair, people: Iterable[Person], today: date
) -> Person | None:
    """Somebody of these whom another pair of the programme holds, today or later."""
    return session.scalar(
        select(Person)
        .join(PairMember, PairMember.person_id == Person.id)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(
            Person.id.in_([one.id for one in people]),
            Pair.programme_id == pair.programme_id,
            Pair.id != pair.id,
            holds(today),
        )
        .limit(1)
    )


def earlier_partners(
    session: Session, actor: Actor, people: Collection[int], *, without: Pair | None = None
) -> Mapping[int, Sequence[Together]]:
    """With whom each of these was in a pair before or is now, in any programme the actor
    coordinates, latest first; of `without` nothing is told. One statement."""
    mine, theirs, other = aliased(PairMember), aliased(PairMember), aliased(Person)
    rows = session.execute(
        select(mine.person_id, other, Programme.name, Pair.starts_on, Pair.ends_on)
        .join(Pair, Pair.id == mine.pair_id)
        .join(theirs, and_(theirs.pair_id == mine.pair_id, theirs.person_id != mine.person_id))
        .join(other, other.id == theirs.person_id)
        .join(Programme, Programme.id == Pair.programme_id)
        .where(
            mine.person_id.in_(set(people)),
            Pair.programme_id.in_(actor.coordinates),
            other.erased_at.is_(None),
            Pair.id != without.id if without else true(),
        )
        .options(raiseload("*"))
        .order_by(Pair.starts_on.desc(), other.search)
    )
    found: dict[int, list[Together]] = defaultdict(list)
    for person_id, partner, name, starts_on, ends_on in rows:
        found[person_id].append(Together(partner, name, starts_on, ends_on))
    return found


def repeated(
    people: Iterable[Person], known: Mapping[int, Sequence[Together]]
) -> list[tuple[Person, Together]]:
    """Which of these people were a pair with each other before; every couple once."""
    numbers = {person.id: person for person in people}
    return [
        (person, one)
        for person in numbers.values()
        for one in known.get(person.id, ())
        if one.partner.id in numbers and person.id < one.partner.id
    ]


def history_of(session: Session, pair: Pair) -> Sequence[HistoryEntry]:
    """What was done to the pair, latest first."""
    return session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.subject_kind == KIND, HistoryEntry.subject_uuid == pair.uuid)
        .options(joinedload(HistoryEntry.actor), raiseload("*"))
        .order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc())
        .limit(200)
    ).all()


def people_named(session: Session, entries: Iterable[HistoryEntry]) -> Mapping[str, Person]:
    """The people whom these entries name, by their handles; who was erased is not among them."""
    keys = {
        key
        for entry in entries
        for name in ("left", "joined", "to", "people")
        for value in entry.changes.get(name, ())
        for key in (value if isinstance(value, list) else [value])
        if key
    }
    rows = session.scalars(
        select(Person)
        .where(Person.key.in_(keys), Person.erased_at.is_(None))
        .options(raiseload("*"))
    )
    return {person.key: person for person in rows}
