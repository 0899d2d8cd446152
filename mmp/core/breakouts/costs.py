"""What a move would cost, looked at in the groups that it changes alone: hundreds in a moment.

The same sums as `measures`, for one round whose shares are those of all who are present.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mmp.core.breakouts.measures import cannot_follow, meetings
from mmp.core.breakouts.problem import Groups, Problem
from mmp.core.breakouts.reasons import Change

Two = tuple[int, int]


class Costs:
    """For one round (0) as it is: what each move and each change of places would do to it."""

    def __init__(
        self, problem: Problem, groups: Groups, before: Counter[Two] | None = None
    ) -> None:
        """`before`: how often each two met, where that is known already."""
        self.problem, self.groups = problem, groups
        self.place = {one: at for at, group in enumerate(groups) for one in group}
        met = meetings(problem.past) if before is None else before
        exempt = {_two(*pair) for pair in problem.together}
        self._met = met.keys() - exempt
        self._apart = {_two(*pair) for pair in problem.apart}
        self._with: dict[int, set[int]] = {}
        for one, other in problem.together:
            self._with.setdefault(one, set()).add(other)
            self._with.setdefault(other, set()).add(one)
        self._pins = {one: at for round_, one, at in problem.pinned if round_ == 0}
        present = problem.present[0]
        self._all = len(present)
        self._shares = [Counter(row[one] for one in present) for row in problem.attributes]
        self._now = [self._worth(at, group) for at, group in enumerate(groups)]

    def of_move(self, person: int, to: int) -> Change:
        """Of moving somebody, or of seating who sits nowhere yet."""
        return self._change({person: to})

    def of_swap(self, person: int, other: int) -> Change:
        """Of two people changing places."""
        return self._change({person: self.place[other], other: self.place[person]})

    def _change(self, moves: dict[int, int]) -> Change:
        touched = {*moves.values(), *(self.place[one] for one in moves if one in self.place)}
        hard, repeats, mix = (-sum(self._now[at][part] for at in touched) for part in range(3))
        for at in touched:
            stays = [one for one in self.groups[at] if one not in moves]
            members = (*stays, *(one for one, to in moves.items() if to == at))
            worth = self._worth(at, members)
            hard, repeats, mix = hard + worth[0], repeats + worth[1], mix + worth[2]
        hard += self._rules({**self.place, **moves}, moves) - self._rules(self.place, moves)
        return Change(hard, repeats, mix)

    def _worth(self, at: int, group: tuple[int, ...]) -> tuple[int, int, int]:
        """Rules broken inside a group, repeats and imbalance of it."""
        pairs = {_two(one, other) for n, one in enumerate(group) for other in group[n + 1 :]}
        problem = self.problem
        hard = len(pairs & self._apart)
        if problem.facilitators is not None:
            hard += not problem.facilitators.intersection(group)
        if problem.languages and group:
            hard += cannot_follow(problem, group, at)
        return hard, len(pairs & self._met), self._imbalance(group)

    def _imbalance(self, group: tuple[int, ...]) -> int:
        total = 0
        for row, shares in zip(self.problem.attributes, self._shares, strict=True):
            counts = Counter(row[one] for one in group)
            for value, share in shares.items():
                product = len(group) * share
                least, most = product // self._all, -(-product // self._all)
                total += max(least - counts[value], counts[value] - most, 0)
        return total

    def _rules(self, place: dict[int, int], moved: Iterable[int]) -> int:
        """Rules broken that reach beyond a group: who must sit together, who is pinned."""
        apart = {
            _two(one, other)
            for one in moved
            for other in self._with.get(one, ())
            if one in place and other in place and place[one] != place[other]
        }
        pins = sum(
            one in place and one in self._pins and place[one] != self._pins[one] for one in moved
        )
        return len(apart) + pins


def _two(one: int, other: int) -> Two:
    return (one, other) if one < other else (other, one)
