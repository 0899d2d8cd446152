"""Rules of reminders: what goes to whom, how long before or after what.

A programme begins with a preset. Rows of the programme, then of the event, replace its rules by
their key, or add others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from mmp.core.texts import Translated

START, END, INVITED = "start", "end", "invited"
DAYS, HOURS, MINUTES = "days", "hours", "minutes"
LONGEST: Final = timedelta(days=366)
"""How far from its anchor a rule may lie."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `offset` is signed, before its anchor negative, in `unit`.

    Days are calendar days in the event's zone at the same clock time; hours and minutes are time
    that really passes. It is repeated every `every_days` days, `most` times in all. Empty sets of
    roles, answers (PARTSTAT), forms (`in_room`, `online`) and forms of the event mean all of them.
    """

    key: str
    anchor: str
    offset: int
    unit: str
    every_days: int | None = None
    most: int = 1
    roles: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    event_forms: frozenset[str] = frozenset()
    active: bool = True
    talks: bool = False
    """Whether it is also for the talk of a pair."""
    subject: Translated = field(default_factory=dict, hash=False)
    text: Translated = field(default_factory=dict, hash=False)

    @property
    def distance(self) -> timedelta:
        """How far from its anchor, days as 24 hours."""
        return abs(timedelta(**{self.unit: self.offset}))

    @property
    def comes_before(self) -> bool:
        """Whether it is of no use once the event has begun."""
        return self.anchor == INVITED or (self.anchor == START and self.offset <= 0)


ONLINE: Final = frozenset({"online", "hybrid"})
IN_PERSON: Final = frozenset({"in_person", "hybrid"})

_PACK = Rule("pack", START, -14, DAYS, forms=frozenset({"in_room"}), event_forms=IN_PERSON)
_WEEK = Rule("week", START, -7, DAYS)
_DAY = Rule("day", START, -1, DAYS, talks=True)
_HOUR = Rule("hour", START, -1, HOURS, forms=frozenset({"online"}), event_forms=ONLINE, talks=True)
_THANKS = Rule("thanks", END, 1, DAYS, answers=frozenset({"ACCEPTED"}))
_CHASE = Rule("chase", INVITED, 3, DAYS, every_days=7, most=3, answers=frozenset({"NEEDS-ACTION"}))
_CHASE_ONCE = Rule("chase", INVITED, 5, DAYS, answers=frozenset({"NEEDS-ACTION"}))

PRESETS: Final[Mapping[str, tuple[Rule, ...]]] = {
    "standard": (_PACK, _WEEK, _DAY, _HOUR, _THANKS, _CHASE),
    "calm": (_PACK, _DAY, _HOUR, _CHASE_ONCE),
    "none": (),
}
DEFAULTS: Final[Mapping[str, Rule]] = {rule.key: rule for rule in PRESETS["standard"]}
"""What a key means where nothing else is said; its texts come with the templates."""


def overlaid(preset: str, *layers: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules in force: those of the preset, replaced and added to by each layer in turn.

    Those switched off are among them, so that a page can show them. In the order of their times.
    """
    rules = {rule.key: rule for rule in PRESETS[preset]}
    for layer in layers:
        rules |= {rule.key: rule for rule in layer}
    return tuple(sorted(rules.values(), key=_place))


def _place(rule: Rule) -> tuple[int, timedelta, str]:
    order = (INVITED, START, END).index(rule.anchor)
    signed = rule.distance if rule.offset >= 0 else -rule.distance
    return order, signed, rule.key
