"""Why somebody sits where they do, and what a move would cost, as codes and numbers.

The sentences are made where the reader's language is known.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from mmp.core.breakouts.measures import Measures, measure, meetings
from mmp.core.breakouts.problem import Groups, Plan, Problem


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to say of a person in a group.

    Codes: `pinned`; `with` (must sit with these, and does); `not_with` (must not, and does not:
    they sit elsewhere); `only_facilitator`; `language` (`value` is the bit of a language that all
    in the group have, or of their room); `new` (`value` people met for the first time); `again`
    (these have met before); `only_one_of` (the only one with their value of attribute `value`).
    Broken rules: `breaks_with`, `breaks_not_with`, `breaks_facilitator`, `breaks_language`.
    """

    code: str
    people: tuple[int, ...] = ()
    value: int = 0


def reasons(
    problem: Problem,
    plan: Plan,
    round_: int,
    person: int,
    before: Counter[tuple[int, int]] | None = None,
) -> list[Reason]:
    """Why this person is where they are in a round, broken rules first, then rules, then company.
    Empty for who is not in the round. `before`: how often each two met, where that is known."""
    groups = plan[round_]
    number = next((k for k, group in enumerate(groups) if person in group), None)
    if number is None:
        return []
    group = groups[number]
    found = [*_rules(problem, round_, groups, number, person)]
    found.sort(key=lambda reason: not reason.code.startswith("breaks"))
    if before is None:
        before = meetings((*problem.past, *plan[:round_]))
    others = [one for one in group if one != person]
    again = tuple(one for one in others if before[(min(one, person), max(one, person))])
    found.append(Reason("new", value=len(others) - len(again)))
    if again:
        found.append(Reason("again", again))
    for attribute, row in enumerate(problem.attributes):
        if sum(row[one] == row[person] for one in group) == 1 < len(group):
            found.append(Reason("only_one_of", value=attribute))
    return found


def _rules(problem: Problem, round_: int, groups: Groups, number: int, person: int) -> list[Reason]:
    found = []
    group = groups[number]
    elsewhere = {one for other in groups if other is not group for one in other}
    if (round_, person, number) in problem.pinned:
        found.append(Reason("pinned"))
    for code, pairs, wanted in (
        ("with", problem.together, True),
        ("not_with", problem.apart, False),
    ):
        theirs = {one for pair in pairs if person in pair for one in pair} - {person}
        for here, name in ((set(group), wanted), (elsewhere, not wanted)):
            if people := tuple(sorted(theirs & here)):
                found.append(Reason(code if name else f"breaks_{code}", people))
    if problem.facilitators is not None:
        can = problem.facilitators.intersection(group)
        if can == {person}:
            found.append(Reason("only_facilitator"))
        elif not can:
            found.append(Reason("breaks_facilitator"))
    if problem.languages:
        found.append(_language(problem, group, number, person))
    return found


def _language(problem: Problem, group: tuple[int, ...], number: int, person: int) -> Reason:
    room = problem.rooms[number] if problem.rooms else None
    common = problem.languages[person]
    if room is not None:
        common &= room
    else:
        for one in group:
            common &= problem.languages[one]
    if not common:
        return Reason("breaks_language")
    return Reason("language", value=(common & -common).bit_length() - 1)


@dataclass(frozen=True, slots=True)
class Change:
    """What a move would do: the measures' differences, less being better."""

    hard: int
    repeats: int
    mix: int


def cost_of_move(
    problem: Problem, plan: Plan, round_: int, person: int, group: int, swap: int | None = None
) -> Change:
    """What it costs to move a person into a group of a round, changing places with `swap` if given.
    Nothing is changed. Sizes are the coordinator's business and no rule here."""
    moved = move(plan, round_, person, group, swap)
    before, after = (_of_round(problem, one, round_) for one in (plan, moved))
    return Change(after.hard - before.hard, after.repeats - before.repeats, after.mix - before.mix)


def _of_round(problem: Problem, plan: Plan, round_: int) -> Measures:
    """A round's part of the measures, all other rounds counted as past."""
    others = (*problem.past, *plan[:round_], *plan[round_ + 1 :])
    single = replace(
        problem,
        present=(tuple(one for group in plan[round_] for one in group),),
        past=others,
        pinned=tuple((0, one, group) for at, one, group in problem.pinned if at == round_),
        sizes=(),
    )
    return measure(single, (plan[round_],))


def move(plan: Plan, round_: int, person: int, group: int, swap: int | None = None) -> Plan:
    """The plan with a person in another group of a round, changing places with `swap` if given."""
    groups = [set(one) for one in plan[round_]]
    for old in groups:
        if person in old:
            old.discard(person)
            if swap is not None:
                groups[group].discard(swap)
                old.add(swap)
    groups[group].add(person)
    changed = tuple(tuple(sorted(one)) for one in groups)
    return (*plan[:round_], changed, *plan[round_ + 1 :])
