"""The pairs that a run found, with everybody's scores, as they stand in the round's row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmp.core.matching.pairing import next_best
from mmp.models import Matching
from mmp.services.matching.setup import Couple, setup_of


@dataclass(frozen=True, slots=True)
class Draft:
    """The pairs found, with everybody's scores."""

    rows: Sequence[str]
    columns: Sequence[str]
    scores: Sequence[Sequence[float | None]]
    pairs: Sequence[tuple[str, str]]
    answers: int
    pin_costs: Mapping[Couple, float]
    places: Mapping[str, tuple[int, int]]
    forbidden: frozenset[Couple]

    @classmethod
    def of(cls, row: Matching) -> "Draft":
        kept = row.draft
        rows, columns = kept.get("rows", []), kept.get("columns", [])
        places = {uuid: (0, place) for place, uuid in enumerate(rows)}
        places |= {uuid: (1, place) for place, uuid in enumerate(columns)}
        return cls(
            rows,
            columns,
            kept.get("scores", []),
            [(one, other) for one, other in kept.get("pairs", ())],
            kept.get("answers", 0),
            {frozenset((one, other)): cost for one, other, cost in kept.get("pin_costs", ())},
            places,
            setup_of(row).forbidden,
        )

    def has(self, one: str, other: str) -> bool:
        return (one, other) in self.pairs or (other, one) in self.pairs

    def worth(self, one: str, other: str) -> float | None:
        """The score of two people; None if they must not be paired, or are new."""
        if one not in self.places or other not in self.places:
            return None
        if frozenset((one, other)) in self.forbidden:
            return None
        (side, place), (other_side, other_place) = self.places[one], self.places[other]
        if side == other_side:
            return None
        return self.scores[place][other_place] if side == 0 else self.scores[other_place][place]

    def best(self, uuid: str) -> list[str]:
        """The other side, the best for this person first."""
        if uuid not in self.places:
            return []
        side, place = self.places[uuid]
        if side == 0:
            return [self.columns[one] for one in next_best(self.scores, place)]
        column = [[line[place] for line in self.scores]]
        return [self.rows[one] for one in next_best(column, 0)]

    def partner(self, uuid: str) -> str | None:
        """The first one."""
        return next((a if b == uuid else b for a, b in self.pairs if uuid in (a, b)), None)

    def exchange(self, one: str, other: str) -> tuple[str | None, str | None, bool]:
        """Who loses a partner if these two become a pair, and whether those two may be one."""
        mine, theirs = self.partner(one), self.partner(other)
        fits = mine is not None and theirs is not None and self.worth(theirs, mine) is not None
        return mine, theirs, fits

    def taking(self, one: str, other: str) -> list[tuple[str, str]]:
        """The pairs if these two are one."""
        if self.has(one, other):
            return list(self.pairs)
        mine, theirs, fits = self.exchange(one, other)
        gone = [{one, mine}, {other, theirs}]
        pairs = [pair for pair in self.pairs if set(pair) not in gone]
        pairs.append(self._ordered(one, other))
        if fits and mine is not None and theirs is not None:
            pairs.append(self._ordered(theirs, mine))
        return pairs

    def _ordered(self, one: str, other: str) -> tuple[str, str]:
        return (one, other) if self.places.get(one, (0, 0))[0] == 0 else (other, one)
