"""The balance of a list as bars, drawn on the server: every bar with its words and its number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from mmp.core.balance import NOT_STATED, OTHERS, Trait, parts
from mmp.models import Person
from mmp.models.enums import Gender, Region, StakeholderGroup
from mmp.services.balance import traits_of
from mmp.web.labels import N_, country, label

TITLES = {
    Trait.REGION: N_("Region"),
    Trait.GENDER: N_("Gender"),
    Trait.GROUP: N_("Sector"),
    Trait.COUNTRY: N_("Country"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One value: its words, how many, and its share in percent. `was` is the share of another list
    beside it, None where there is none."""

    words: str
    count: int
    percent: int
    stated: bool
    was: int | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """By each trait its bars."""

    total: int
    groups: Sequence[tuple[str, Sequence[Bar]]]
    compared: bool = False


def balance(people: Iterable[Person], before: Iterable[Person] | None = None) -> Balance | None:
    """The balance of these people; with `before` each bar also says the share it had there. None
    where nobody is there."""
    traits = traits_of(people)
    if not traits:
        return None
    old = traits_of(before) if before is not None else None
    groups = []
    for trait in Trait:
        was = {part.value: part.percent for part in parts(old, trait)} if old else {}
        bars = [
            Bar(
                _words(trait, part.value),
                part.count,
                part.percent,
                part.value != NOT_STATED,
                was.get(part.value, 0) if old else None,
            )
            for part in parts(traits, trait)
        ]
        groups.append((str(_(TITLES[trait])), bars))
    return Balance(len(traits), groups, compared=bool(old))


def _words(trait: Trait, value: str) -> str:
    if value == NOT_STATED:
        return str(_("not stated"))
    if value == OTHERS:
        return str(_("others"))
    match trait:
        case Trait.REGION:
            return label(Region(value))
        case Trait.GENDER:
            return label(Gender(value))
        case Trait.GROUP:
            return label(StakeholderGroup(value))
        case Trait.COUNTRY:
            return country(value)
