"""What a coordinator wishes of break-out groups: how many, what counts most, which rules."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from mmp.core.breakouts.problem import PRESETS, Weights
from mmp.core.errors import StaleEdit, UserError
from mmp.core.texts import Translated
from mmp.models import Person
from mmp.models.breakouts import Breakout, BreakoutGroup
from mmp.services.breakouts.places import Place
from mmp.services.breakouts.trail import note
from mmp.services.permissions import Actor

MOST_GROUPS = 100
MOST_SECONDS = 120
MOST_WEIGHT = 1_000_000.0
ATTRIBUTES = ("region", "gender", "group")
"""What groups are balanced by, in the order of the solver's attributes."""
WEIGHTS = ("repeat", "mix", "language", *ATTRIBUTES)


class Preset(StrEnum):
    """What counts most, after the rules."""

    MEET = "meet"
    BALANCE = "balance"
    LANGUAGE = "language"


_WEIGHTS = {
    Preset.MEET: PRESETS["meet new people"],
    Preset.BALANCE: PRESETS["balance first"],
    Preset.LANGUAGE: PRESETS["by language"],
}


class Partners(StrEnum):
    """Where the members of a pair sit."""

    APART = "apart"
    TOGETHER = "together"
    ANY = "any"


Two = tuple[str, str]
"""The public numbers of two people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The wishes. `weights` holds what differs from the preset's."""

    groups: int = 4
    sizes: tuple[int, ...] = ()
    """Seats of each group; without them sizes differ by one at most."""
    preset: Preset = Preset.MEET
    weights: Mapping[str, float] = field(default_factory=dict)
    partners: Partners = Partners.APART
    together: tuple[Two, ...] = ()
    apart: tuple[Two, ...] = ()
    facilitators: tuple[str, ...] = ()
    """With them, each group needs one of them, or who leads it."""
    common_language: bool = True
    """Whether everybody in a group must share a language."""
    seconds: int = 10

    def of(self, name: str) -> float:
        """A weight as it counts."""
        if name in self.weights:
            return float(self.weights[name])
        return 1.0 if name in ATTRIBUTES else float(getattr(_WEIGHTS[self.preset], name))

    @property
    def named(self) -> frozenset[str]:
        """The public numbers of all whom a rule names."""
        rules = (one for pair in (*self.together, *self.apart) for one in pair)
        return frozenset((*rules, *self.facilitators))

    def for_solver(self) -> Weights:
        """The weights as the solver takes them."""
        return Weights(
            repeat=self.of("repeat"),
            mix=self.of("mix"),
            language=self.of("language"),
            attributes=tuple(self.of(name) for name in ATTRIBUTES),
        )


def settings_of(breakout: Breakout | None, people: int = 0) -> Settings:
    """What is kept; else a start for so many people."""
    kept = breakout.settings if breakout else {}
    if not kept:
        return Settings(groups=groups_for(people))
    return Settings(
        groups=kept["groups"],
        sizes=tuple(kept.get("sizes", ())),
        preset=Preset(kept.get("preset", Preset.MEET)),
        weights=kept.get("weights", {}),
        partners=Partners(kept.get("partners", Partners.APART)),
        together=tuple((one, other) for one, other in kept.get("together", ())),
        apart=tuple((one, other) for one, other in kept.get("apart", ())),
        facilitators=tuple(kept.get("facilitators", ())),
        common_language=kept.get("common_language", True),
        seconds=kept.get("seconds", 10),
    )


def groups_for(people: int) -> int:
    """A good number of groups: about six people in each, and never fewer groups than a group has
    people, for then some who have met must meet again."""
    return max(2, round(people / 6), math.ceil(math.sqrt(people)) if people < 36 else 0)


def question_there(place: Place) -> Translated:
    """What the agenda asks there already, which is where the question for all groups begins."""
    asked: dict[str, list[str]] = {}
    for row in place.item.guiding_questions:
        for language, text in row.text.items():
            asked.setdefault(language, []).append(text)
    return {language: "\n".join(texts) for language, texts in asked.items()}


