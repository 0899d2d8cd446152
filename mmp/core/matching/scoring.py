"""What a pair is worth, part by part, so that each score can be said in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields

from mmp.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of one person of a side."""

    id: int
    languages: frozenset[str] = frozenset()
    """Empty where nobody knows: that excludes nothing."""
    interests: frozenset[str] = frozenset()
    sector: str = ""
    hours: frozenset[int] = frozenset()
    """Hours of the week in UTC, 0 = Monday 00:00 to 167, in which they can talk."""
    seniority: int | None = None
    """Years, or any scale that both sides share."""
    wished: tuple[int, ...] = ()
    """Ids of the other side, the dearest first."""
    unwanted: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Weights:
    """Points for each part in full. Raises UserError for a weight that is no number from 0."""

    wishes: float = 300.0
    """For a first wish of one side; later ones get less, both sides' add up."""
    interests: float = 40.0
    """For each shared interest, up to five."""
    languages: float = 60.0
    """For each common language beyond the first, up to two."""
    sector: float = 80.0
    hours: float = 10.0
    """For each common hour of the week, up to ten."""
    seniority: float = 60.0
    """For equals; none from ten steps apart."""

    def __post_init__(self) -> None:
        for part in fields(self):
            value = getattr(self, part.name)
            if not 0 <= value <= 1e6:
                raise UserError(
                    "The weight of %(name)s must be a number from 0 to a million.",
                    field=part.name,
                    name=part.name,
                )


PRESETS = {
    "balanced": Weights(),
    "wishes first": Weights(wishes=1_000.0),
    "shared work": Weights(wishes=150.0, interests=80.0, sector=200.0),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One reason for a pair. Codes: `wished_by_first`, `wished_by_second` (`count`: 1 is the
    dearest), `interests`, `languages`, `hours` (`count` in common, `names` where they have some),
    `sector`, `seniority` (`count` steps apart)."""

    code: str
    points: float
    count: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """What a pair is worth and why, or why it must not be."""

    parts: tuple[Part, ...] = ()
    excluded: str = field(default="")
    """Empty, or `unwanted`, `no_language`, `last_year`."""

    @property
    def points(self) -> float | None:
        """The sum, None if excluded."""
        return None if self.excluded else sum(part.points for part in self.parts)


def score(
    first: Candidate,
    second: Candidate,
    weights: Weights,
    *,
    last_year: Collection[tuple[int, int]] = (),
) -> Score:
    """What these two are worth to each other. `last_year` holds pairs (first's id, second's)."""
    if (first.id, second.id) in last_year:
        return Score(excluded="last_year")
    if second.id in first.unwanted or first.id in second.unwanted:
        return Score(excluded="unwanted")
    common = first.languages & second.languages
    if first.languages and second.languages and not common:
        return Score(excluded="no_language")
    shared = sorted(first.interests & second.interests)
    parts = [
        *_wish("wished_by_first", first, second, weights),
        *_wish("wished_by_second", second, first, weights),
        _several("interests", weights.interests, len(shared), 5, shared),
        _several("languages", weights.languages, len(common) - 1, 2, sorted(common)),
        _several("hours", weights.hours, len(first.hours & second.hours), 10, ()),
        *_alike(first, second, weights),
    ]
    return Score(tuple(part for part in parts if part.points > 0))


def _wish(code: str, one: Candidate, other: Candidate, weights: Weights) -> list[Part]:
    if other.id not in one.wished:
        return []
    rank = one.wished.index(other.id)
    return [Part(code, weights.wishes / (1 + rank / 2), rank + 1)]


def _several(code: str, weight: float, count: int, most: int, names: Sequence[str]) -> Part:
    return Part(code, weight * min(count, most), count, tuple(names))


def _alike(first: Candidate, second: Candidate, weights: Weights) -> Iterator[Part]:
    if first.sector and first.sector == second.sector:
        yield Part("sector", weights.sector, names=(first.sector,))
    if first.seniority is not None and second.seniority is not None:
        steps = abs(first.seniority - second.seniority)
        yield Part("seniority", weights.seniority * max(0, 10 - steps) / 10, steps)


def table(
    rows: Sequence[Candidate],
    columns: Sequence[Candidate],
    weights: Weights,
    *,
    last_year: Collection[tuple[int, int]] = (),
) -> list[list[float | None]]:
    """Everybody's scores, as `pairing.pair_up` wants them."""
    known = frozenset(last_year)
    return [
        [score(row, column, weights, last_year=known).points for column in columns] for row in rows
    ]
