"""The problem of one agenda item's groups: people, past and rules as the solver takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, raiseload

from mmp.core.breakouts.conflicts import conflicts
from mmp.core.breakouts.problem import Groups, Problem, even_sizes
from mmp.core.errors import UserError
from mmp.core.texts import language_of
from mmp.models import Participation, Person
from mmp.models.breakouts import Breakout, BreakoutGroup
from mmp.services.breakouts.drafts import Draft, draft_of
from mmp.services.breakouts.met import rounds_before
from mmp.services.breakouts.places import Place
from mmp.services.breakouts.rules import apart_and_together
from mmp.services.breakouts.settings import Settings, settings_of
from mmp.services.breakouts.traits import attributes_of, bits_of, languages_of, spoken_by
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
    if table.people:
        found = named_away(session, table.settings, table.people)
        if found:
            yield Trouble("rule_away", tuple(found), len(found), stops=False)


def named_away(session: Session, settings: Settings, people: Sequence[Person]) -> list[Person]:
    """Whom a rule names and who is not among these people, by name; one statement at most."""
    away = settings.named - {str(one.uuid) for one in people}
    if not away:
        return []
    found = session.scalars(
        select(Person)
        .where(Person.uuid.in_([UUID(one) for one in away]), Person.erased_at.is_(None))
        .options(raiseload("*"))
        .order_by(Person.search, Person.id)
    )
    return list(found)


def _groups(breakout: Breakout | None, count: int) -> list[BreakoutGroup]:
    return [one for one in breakout.groups if one.position < count] if breakout else []


def _fill(session: Session, table: Table, listed: Sequence[Participation]) -> None:
    place, settings, number = table.place, table.settings, table.number
    groups = _groups(place.breakout, settings.groups)
    apart, together = apart_and_together(session, place.event, settings, table.people)
    pinned = {number[one]: at for one, at in table.draft.place.items() if one in table.draft.locked}
    for group in groups:
        for person in (group.facilitator, group.rapporteur):
            if person is not None and str(person.uuid) in number:
                pinned[number[str(person.uuid)]] = group.position
    codes = languages_of(table.people, [list(group.languages) for group in groups])
    table.languages = codes
    rooms = tuple(bits_of(group.languages, codes) or None for group in groups)
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
        attributes=attributes_of(listed),
        languages=tuple(bits_of(spoken_by(one), codes) for one in table.people) if speaks else (),
        preferred=tuple(bits_of([language_of(one.locale)], codes) for one in table.people),
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


def _facilitators(table: Table, groups: Sequence[BreakoutGroup]) -> frozenset[int] | None:
    """Those of whom each group needs one, and whoever leads one; None where none is asked for."""
    if not table.settings.facilitators:
        return None
    leads = (str(one.facilitator.uuid) for one in groups if one.facilitator)
    able = {*table.settings.facilitators, *leads}
    return frozenset(table.number[one] for one in able if one in table.number)


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