def check_settings(settings: Settings) -> None:
    """Raises UserError (fields `groups`, `sizes`, `seconds`, a weight's name, `rules`)."""
    if not 1 <= settings.groups <= MOST_GROUPS:
        raise UserError("Choose between 1 and %(most)s groups.", field="groups", most=MOST_GROUPS)
    if settings.sizes and len(settings.sizes) != settings.groups:
        raise UserError(
            "These are sizes of %(sizes)s groups, and you ask for %(groups)s.",
            field="sizes",
            sizes=len(settings.sizes),
            groups=settings.groups,
        )
    if any(size < 2 for size in settings.sizes) and settings.groups > 1:
        raise UserError("A group has two people at least.", field="sizes")
    if not 1 <= settings.seconds <= MOST_SECONDS:
        raise UserError(
            "Choose between 1 and %(most)s seconds.", field="seconds", most=MOST_SECONDS
        )
    for name, weight in settings.weights.items():
        if not math.isfinite(weight) or not 0 <= weight <= MOST_WEIGHT:
            raise UserError("A weight is a number from 0 to 1,000,000.", field=name)
    for one, other in (*settings.together, *settings.apart):
        if one == other:
            raise UserError("Choose two different people.", field="rules")


def save_settings(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    place: Place,
    version: int,
    settings: Settings,
    question: Translated,
) -> Breakout:
    """Keep the wishes and the question for all; groups are made or let go as their number asks,
    but none that somebody sits in or that brought something back: those wait for the next
    application. Ends a search that is on. Raises UserError, StaleEdit. `version` 0: there was none.
    """
    check_settings(settings)
    breakout = place.breakout
    if (breakout.version if breakout else 0) != version:
        raise StaleEdit("Someone else changed this while you did.")
    if breakout is None:
        breakout = Breakout(agenda_item=place.item, created_at=now, changed_at=now)
        session.add(breakout)
        place.breakout = breakout
    before = {**breakout.settings, "question": breakout.question}
    kept = _kept(settings)
    if before == {**kept, "question": question}:
        return breakout
    breakout.settings, breakout.question, breakout.changed_at = kept, question, now
    if breakout.run.get("state") in ("asked", "running"):
        breakout.run = {**breakout.run, "state": "ended", "why": "settings"}
    _have_groups(session, breakout, settings.groups)
    session.flush()
    after = {**kept, "question": question}
    changes = {
        name: [before.get(name), after[name]] for name in after if before.get(name) != after[name]
    }
    note(session, actor=actor, now=now, place=place, action="changed", changes=changes)
    return breakout


def _kept(settings: Settings) -> dict[str, Any]:
    values = asdict(settings)
    values["weights"] = {
        name: float(weight)
        for name, weight in settings.weights.items()
        if weight != Settings(preset=settings.preset).of(name)
    }
    for name in ("sizes", "together", "apart", "facilitators"):
        values[name] = [list(row) if isinstance(row, tuple) else row for row in values[name]]
    return values


def _have_groups(session: Session, breakout: Breakout, count: int) -> None:
    """A row for each group; of those too many the ones that nobody needs go."""
    for group in list(breakout.groups):
        if group.position >= count and not (group.seats or group.points or group.recommendation):
            breakout.groups.remove(group)
    there = {group.position for group in breakout.groups}
    for position in range(count):
        if position not in there:
            session.add(BreakoutGroup(breakout=breakout, position=position))


@dataclass(frozen=True, slots=True)
class GroupValues:
    """What is said of one group; None leaves facilitator or rapporteur as they are."""

    name: Translated
    question: Translated
    room: Translated
    join_link: str | None
    languages: Sequence[str]
    facilitator: Person | None
    rapporteur: Person | None


def save_group(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    place: Place,
    group: BreakoutGroup,
    version: int,
    values: GroupValues,
) -> None:
    """Who leads a group and reports for it, where it meets, what it talks about. Counts at once.

    Raises UserError, StaleEdit.
    """
    if group.version != version:
        raise StaleEdit("Someone else changed this while you did.")
    _leads_elsewhere(group, values)
    changes: dict[str, Any] = {}
    for name in ("name", "question", "room", "join_link", "languages", "facilitator", "rapporteur"):
        old, new = getattr(group, name), getattr(values, name)
        if old != new:
            changes[name] = [_plain(old), _plain(new)]
            setattr(group, name, list(new) if name == "languages" else new)
    if not changes:
        return
    group.breakout.changed_at = now
    session.flush()
    changes["position"] = [None, group.position + 1]
    note(session, actor=actor, now=now, place=place, action="changed", changes=changes)


def _leads_elsewhere(group: BreakoutGroup, values: GroupValues) -> None:
    """Nobody sits in two groups. Raises UserError (fields `facilitator`, `rapporteur`)."""
    for name in ("facilitator", "rapporteur"):
        person = getattr(values, name)
        if person is None or person is getattr(group, name):
            continue
        for other in group.breakout.groups:
            if other is not group and person in (other.facilitator, other.rapporteur):
                raise UserError(
                    "This person leads or reports for group %(number)s already.",
                    field=name,
                    number=other.position + 1,
                )


def _plain(value: Any) -> Any:
    return str(value.uuid) if isinstance(value, Person) else value
