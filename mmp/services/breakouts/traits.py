"""What groups are balanced by and which languages people have, as numbers for the solver."""

from collections.abc import Sequence

from mmp.core.texts import language_of
from mmp.models import Participation, Person
from mmp.models.enums import Gender
from mmp.services.breakouts.settings import ATTRIBUTES


def attributes_of(listed: Sequence[Participation]) -> tuple[tuple[int, ...], ...]:
    """Region, gender and stakeholder group as numbers; "not stated" is a value of its own."""
    found = []
    for name in ATTRIBUTES:
        values = [_value(row, name) for row in listed]
        order = {value: at for at, value in enumerate(sorted(set(values)))}
        found.append(tuple(order[value] for value in values))
    return tuple(found)


def _value(row: Participation, name: str) -> str:
    if name == "group":
        return str(row.group or row.person.group or "")
    if name == "gender":
        return str(row.person.gender or Gender.NOT_STATED)
    return str(row.person.region)


def spoken_by(person: Person) -> list[str]:
    """Somebody's languages; who has given none reads the pages in one."""
    return [language_of(one) for one in person.languages] or [language_of(person.locale)]


def languages_of(people: Sequence[Person], rooms: Sequence[Sequence[str]]) -> list[str]:
    """All languages that count: a bit each, in this order."""
    used = {code for one in people for code in (*spoken_by(one), language_of(one.locale))}
    return sorted(used | {code for room in rooms for code in room})


def bits_of(codes: Sequence[str], known: Sequence[str]) -> int:
    """Languages as bits."""
    return sum(1 << known.index(code) for code in set(codes))
