"""The problem of one agenda item's groups: people, past and rules as the solver takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, raiseload

from mmp.core.breakouts.conflicts import conflicts
from mmp.core.breakouts.problem import Groups, Problem, even_sizes
from mmp.core.errors import UserError
from mmp.core.texts import language_of
from mmp.core.zones import day_in_zone
from mmp.models import Event, Pair, PairMember, Participation, Person
from mmp.models.breakouts import Breakout, BreakoutGroup
from mmp.models.enums import Gender
from mmp.services.breakouts.drafts import Draft, draft_of
from mmp.services.breakouts.met import rounds_before
from mmp.services.breakouts.places import Place
from mmp.services.breakouts.settings import ATTRIBUTES, Partners, Settings, settings_of
from mmp.services.breakouts.who import participations

MOST_PEOPLE = 1_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why groups cannot be made as wished, or not keep every rule: a code, who is meant, how many
    there are and how many are needed. Codes are those of `core.breakouts.conflicts`, and:

    `nobody`, `too_many` (people), `too_few` (for so many groups), `alone` (most groups would be of
    one person), `sizes` (seats and people differ), `leads_away` (the person leads group `have` and
    does not take part), `reports_away`, `rule_away` (a rule names somebody who does not take part),
    `languages` (more than the solver tells apart), `crowded` (so many are held in group `have` that
    another would be left with fewer than two).
    """

    code: str
    people: tuple[Person, ...] = ()
    have: int = 0
    need: int = 0
    stops: bool = True
    """Whether nothing can be searched before it is mended."""


@dataclass(slots=True)
class Table:
    """Who takes part, what is wished, the draft; and the problem as numbers, where it is one."""

    place: Place
    settings: Settings
    people: list[Person]
    draft: Draft
    gone: int
    """How many of the draft do not take part any more."""
    languages: list[str] = field(default_factory=list)
    """By bit, as the problem names them."""
    troubles: list[Trouble] = field(default_factory=list)
    problem: Problem | None = None
    number: dict[str, int] = field(default_factory=dict)
    """People's numbers in the problem by their public numbers."""

    @property
    def groups(self) -> Groups:
        """The draft as numbers."""
        groups = self.draft.groups(self.settings.groups)
        return tuple(tuple(self.number[one] for one in group) for group in groups)

    @property
    def unseated(self) -> list[Person]:
        """Who takes part and is in no group yet."""
        return [one for one in self.people if str(one.uuid) not in self.draft.place]

    @property
    def stops(self) -> list[Trouble]:
        """What must be mended before a search."""
        return [one for one in self.troubles if one.stops]


def table_of(session: Session, place: Place) -> Table:
    """Who sits where and what could be computed of it; eight statements, whatever the people."""
    listed = participations(session, place.event)
    people = [row.person for row in listed]
    breakout = place.breakout
    settings = settings_of(breakout, len(people))
    number = {str(one.uuid): at for at, one in enumerate(people)}
    kept = draft_of(breakout)
    draft = kept.within(number, settings.groups)
    gone = sum(one not in number for one in kept.place)
    table = Table(place, settings, people, draft, gone, number=number)
    table.troubles += troubles_of(table)
    table.troubles += _named_in_vain(session, table)
    if not table.stops:
        _fill(session, table, listed)
    return table


def live_table(session: Session, place: Place, seats: Draft) -> Table:
    """The same of groups that were applied: `seats` count instead of the draft. Nothing stops it:
    whoever was to lead or report and does not take part any more is passed over, and sizes follow
    those who are there. Six statements."""
    listed = participations(session, place.event)
    people = [row.person for row in listed]
    number = {str(one.uuid): at for at, one in enumerate(people)}
    count = max(seats.place.values(), default=-1) + 1
    settings = replace(settings_of(place.breakout, len(people)), groups=count, sizes=())
    draft = seats.within(number, count)
    gone = sum(one not in number for one in seats.place)
    table = Table(place, settings, people, draft, gone, number=number)
    if count and 0 < len(people) <= MOST_PEOPLE:
        with suppress(UserError):  # too few are left for so many groups: nothing to be computed
            _fill(session, table, listed)
    return table


