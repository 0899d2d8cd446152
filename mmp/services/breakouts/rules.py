"""Who must and who must not sit together, as numbers for the solver."""

from collections.abc import Sequence
from datetime import date
from itertools import combinations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mmp.core.zones import day_in_zone
from mmp.models import Event, Pair, PairMember, Person
from mmp.services.breakouts.settings import Partners, Settings
from mmp.services.pair_board.plenaries import running_on

Two = tuple[int, int]
"""The places of two people in the list."""


def apart_and_together(
    session: Session, event: Event, settings: Settings, people: Sequence[Person]
) -> tuple[frozenset[Two], frozenset[Two]]:
    """The rules about those who take part; those for all pairs too, one statement."""
    number = {str(one.uuid): at for at, one in enumerate(people)}
    apart, together = (
        {(number[one], number[other]) for one, other in rules if one in number and other in number}
        for rules in (settings.apart, settings.together)
    )
    if settings.partners is not Partners.ANY:
        known = {frozenset(two) for two in (*apart, *together)}
        # A rule of one's own says more than the one for all pairs.
        partners = {two for two in _partners(session, event, people) if frozenset(two) not in known}
        (apart if settings.partners is Partners.APART else together).update(partners)
    return frozenset(apart), frozenset(together)


def _partners(session: Session, event: Event, people: Sequence[Person]) -> set[Two]:
    """Every two of a pair on the day; one statement."""
    day = _day_of(event)
    rows = session.execute(
        select(PairMember.pair_id, PairMember.person_id)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(
            Pair.programme_id == event.programme_id,
            running_on(day),
            or_(PairMember.starts_on.is_(None), PairMember.starts_on <= day),
            or_(PairMember.ends_on.is_(None), PairMember.ends_on >= day),
        )
        .order_by(PairMember.pair_id, PairMember.id)
    )
    ids = {one.id: at for at, one in enumerate(people)}
    members: dict[int, list[int]] = {}
    for pair, person in rows:
        if person in ids:
            members.setdefault(pair, []).append(ids[person])
    return {two for those in members.values() for two in combinations(those, 2)}


def _day_of(event: Event) -> date:
    """The day of an event at its place."""
    if event.starts_local is not None:
        return event.starts_local.date()
    return event.first_day or day_in_zone(event.ends_at, event.zone)
