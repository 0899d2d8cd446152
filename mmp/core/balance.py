"""Who is on a list, counted: the shares of regions, genders, sectors and countries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

NOT_STATED: Final = ""
"""The value of who said nothing."""
MOST: Final = 8
"""Values of one kind that are named; the others are one part."""
OTHERS: Final = "\0others"


class Trait(StrEnum):
    """By what people are counted."""

    REGION = "region"
    GENDER = "gender"
    GROUP = "group"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Traits:
    """What counts of one person; empty where they said nothing."""

    region: str = NOT_STATED
    gender: str = NOT_STATED
    group: str = NOT_STATED
    country: str = NOT_STATED


@dataclass(frozen=True, slots=True)
class Part:
    """So many of one value. `percent` are whole ones; those of one kind add up to 100."""

    value: str
    count: int
    percent: int


def parts(people: Iterable[Traits], trait: Trait) -> Sequence[Part]:
    """The values of one kind, the most frequent first, those of the same number by name; at last
    the others together, and who said nothing. Nobody gives nothing."""
    found = Counter(getattr(person, trait.value) for person in people)
    total = sum(found.values())
    silent = found.pop(NOT_STATED, 0)
    ordered = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    if len(ordered) > MOST:
        rest = sum(count for _value, count in ordered[MOST - 1 :])
        ordered = [*ordered[: MOST - 1], (OTHERS, rest)]
    if silent:
        ordered.append((NOT_STATED, silent))
    shares = _percents([count for _value, count in ordered], total)
    return [
        Part(value, count, share) for (value, count), share in zip(ordered, shares, strict=True)
    ]


def _percents(counts: Sequence[int], total: int) -> list[int]:
    """Whole percents that add up to 100: what is cut off goes to who lost most by it (the method of
    largest remainders, Hamilton's)."""
    if not total:
        return []
    floors = [count * 100 // total for count in counts]
    remainders = [count * 100 % total for count in counts]
    order = sorted(range(len(counts)), key=lambda place: (-remainders[place], place))
    for place in order[: 100 - sum(floors)]:
        floors[place] += 1
    return floors
