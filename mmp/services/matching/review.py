"""The draft, pair by pair: why these two, who would be next, and what choosing them costs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.matching.scoring import Score, score
from mmp.models import Matching, Person
from mmp.services.matching.draft import Draft
from mmp.services.matching.facts import Facts, facts_of
from mmp.services.matching.people import people_of
from mmp.services.matching.rounds import changed, note, save, still
from mmp.services.matching.setup import FIRST, Couple, Setup, couples_as_json, setup_of
from mmp.services.permissions import Actor

OFFERED = 3
"""Of those who would be next, so many are shown."""


@dataclass(frozen=True, slots=True)
class Next:
    """Somebody else whom a person could have. `change` is what the whole total gains or loses;
    `left` are those who would be without a partner then, `also` the two who change places."""

    person: Person
    score: Score
    change: float
    left: Sequence[Person] = ()
    also: tuple[Person, Person] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Two who are to be paired. Two lines with one person in common are a trio."""

    first: Person
    second: Person
    score: Score
    pinned: bool
    before: bool
    pin_costs: float | None
    others: Mapping[int, Sequence[Next]] = field(default_factory=dict)
    """For each of the two, by number."""

    @property
    def points(self) -> float:
        return sum(part.points for part in self.score.parts)


@dataclass(frozen=True, slots=True)
class Review:
    """What there is to look through. `facts` holds people and answers."""

    facts: Facts
    setup: Setup
    pairs: Sequence[Sequence[Found]]
    """Each pair by itself, a trio as two lines."""
    free: Sequence[Person]
    excluded: Sequence[tuple[Person, Person]]
    total: float
    worst: float
    newer: int
    """Answers that came since the run."""


def review(session: Session, row: Matching, *, now: datetime) -> Review:
    """Everything the page shows, in four statements for five hundred people."""
    facts, setup = facts_of(session, row, now=now), setup_of(row)
    draft = Draft.of(row)
    often = _hubs(draft.pairs)
    lines = [
        _line(setup, facts, draft, often, one, other)
        for one, other in draft.pairs
        if one in facts.people and other in facts.people
    ]
    groups: dict[Any, list[Found]] = {}
    for line in lines:
        ends = (str(line.first.uuid), str(line.second.uuid))
        groups.setdefault(next((one for one in ends if one in often), ends), []).append(line)
    taken = {uuid for pair in draft.pairs for uuid in pair}
    points = [line.points for line in lines]
    return Review(
        facts,
        setup,
        sorted(groups.values(), key=lambda group: group[0].points),
        [facts.people[uuid] for uuid in setup.sides if uuid in facts.people and uuid not in taken],
        _people(facts, setup, setup.excluded),
        sum(points),
        min(points, default=0),
        len(facts.answers) - draft.answers if draft.pairs else 0,
    )


def choose(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    row: Matching,
    version: int,
    what: str,
    one: str,
    other: str,
) -> None:
    """Do something with two people: `pin` them, `unpin`, `release` (they have nobody then),
    `exclude` (never these two), `allow` them again, or `take`: they become a pair and are pinned,
    and whoever loses a partner by it gets the other's, where these two may be paired.

    Raises StaleEdit, UserError for what cannot be.
    """
    setup, draft = setup_of(row), Draft.of(row)
    couple = frozenset((one, other))
    if len(couple) != 2 or not couple <= set(setup.sides):
        raise UserError("Choose two people of this round.")
    if setup.sides[one] == setup.sides[other]:
        raise UserError("These two are on the same side.")
    pins, excluded, pairs = _chosen(setup, draft, what, one, other)
    if pins == setup.pins and excluded == setup.excluded and pairs == list(draft.pairs):
        return
    still(row, version)
    row.settings = row.settings | {
        "pins": couples_as_json(pins),
        "excluded": couples_as_json(excluded),
    }
    if pairs != list(draft.pairs):
        row.draft = row.draft | {"pairs": [list(pair) for pair in pairs]}
    changed(row, now)
    save(session)
    names = [person.key for person in people_of(session, [one, other]).values()]
    note(session, actor, now, row, what, {"people": [None, sorted(names)]})


def _chosen(
    setup: Setup, draft: Draft, what: str, one: str, other: str
) -> tuple[set[Couple], set[Couple], list[tuple[str, str]]]:
    """Pins, exclusions and pairs as they are once it is done."""
    couple = frozenset((one, other))
    pins, excluded, pairs = set(setup.pins), set(setup.excluded), list(draft.pairs)
    without = [pair for pair in pairs if set(pair) != couple]
    match what:
        case "pin" if draft.has(one, other):
            return pins | {couple}, excluded, pairs
        case "unpin":
            return pins - {couple}, excluded, pairs
        case "release":
            return pins - {couple}, excluded, without
        case "exclude":
            return pins - {couple}, excluded | {couple}, without
        case "allow":
            return pins, excluded - {couple}, pairs
        case "take" if couple not in setup.forbidden:
            left = {pin for pin in pins if not pin & couple}
            return left | {couple}, excluded, draft.taking(one, other)
    raise UserError("That cannot be done with these two any more; look at them again.")


def _hubs(pairs: Sequence[tuple[str, str]]) -> set[str]:
    """Those of trios who are with two."""
    counts = Counter(uuid for pair in pairs for uuid in pair)
    return {uuid for uuid, count in counts.items() if count > 1}


def _line(setup: Setup, facts: Facts, draft: Draft, hubs: set[str], one: str, other: str) -> Found:
    first, second = (one, other) if setup.sides.get(one) == FIRST else (other, one)
    couple = frozenset((one, other))
    return Found(
        facts.people[first],
        facts.people[second],
        score(facts.candidates[first], facts.candidates[second], setup.weights),
        couple in setup.pins,
        couple in setup.before,
        draft.pin_costs.get(couple),
        {
            facts.people[uuid].id: _others(setup, facts, draft, uuid)
            for uuid in (first, second)
            if uuid not in hubs
        },
    )


def _others(setup: Setup, facts: Facts, draft: Draft, uuid: str) -> list[Next]:
    found: list[Next] = []
    for other in draft.best(uuid):
        if len(found) == OFFERED:
            break
        if other not in facts.people or draft.has(uuid, other):
            continue
        if frozenset((uuid, other)) in setup.forbidden:
            continue
        found.append(_next(setup, facts, draft, uuid, other))
    return found


def _next(setup: Setup, facts: Facts, draft: Draft, uuid: str, other: str) -> Next:
    mine, theirs, fits = draft.exchange(uuid, other)
    change = draft.worth(uuid, other) or 0
    for one, two in ((uuid, mine), (other, theirs)):
        change -= (draft.worth(one, two) or 0) if two else 0
    left: list[Person] = []
    also = None
    if fits and mine and theirs:
        change += draft.worth(theirs, mine) or 0
        if mine in facts.people and theirs in facts.people:
            also = (facts.people[theirs], facts.people[mine])
    else:
        left = [facts.people[one] for one in (mine, theirs) if one in facts.people and one]
    ends = (uuid, other) if setup.sides[uuid] == FIRST else (other, uuid)
    worth = score(facts.candidates[ends[0]], facts.candidates[ends[1]], setup.weights)
    return Next(facts.people[other], worth, change, left, also)


def _people(facts: Facts, setup: Setup, couples: frozenset[Couple]) -> list[tuple[Person, Person]]:
    found = []
    for couple in couples_as_json(couples):
        one, other = sorted(couple, key=lambda uuid: setup.sides.get(uuid, 0))
        if one in facts.people and other in facts.people:
            found.append((facts.people[one], facts.people[other]))
    return found
