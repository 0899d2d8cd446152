"""Finding likely doubles among many people without comparing each with each."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mmp.core.doubles.names import is_arabic, skeleton, words
from mmp.core.doubles.strings import jaro_winkler, slips

LARGEST_BLOCK = 40
"""Of names that share so much with more people than this, only those are compared that share
more."""
ALIKE, RESEMBLES = 0.9, 0.8
LONG = 6
"""Letters beyond which a slip of the pen may change what a word sounds like."""


class Why(StrEnum):
    """Why two records may be of one person."""

    ADDRESS = "address"
    SAME_NAME = "same_name"
    SPELLING = "spelling"
    OTHER_SCRIPT = "other_script"


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells who somebody is. `key` is the caller's."""

    key: Hashable
    name: str
    name_native: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """That somebody may be the one of `key`."""

    key: Hashable
    why: Why
    score: float


def alike(one: Identity, other: Identity) -> Likeness | None:
    """Whether two records may be of one person, and the best reason there is.

    Of one script one word must be the same and every other but for a slip or two; between scripts
    the consonants must be. Names of one word alone say too little, unless they are the same.
    """
    if one.email and one.email == other.email:
        return Likeness(other.key, Why.ADDRESS, 1.0)
    found = [
        likeness
        for mine in _names(one)
        for theirs in _names(other)
        if (likeness := _names_alike(mine, theirs, other.key)) is not None
    ]
    return max(found, key=lambda likeness: likeness.score, default=None)


class Finder:
    """People among whom doubles are looked for."""

    def __init__(self, people: Iterable[Identity] = ()) -> None:
        self._blocks: dict[Hashable, list[Identity]] = defaultdict(list)
        for person in people:
            self.add(person)

    def add(self, person: Identity) -> None:
        for block in set(_kept_under(person)):
            self._blocks[block].append(person)

    def like(self, person: Identity, most: int = 3) -> list[Likeness]:
        """Those who may be the same person, the likeliest first."""
        seen: set[Hashable] = set()
        found = []
        for block in set(_looked_for(person)):
            there = self._blocks.get(block, ())
            for other in there if len(there) <= LARGEST_BLOCK else ():
                if other.key == person.key or other.key in seen:
                    continue
                seen.add(other.key)
                if likeness := alike(person, other):
                    found.append(likeness)
        return sorted(found, key=lambda likeness: -likeness.score)[:most]


def _names(person: Identity) -> Iterator[str]:
    yield person.name
    if person.name_native:
        yield person.name_native


@lru_cache(maxsize=65_536)
def _sounds(name: str) -> tuple[str, ...]:
    return tuple(skeleton(word) for word in words(name))


def _kept_under(person: Identity) -> Iterator[Hashable]:
    """What somebody is found by: the address, all sounds of a name, all but those of one word."""
    yield from _shared(person)
    for name in _names(person):
        sounds = _sounds(name)
        yield from (("less", less) for less in _without_one(sounds))
        if is_arabic(name):
            yield from (("arabic", *near) for near in _nearly(sounds))
        else:
            yield from (("latin", *near) for near in _nearly(sounds))


def _looked_for(person: Identity) -> Iterator[Hashable]:
    """What somebody is looked for by: as they are kept, and as who has one name more or less, or
    writes it in the other script."""
    yield from _shared(person)
    for name in _names(person):
        sounds = _sounds(name)
        yield ("less", tuple(sorted(sounds)))
        yield from (("whole", less) for less in _without_one(sounds))
        other = "latin" if is_arabic(name) else "arabic"
        yield from ((other, *near) for near in _nearly(sounds))


def _shared(person: Identity) -> Iterator[Hashable]:
    if person.email:
        yield ("address", person.email)
    for name in _names(person):
        sounds = _sounds(name)
        yield ("whole", tuple(sorted(sounds)))
        for place, word in enumerate(words(name)):
            if len(word) > LONG:  # a slip may change its sounds, but not at both ends
                others = tuple(sorted((*sounds[:place], *sounds[place + 1 :])))
                yield ("begins", others, word[:3])
                yield ("ends", others, word[-3:])


def _without_one(sounds: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if len(sounds) > 2:
        for place in range(len(sounds)):
            yield tuple(sorted((*sounds[:place], *sounds[place + 1 :])))


def _nearly(sounds: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """One word's sounds, and how another's begin."""
    for place, sound in enumerate(sounds):
        for other in (*sounds[:place], *sounds[place + 1 :]):
            if len(sound) > 1 or len(other) > 1:
                yield (sound, other[:2])


def _names_alike(one: str, other: str, key: Hashable) -> Likeness | None:
    mine, theirs = words(one), words(other)
    if not mine or not theirs:
        return None
    if sorted(mine) == sorted(theirs):
        return Likeness(key, Why.SAME_NAME, 0.99)
    if min(len(mine), len(theirs)) < 2:
        return None
    if is_arabic(one) != is_arabic(other):
        score = _best(_sounds(one), _sounds(other), _sounds_alike)
        return Likeness(key, Why.OTHER_SCRIPT, score * 0.97) if score >= ALIKE else None
    if set(mine).isdisjoint(theirs):
        return None
    score = _best(mine, theirs, _spelling_alike)
    return Likeness(key, Why.SPELLING, score * 0.98) if score >= RESEMBLES else None


def _best(
    mine: Sequence[str], theirs: Sequence[str], compare: Callable[[str, str], float]
) -> float:
    """The mean of the words of the shorter name, each with its best fellow; 0 if one has none."""
    few, many = (mine, theirs) if len(mine) <= len(theirs) else (theirs, mine)
    left, alone = list(many), []
    for word in few:
        if word in left:
            left.remove(word)
        else:
            alone.append(word)
    total = float(len(few) - len(alone))
    for word in alone:
        score, fellow = max((compare(word, other), other) for other in left)
        if not score:
            return 0.0
        left.remove(fellow)
        total += score
    # Who leaves out a middle name is likely the same, who leaves out two is less so.
    return total / len(few) - 0.04 * max(0, len(left) - 1)


def _spelling_alike(one: str, other: str) -> float:
    """Of two words of one script: a slip that leaves the consonants, any in a longer word, or two
    ways of writing the same sounds."""
    if one.isdigit() or other.isdigit():
        return 0.0
    short = min(len(one), len(other))
    same_sounds = skeleton(one) == skeleton(other)
    allowed = 2 if short > 9 else 1 if short > 3 else 0
    # A slip changes two letters at most: most words differ in more, which is seen at once.
    near = (same_sounds or short > LONG) and len(set(one) ^ set(other)) <= 2 * allowed
    if near and slips(one, other, allowed) <= allowed:
        return jaro_winkler(one, other)
    return 0.85 if same_sounds and short > 3 and one[0] == other[0] else 0.0


def _sounds_alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    near = len(one) > 2 and len(other) > 2 and jaro_winkler(one, other) >= ALIKE
    return 0.9 if near else 0.0
