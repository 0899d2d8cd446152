"""Who else is on the list of one's event, and in one's group: people by name, the discreet never,
and pairs."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, raiseload

from mmp.core.texts import Translated
from mmp.models import (
    BreakoutSeat,
    Event,
    Pair,
    PairMember,
    Participation,
    Person,
)
from mmp.models.enums import ConsentPurpose, MembershipRole, Partstat
from mmp.services.consents import agrees
from mmp.services.permissions import Actor
from mmp.services.taking_part import TAKING_PART

_KNOWS_PAIRS = (MembershipRole.MENTOR, MembershipRole.COORDINATOR, MembershipRole.ASSISTANT)


@dataclass(frozen=True, slots=True)
class Fellow:
    """Someone on the list as the others may see them. `pair` numbers those who belong together,
    None where the reader is not to know of pairs."""

    person: Person
    organisation: Translated
    pair: int | None
    groups: frozenset[int] = frozenset()
    """Those of the reader's own break-out groups in which they sit too."""


def fellows(
    session: Session, actor: Actor, event: Event, groups: Collection[int] = ()
) -> list[Fellow]:
    """Who takes part in the actor's event and has not declined; in one statement. Of `groups`
    (their numbers) those in which the actor has a seat are told.

    Discreet people, and those who do not want to be listed, are left out, for everybody. Pairs
    stand together, but guests and speakers learn of none.
    """
    knows = bool(event.programme_id in actor.with_role(*_KNOWS_PAIRS))
    belongs = and_(
        PairMember.person_id == Participation.person_id,
        PairMember.pair_id.in_(
            select(Pair.id).where(Pair.programme_id == event.programme_id, Pair.ends_on.is_(None))
        ),
        PairMember.ends_on.is_(None),
    )
    own, seat = aliased(BreakoutSeat), aliased(BreakoutSeat)
    ours = select(own.group_id).where(own.person_id == actor.person_id, own.group_id.in_(groups))
    beside = and_(seat.person_id == Participation.person_id, seat.group_id.in_(ours))
    rows = session.execute(
        select(Participation, PairMember.pair_id, seat.group_id)
        .join(Participation.person)
        .outerjoin(PairMember, belongs)
        .outerjoin(seat, beside)
        .where(
            Participation.event_id == event.id,
            Participation.entry.in_(TAKING_PART),
            Participation.partstat != Partstat.DECLINED,
            Person.erased_at.is_(None),
            or_(_may_be_listed(), Person.id == actor.person_id),
        )
        .options(joinedload(Participation.person), raiseload("*"))
        .order_by(Person.name, PairMember.pair_id)
    ).all()
    shared: dict[int, set[int]] = defaultdict(set)
    for row, _pair, group in rows:
        shared[row.person_id].update({group} - {None})
    pairs = [(row, pair if knows else None) for row, pair, _group in rows]
    return [replace(one, groups=frozenset(shared[one.person.id])) for one in _together(pairs)]


def _may_be_listed() -> ColumnElement[bool]:
    return and_(Person.discreet.is_(False), agrees(ConsentPurpose.LISTED))


def _together(rows: Sequence[tuple[Participation, int | None]]) -> list[Fellow]:
    """By name, with who is of the same pair right behind."""
    first: dict[int, int] = {}
    once: dict[int, Fellow] = {}
    for place, (row, pair) in enumerate(rows):
        if row.person_id not in once:
            once[row.person_id] = Fellow(row.person, row.organisation_name, pair)
            if pair is not None:
                first.setdefault(pair, place)
    places = {
        person: (first.get(one.pair or 0, place), place)
        for place, (person, one) in enumerate(once.items())
    }
    return [once[person] for person in sorted(once, key=places.__getitem__)]