def troubles_of(table: Table) -> Iterator[Trouble]:
    """What no solver needs to be asked about."""
    settings, count = table.settings, len(table.people)
    if not count:
        yield Trouble("nobody")
    elif count > MOST_PEOPLE:
        yield Trouble("too_many", have=count, need=MOST_PEOPLE)
    elif count < settings.groups:
        yield Trouble("too_few", have=count, need=settings.groups)
    elif settings.groups > 1 and 2 * count < 3 * settings.groups:
        yield Trouble("alone", have=count, need=settings.groups)
    elif settings.sizes and sum(settings.sizes) != count:
        yield Trouble("sizes", have=sum(settings.sizes), need=count)
    for group in _groups(table.place.breakout, settings.groups):
        for name, person in (("leads", group.facilitator), ("reports", group.rapporteur)):
            if person is not None and str(person.uuid) not in table.number:
                yield Trouble(f"{name}_away", (person,), group.position + 1)


def _named_in_vain(session: Session, table: Table) -> Iterator[Trouble]:
    """Rules that name somebody who does not take part keep nobody from sitting anywhere; one
    statement, where there are any."""
    away = [UUID(one) for one in table.settings.named if one not in table.number]
    if away and table.people:
        found = session.scalars(
            select(Person)
            .where(Person.uuid.in_(away), Person.erased_at.is_(None))
            .options(raiseload("*"))
            .order_by(Person.name, Person.id)
        ).all()
        if found:
            yield Trouble("rule_away", tuple(found), len(found), stops=False)


def _groups(breakout: Breakout | None, count: int) -> list[BreakoutGroup]:
    return [one for one in breakout.groups if one.position < count] if breakout else []


def _fill(session: Session, table: Table, listed: Sequence[Participation]) -> None:
    place, settings, number = table.place, table.settings, table.number
    groups = _groups(place.breakout, settings.groups)
    apart, together = _rules(session, table)
    pinned = {number[one]: at for one, at in table.draft.place.items() if one in table.draft.locked}
    for group in groups:
        for person in (group.facilitator, group.rapporteur):
            if person is not None and str(person.uuid) in number:
                pinned[number[str(person.uuid)]] = group.position
    codes = _languages(table.people, [list(group.languages) for group in groups])
    table.languages = codes
    rooms = tuple(_bits(group.languages, codes) or None for group in groups)
    if len(codes) > 32:
        table.troubles.append(Trouble("languages", have=len(codes), need=32))
        return
    sizes = settings.sizes or _sizes(len(table.people), settings.groups, list(pinned.values()))
    if troubles := list(_too_full(table, pinned, sizes)):
        table.troubles += troubles
        return
    speaks = settings.common_language or any(rooms)
    ids = {one.id: at for at, one in enumerate(table.people)}
    table.problem = Problem(
        people=len(table.people),
        groups=settings.groups,
        present=(tuple(range(len(table.people))),),
        past=_past(session, table, ids),
        attributes=_attributes(listed),
        languages=tuple(_bits(_spoken(one), codes) for one in table.people) if speaks else (),
        preferred=tuple(_bits([language_of(one.locale)], codes) for one in table.people),
        rooms=rooms if any(rooms) else (),
        facilitators=_facilitators(table, groups),
        apart=apart,
        together=together,
        pinned=tuple((0, one, at) for one, at in sorted(pinned.items())),
        sizes=(sizes,),
    )
    for one in conflicts(table.problem):
        who = tuple(table.people[person] for person in one.people)
        table.troubles.append(Trouble(one.code, who, one.have, one.need, stops=False))


def _sizes(people: int, groups: int, held: Sequence[int]) -> tuple[int, ...]:
    """Sizes that differ by one at most, but where more people are held in a group by hand."""
    sizes = list(even_sizes(people, groups))
    least = [held.count(at) for at in range(groups)]
    while any(size < held_here for size, held_here in zip(sizes, least, strict=True)):
        short = next(at for at in range(groups) if sizes[at] < least[at])
        spare = max((at for at in range(groups) if sizes[at] > least[at]), key=lambda at: sizes[at])
        sizes[short] += 1
        sizes[spare] -= 1
    return tuple(sizes)


def _too_full(table: Table, pinned: Mapping[int, int], sizes: Sequence[int]) -> Iterator[Trouble]:
    """Groups in which more are held than have room, or so many that others are left empty."""
    small = len(sizes) > 1 and min(sizes) < 2
    fullest = max(range(len(sizes)), key=lambda at: list(pinned.values()).count(at))
    for at, size in enumerate(sizes):
        held = tuple(table.people[one] for one, where in sorted(pinned.items()) if where == at)
        if len(held) > size:
            yield Trouble("group_full", held, size, len(held))
        elif small and at == fullest:
            yield Trouble("crowded", held, at + 1)


