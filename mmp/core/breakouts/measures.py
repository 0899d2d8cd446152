"""How good groups are, counted one by one: what any solver's answer is judged by."""

from collections import Counter
from dataclasses import dataclass

from mmp.core.breakouts.problem import Groups, Plan, Problem, pairs_of


@dataclass(frozen=True, slots=True, order=True)
class Measures:
    """In the order in which they count."""

    hard: int
    """Broken rules: two people together or apart against a rule, a group without a facilitator or a
    common language, a person who cannot follow their room's language, a person off their pin."""
    repeats: int
    """Meetings beyond the first, over all pairs of people but those who must sit together."""
    mix: int
    """Over rounds, groups, attributes and values: how far the count is from what the group's size
    times the value's share among those present gives, rounded down and up."""


def measure(problem: Problem, plan: Plan) -> Measures:
    """All three measures of the groups of all rounds."""
    return Measures(
        hard=sum(hard_of(problem, number, groups) for number, groups in enumerate(plan)),
        repeats=repeats(problem, plan),
        mix=sum(mix_of(problem, groups) for groups in plan),
    )


def hard_of(problem: Problem, number: int, groups: Groups) -> int:
    """Rules broken in one round."""
    place = {one: group for group, people in enumerate(groups) for one in people}
    broken = 0
    for one, other in problem.apart:
        broken += one in place and place[one] == place.get(other)
    for one, other in problem.together:
        broken += one in place and other in place and place[one] != place[other]
    for round_, person, group in problem.pinned:
        broken += round_ == number and place.get(person, group) != group
    if problem.facilitators is not None:
        broken += sum(not problem.facilitators.intersection(group) for group in groups)
    if problem.languages:
        broken += sum(
            cannot_follow(problem, group, number_) for number_, group in enumerate(groups)
        )
    return broken


def cannot_follow(problem: Problem, group: tuple[int, ...], number: int) -> int:
    """Where the room has languages, how many people have none of them; else whether the group has
    no common one."""
    room = problem.rooms[number] if problem.rooms else None
    if room is not None:
        return sum(not problem.languages[one] & room for one in group)
    common = -1
    for one in group:
        common &= problem.languages[one]
    return int(not common)


def meetings(plan: Plan) -> Counter[tuple[int, int]]:
    """How often each two people sit together."""
    return Counter(pair for groups in plan for pair in pairs_of(groups))


def repeats(problem: Problem, plan: Plan) -> int:
    """Meetings beyond the first, in the past or the plan, which the plan brings about."""
    exempt = {(min(pair), max(pair)) for pair in problem.together}
    before = meetings(problem.past)
    return sum(
        count - (not before[pair]) for pair, count in meetings(plan).items() if pair not in exempt
    )


def mix_of(problem: Problem, groups: Groups) -> int:
    """How far one round is from balance."""
    present = [one for group in groups for one in group]
    total = 0
    for row in problem.attributes:
        shares = Counter(row[one] for one in present)
        for group in groups:
            counts = Counter(row[one] for one in group)
            for value, share in shares.items():
                product = len(group) * share
                least, most = product // len(present), -(-product // len(present))
                total += max(least - counts[value], counts[value] - most, 0)
    return total
