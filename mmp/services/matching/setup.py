"""A round's settings as they stand in its row: who is on which side, weights, pins, exclusions.

People are named by their uuids, as text, in all that a round keeps.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from mmp.core.errors import UserError
from mmp.core.matching.scoring import PRESETS, Weights
from mmp.models import Matching

FIRST, SECOND = 1, 2
"""The two sides."""
PRESET: Final = "balanced"
OWN: Final = "own"
"""Weights of one's own instead of a preset's."""
Couple = frozenset[str]


class WrongWeights(UserError):
    """Some weights are no numbers from 0 to a million; `faults` are their names."""

    code = "weights"

    def __init__(self, faults: Collection[str]) -> None:
        super().__init__("Mend the weights that are marked.", field="weights")
        self.faults = frozenset(faults)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a run goes by."""

    sides: Mapping[str, int] = field(default_factory=dict)
    preset: str = PRESET
    weights: Weights = field(default_factory=Weights)
    fairest: bool = False
    again: bool = False
    """Whether partners of earlier times may meet again."""
    pins: frozenset[Couple] = frozenset()
    excluded: frozenset[Couple] = frozenset()
    before: frozenset[Couple] = frozenset()

    def side(self, number: int) -> list[str]:
        """The people of one side, in their order."""
        return [uuid for uuid, side in self.sides.items() if side == number]

    @property
    def rows(self) -> int:
        """The side that the solver goes through: the larger one."""
        return FIRST if len(self.side(FIRST)) >= len(self.side(SECOND)) else SECOND

    @property
    def forbidden(self) -> frozenset[Couple]:
        """Who must not be paired: excluded by hand, or partners before."""
        return self.excluded if self.again else self.excluded | self.before


def setup_of(row: Matching) -> Setup:
    """The settings of a round."""
    kept = row.settings
    return Setup(
        sides=dict(kept.get("sides", {})),
        preset=kept.get("preset", PRESET),
        weights=Weights(**kept["weights"]) if kept.get("weights") else PRESETS[PRESET],
        fairest=bool(kept.get("fairest")),
        again=bool(kept.get("again")),
        **{name: _couples(kept.get(name, ())) for name in ("pins", "excluded", "before")},
    )


def couples_as_json(couples: Iterable[Couple]) -> list[list[str]]:
    """In an order that does not depend on anything else."""
    return sorted(sorted(couple) for couple in couples)


def weights_from(typed: Mapping[str, str]) -> Weights:
    """Weights as people type them, in any digits. Raises WrongWeights for all that are none."""
    found, faults = {}, []
    for part in fields(Weights):
        text = typed.get(part.name, "").strip().replace("٫", ".").replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 <= value <= 1e6:
            faults.append(part.name)
        found[part.name] = value
    if faults:
        raise WrongWeights(faults)
    return Weights(**found)


def weights_as_json(weights: Weights) -> dict[str, Any]:
    return asdict(weights)


def _couples(kept: Iterable[Iterable[str]]) -> frozenset[Couple]:
    return frozenset(frozenset(couple) for couple in kept)