def _rules(
    session: Session, table: Table
) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]:
    settings, number = table.settings, table.number
    apart, together = (
        {(number[one], number[other]) for one, other in rules if one in number and other in number}
        for rules in (settings.apart, settings.together)
    )
    if settings.partners is not Partners.ANY:
        known = {_two(pair) for pair in (*apart, *together)}
        # A rule of one's own says more than the one for all pairs.
        partners = {pair for pair in _partners(session, table) if _two(pair) not in known}
        (apart if settings.partners is Partners.APART else together).update(partners)
    return frozenset(apart), frozenset(together)


def _facilitators(table: Table, groups: Sequence[BreakoutGroup]) -> frozenset[int] | None:
    """Those of whom each group needs one, and whoever leads one; None where none is asked for."""
    if not table.settings.facilitators:
        return None
    leads = (str(one.facilitator.uuid) for one in groups if one.facilitator)
    able = {*table.settings.facilitators, *leads}
    return frozenset(table.number[one] for one in able if one in table.number)


def _partners(session: Session, table: Table) -> set[tuple[int, int]]:
    """Every two of a pair on the day; one statement."""
    event = table.place.event
    day = event_day(event)
    rows = session.execute(
        select(PairMember.pair_id, PairMember.person_id)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(
            Pair.programme_id == event.programme_id,
            or_(Pair.ends_on.is_(None), Pair.ends_on >= day),
            or_(PairMember.ends_on.is_(None), PairMember.ends_on >= day),
        )
        .order_by(PairMember.pair_id, PairMember.id)
    )
    ids = {one.id: at for at, one in enumerate(table.people)}
    members: dict[int, list[int]] = {}
    for pair, person in rows:
        if person in ids:
            members.setdefault(pair, []).append(ids[person])
    return {
        (one, other)
        for those in members.values()
        for at, one in enumerate(those)
        for other in those[at + 1 :]
    }


def event_day(event: Event) -> object:
    """The day of an event at its place."""
    if event.starts_local is not None:
        return event.starts_local.date()
    return event.first_day or day_in_zone(event.ends_at, event.zone)


def begins(place: Place) -> datetime:
    """When the groups meet; what was before it counts as past."""
    return place.item.starts_at or place.event.starts_at or place.event.ends_at


def _past(session: Session, table: Table, ids: Mapping[int, int]) -> tuple[Groups, ...]:
    """Earlier groups as they met, of those who take part now."""
    place = table.place
    rounds = rounds_before(session, place.programme, before=begins(place), but=place.breakout)
    rounds = rounds[-59:]  # the solver looks at sixty rounds
    return tuple(
        tuple(tuple(ids[one] for one in group if one in ids) for group in met.groups)
        for met in rounds
    )


def _attributes(listed: Sequence[Participation]) -> tuple[tuple[int, ...], ...]:
    """Region, gender and stakeholder group as numbers; "not stated" is a value of its own."""
    found = []
    for name in ATTRIBUTES:
        values = [_value(row, name) for row in listed]
        order = {value: at for at, value in enumerate(sorted(set(values)))}
        found.append(tuple(order[value] for value in values))
    return tuple(found)


def _value(row: Participation, name: str) -> str:
    if name == "group":
        return str(row.group or row.person.group or "")
    if name == "gender":
        return str(row.person.gender or Gender.NOT_STATED)
    return str(row.person.region)


def _spoken(person: Person) -> list[str]:
    """Somebody's languages; who has given none reads the pages in one."""
    return [language_of(one) for one in person.languages] or [language_of(person.locale)]


def _languages(people: Sequence[Person], rooms: Sequence[Sequence[str]]) -> list[str]:
    used = {code for one in people for code in (*_spoken(one), language_of(one.locale))}
    return sorted(used | {code for room in rooms for code in room})


def _bits(codes: Sequence[str], known: Sequence[str]) -> int:
    return sum(1 << known.index(code) for code in set(codes))


def _two(pair: tuple[int, int]) -> tuple[int, int]:
    return min(pair), max(pair)
