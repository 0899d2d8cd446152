"""How good groups can be at best, to be said beside how good they are.

Counting: everybody meets size - 1 people each round, and there are only so many. Pigeonhole: a past
group of s people spreads over g new ones, so some of them meet again when s > g.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from mmp.core.breakouts.measures import Measures
from mmp.core.breakouts.problem import Groups, Problem, even_sizes, pairs_of


@dataclass(frozen=True, slots=True)
class Bound:
    """Groups that keep the rules as far as can be have no fewer repeats and no smaller mix."""

    hard: int
    repeats: int
    mix: int
    reason: str
    """Why `repeats` is not smaller: "none", "counting" or "pigeonhole"."""
    fewer_groups_than_size: bool
    """Whether more and smaller groups would avoid repeats that these cannot."""

    def reached(self, measures: Measures) -> bool:
        """Whether nothing better exists."""
        return measures == Measures(self.hard, self.repeats, self.mix)


def bound_of(problem: Problem) -> Bound:
    """The better of both bounds."""
    counting, pigeonhole = counting_bound(problem), pigeonhole_bound(problem)
    repeats = max(counting, pigeonhole)
    reason = "none"
    if repeats:
        reason = "pigeonhole" if pigeonhole >= counting else "counting"
    most = max((max(problem.sizes_of(number)) for number in range(problem.rounds)), default=0)
    several = problem.rounds + len(problem.past) > 1
    return Bound(
        missing_facilitators(problem), repeats, 0, reason, several and problem.groups < most
    )


def missing_facilitators(problem: Problem) -> int:
    """Groups that must go without a facilitator, over all rounds."""
    if problem.facilitators is None:
        return 0
    return sum(
        max(0, problem.groups - len(problem.facilitators.intersection(present)))
        for present in problem.present
    )


def counting_bound(problem: Problem) -> int:
    """Meetings that must be beyond the first: all there are, less all pairs that are free to meet
    for the first time. Pairs who must sit together are left out, pairs who may not meet count as no
    possibility."""
    together = {(min(pair), max(pair)) for pair in problem.together}
    apart = {(min(pair), max(pair)) for pair in problem.apart}
    slots: Counter[int] = Counter()
    for number, present in enumerate(problem.present):
        least = min(problem.sizes_of(number))
        for one in present:
            slots[one] += least - 1
        slots[-1] += sum(size * (size - 1) // 2 for size in problem.sizes_of(number))
    people = sorted(one for one in slots if one >= 0)
    met = {pair for groups in problem.past for pair in pairs_of(groups)}
    exempt = sum(
        sum(one in there and other in there for there in map(set, problem.present))
        for one, other in together
    )
    free = sum(
        pair not in met and pair not in together and pair not in apart
        for pair in _may_meet(problem, people)
    )
    return max(0, slots[-1] - exempt - free)


def _may_meet(problem: Problem, people: list[int]) -> list[tuple[int, int]]:
    """Pairs who are ever present at once."""
    rows = [frozenset(present) for present in problem.present]
    if all(len(row) == len(people) for row in rows):
        return list(combinations(people, 2))
    when = {one: {n for n, row in enumerate(rows) if one in row} for one in people}
    return [pair for pair in combinations(people, 2) if when[pair[0]] & when[pair[1]]]


def pigeonhole_bound(problem: Problem) -> int:
    """Where one round is to be planned after past ones, or two at once: each group of an earlier
    round spreads over the new groups as evenly as can be, which still leaves some together. Over
    several rounds each round counts with its best predecessor; rules of who must sit together make
    the bound too weak to use."""
    if problem.together:
        return 0
    total = 0
    for number, present in enumerate(problem.present):
        there = frozenset(present)
        forced = [_forced(groups, there, problem.groups) for groups in problem.past]
        if number:
            sizes = problem.sizes_of(number - 1)
            least = len(there.intersection(problem.present[number - 1]))
            if least == len(there) == sum(sizes):
                forced.append(sum(_left_together(size, problem.groups) for size in sizes))
        total += max(forced, default=0)
    return total


def _forced(groups: Groups, there: frozenset[int], into: int) -> int:
    return sum(_left_together(len(there.intersection(group)), into) for group in groups)


def _left_together(people: int, groups: int) -> int:
    return sum(size * (size - 1) // 2 for size in even_sizes(people, groups))
