"""Why the hard rules cannot all be kept: each reason with the people in conflict.

Found are the contradictions that a person can see and mend. Where this finds nothing and groups
still break a rule, the search ran out of time, or the rules clash in a more hidden way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from mmp.core.breakouts.problem import Problem

NOBODY: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A reason that no groups keep every rule.

    Codes: `together_and_apart` (two who must and must not sit together), `unit_too_big` (people
    who must sit together are more than any group holds), `units_do_not_fit`, `too_many_apart`
    (more people none of whom may meet another than there are groups), `facilitators` (too few are
    present), `no_language` (someone knows none), `no_common_language` (two who must sit together),
    `no_room` (nobody interprets for this person), `pinned_apart` and `pinned_together` (pins
    against a rule), `group_full` (more people pinned than it holds), `pinned_away` (a pinned
    person is not present), `pinned_deaf` (pinned to a room that they cannot follow).
    """

    code: str
    people: tuple[int, ...]
    round: int | None = None
    """None: in every round."""
    have: int = 0
    need: int = 0


def conflicts(problem: Problem) -> list[Conflict]:
    """Every contradiction found, those of all rounds first, each named once."""
    found = [*_of_everybody(problem)]
    seen = {(one.code, one.people) for one in found}
    for number in range(problem.rounds):
        for one in _of_round(problem, number):
            if (one.code, one.people) not in seen:
                seen.add((one.code, one.people))
                found.append(one)
    return found


def units_of(problem: Problem, present: frozenset[int]) -> list[tuple[int, ...]]:
    """Who must sit together, over any number of steps, of those present; two or more each."""
    unit = {one: frozenset((one,)) for one in present}
    for one, other in problem.together:
        if one in unit and other in unit:
            joined = unit[one] | unit[other]
            for member in joined:
                unit[member] = joined
    return sorted({tuple(sorted(members)) for members in unit.values() if len(members) > 1})


def _of_everybody(problem: Problem) -> Iterator[Conflict]:
    there = frozenset(one for present in problem.present for one in present)
    apart = {frozenset(pair) for pair in problem.apart}
    for unit in units_of(problem, there):
        for pair in combinations(unit, 2):
            if frozenset(pair) in apart:
                yield Conflict("together_and_apart", pair)
    if not problem.languages:
        return
    for one in sorted(there):
        if not problem.languages[one]:
            yield Conflict("no_language", (one,))
        elif problem.rooms and None not in problem.rooms:
            if not any(problem.languages[one] & (room or 0) for room in problem.rooms):
                yield Conflict("no_room", (one,))


def _of_round(problem: Problem, number: int) -> Iterator[Conflict]:
    there = frozenset(problem.present[number])
    sizes = problem.sizes_of(number)
    units = units_of(problem, there)
    most = max(sizes)
    for unit in units:
        if len(unit) > most:
            yield Conflict("unit_too_big", unit, number, most, len(unit))
        if problem.languages and None in (problem.rooms or (None,)) and not _common(problem, unit):
            yield Conflict("no_common_language", unit, number)
    if all(len(unit) <= most for unit in units) and not _fit([*map(len, units)], list(sizes)):
        everyone = tuple(sorted(one for unit in units for one in unit))
        yield Conflict("units_do_not_fit", everyone, number, sum(sizes), len(everyone))
    if problem.facilitators is not None:
        can = tuple(sorted(problem.facilitators & there))
        if len(can) < problem.groups:
            yield Conflict("facilitators", can, number, len(can), problem.groups)
    crowd = _all_apart(problem, there)
    if len(crowd) > problem.groups:
        yield Conflict("too_many_apart", crowd, number, problem.groups, len(crowd))
    yield from _of_pins(problem, number, there, sizes)


def _common(problem: Problem, people: tuple[int, ...]) -> bool:
    common = -1
    for one in people:
        common &= problem.languages[one]
    return bool(common)


def _fit(units: list[int], room: list[int]) -> bool:
    """Whether units of these sizes fit into groups of these: biggest first, all places tried."""
    tries = 20_000

    def place(left: list[int], free: list[int]) -> bool:
        nonlocal tries
        if not left:
            return True
        for size in sorted(set(free), reverse=True):
            tries -= 1
            if size >= left[0] and tries > 0:
                smaller = free.copy()
                smaller[smaller.index(size)] -= left[0]
                if place(left[1:], smaller):
                    return True
        return tries <= 0  # not known: no conflict is claimed

    return place(sorted(units, reverse=True), room)


def _all_apart(problem: Problem, there: frozenset[int]) -> tuple[int, ...]:
    """Many people none of whom may sit with another, found greedily from each person."""
    not_with: dict[int, set[int]] = {one: set() for one in there}
    for one, other in problem.apart:
        if one in there and other in there:
            not_with[one].add(other)
            not_with[other].add(one)
    best: list[int] = []
    for start in sorted(there):
        if len(not_with[start]) < len(best):
            continue
        crowd, options = [start], set(not_with[start])
        while options:
            nearest = max(sorted(options), key=lambda one: len(not_with[one] & options))
            crowd.append(nearest)
            options &= not_with[nearest]
        if len(crowd) > len(best):
            best = crowd
    return tuple(sorted(best))


def _of_pins(
    problem: Problem, number: int, there: frozenset[int], sizes: tuple[int, ...]
) -> Iterator[Conflict]:
    pinned = {person: group for round_, person, group in problem.pinned if round_ == number}
    for person in sorted(pinned.keys() - there):
        yield Conflict("pinned_away", (person,), number)
    for group, size in enumerate(sizes):
        here = tuple(sorted(one for one, where in pinned.items() if where == group))
        if len(here) > size:
            yield Conflict("group_full", here, number, size, len(here))
    for one, other in sorted(problem.apart):
        if one in pinned and pinned[one] == pinned.get(other):
            yield Conflict("pinned_apart", (one, other), number)
    for one, other in sorted(problem.together):
        if one in pinned and other in pinned and pinned[one] != pinned[other]:
            yield Conflict("pinned_together", (one, other), number)
    for person, group in sorted(pinned.items()):
        room = problem.rooms[group] if problem.rooms else None
        if room is not None and problem.languages and not problem.languages[person] & room:
            yield Conflict("pinned_deaf", (person,), number)
