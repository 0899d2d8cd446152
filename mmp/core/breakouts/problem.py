"""Who is to sit together: break-out groups of one or many meetings, as numbers.

People, groups and rounds are counted from 0. A round is one meeting's break-outs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from mmp.core.breakouts.checking import check

Groups = tuple[tuple[int, ...], ...]
"""The people of each group of one round."""

Plan = tuple[Groups, ...]
"""The groups of each round."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What one violation, one repeat and one step off balance cost.

    `attributes` weighs each attribute's balance (all 1 if empty). `language` is what it costs that
    two sit together who do not like the same language best (Problem.preferred).
    """

    hard: float = 1_000_000.0
    repeat: float = 1_000.0
    mix: float = 1.0
    language: float = 0.0
    attributes: tuple[float, ...] = ()


PRESETS = {
    "meet new people": Weights(),
    "balance first": Weights(repeat=1.0, mix=1_000.0),
    "by language": Weights(repeat=10.0, mix=1.0, language=1_000.0),
}
"""What coordinators choose from; hard rules come first in each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is known before anybody sits down. Raises UserError for what cannot be meant.

    A person is named by their number. Rules that contradict each other are no error here:
    `conflicts` names them.
    """

    people: int
    groups: int
    """How many there are in each round that is to be planned."""
    present: tuple[tuple[int, ...], ...]
    """For each round to be planned, who is there."""
    past: Plan = ()
    """Rounds as they were, by attendance: they count for repeats and are not changed."""
    attributes: tuple[tuple[int, ...], ...] = ()
    """For each attribute (region, gender, stakeholder group) everybody's value: groups are to have
    the values in the shares of all who are present."""
    languages: tuple[int, ...] = ()
    """Everybody's languages as a bit set: all in a group need a common one."""
    preferred: tuple[int, ...] = ()
    """The languages people like best, as bit sets; see Weights.language."""
    rooms: tuple[int | None, ...] = ()
    """For each group the languages spoken or interpreted in its room as a bit set, or None: in such
    a room everybody needs one of them, and no common one."""
    facilitators: frozenset[int] | None = None
    """With them, each group needs one."""
    apart: frozenset[tuple[int, int]] = frozenset()
    """Never in one group: partners as a rule, and who must not meet."""
    together: frozenset[tuple[int, int]] = frozenset()
    """Always in one group; their meetings are no repeats."""
    pinned: tuple[tuple[int, int, int], ...] = ()
    """Round, person, group: stays there."""
    sizes: tuple[tuple[int, ...], ...] = ()
    """For each round the size of each group; without it sizes differ by one at most."""

    def __post_init__(self) -> None:
        check(self)

    @property
    def rounds(self) -> int:
        """How many are to be planned."""
        return len(self.present)

    def sizes_of(self, round_: int) -> tuple[int, ...]:
        """The sizes of a round's groups."""
        if self.sizes:
            return self.sizes[round_]
        return even_sizes(len(self.present[round_]), self.groups)


def even_sizes(people: int, groups: int) -> tuple[int, ...]:
    """Sizes that differ by one at most, bigger ones first."""
    least, more = divmod(people, groups)
    return (least + 1,) * more + (least,) * (groups - more)


def pairs_of(groups: Iterable[Iterable[int]]) -> Iterator[tuple[int, int]]:
    """Every two people who sit together, the lower number first."""
    for group in groups:
        yield from combinations(sorted(group), 2)
