"""The draft of break-out groups: who would sit where, who stays where they are, and the way back.

People are named by their public numbers, so that a draft can lie in one column. Whoever is in it
and does not take part any more is left out when it is read.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mmp.models.breakouts import Breakout

MOST_STEPS = 40
"""Steps that can be taken back."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Group (from 0) by person, in the order in which they sit there, and who is locked."""

    place: Mapping[str, int]
    locked: frozenset[str] = frozenset()

    def groups(self, count: int) -> tuple[tuple[str, ...], ...]:
        """The people of each group; who sits beyond the last one is in none."""
        return tuple(
            tuple(one for one, at in self.place.items() if at == number) for number in range(count)
        )

    def within(self, people: Collection[str], count: int) -> "Draft":
        """Without those who do not take part, and without groups that are no more."""
        place = {one: at for one, at in self.place.items() if one in people and at < count}
        return Draft(place, frozenset(one for one in self.locked if one in place))


def draft_of(breakout: Breakout | None) -> Draft:
    """The draft as it is kept."""
    kept = breakout.draft if breakout else {}
    place = {one: at for at, group in enumerate(kept.get("groups", ())) for one in group}
    return Draft(place, frozenset(kept.get("locked", ())))


def seated(groups: Iterable[Iterable[str]], locked: Iterable[str] = ()) -> Draft:
    """A draft of these groups."""
    place = {one: at for at, group in enumerate(groups) for one in group}
    return Draft(place, frozenset(locked) & place.keys())


def put(breakout: Breakout, draft: Draft, *, now: datetime, did: Mapping[str, Any]) -> bool:
    """Let this be the draft, with the way back; gives whether that changed anything. `did` says
    what was done: a code, and what it was done to."""
    step = _step(draft_of(breakout), draft, did)
    if not (step["place"] or step["locked"]):
        return False
    _keep(breakout, draft, now)
    breakout.undo = [*breakout.undo, step][-MOST_STEPS:]
    breakout.redo = []
    return True


def back(breakout: Breakout, *, now: datetime) -> dict[str, Any] | None:
    """Take the last step back; gives it, or None where there is none."""
    if not breakout.undo:
        return None
    *rest, step = breakout.undo
    _keep(breakout, _taken(draft_of(breakout), step, 0), now)
    breakout.undo, breakout.redo = rest, [*breakout.redo, step]
    return step


def forth(breakout: Breakout, *, now: datetime) -> dict[str, Any] | None:
    """Take again the step that was taken back last; gives it, or None where there is none."""
    if not breakout.redo:
        return None
    *rest, step = breakout.redo
    _keep(breakout, _taken(draft_of(breakout), step, 1), now)
    breakout.redo, breakout.undo = rest, [*breakout.undo, step]
    return step


def _keep(breakout: Breakout, draft: Draft, now: datetime) -> None:
    count = max(draft.place.values(), default=-1) + 1
    breakout.draft = {
        "groups": [list(group) for group in draft.groups(count)],
        "locked": sorted(draft.locked),
    }
    breakout.changed_at = now


def _step(before: Draft, after: Draft, did: Mapping[str, Any]) -> dict[str, Any]:
    """Only what differs: forty steps of 150 people would be a long row."""
    people = dict.fromkeys((*before.place, *after.place))
    return {
        "did": dict(did),
        "place": {
            one: [before.place.get(one), after.place.get(one)]
            for one in people
            if before.place.get(one) != after.place.get(one)
        },
        "locked": {one: one in after.locked for one in sorted(before.locked ^ after.locked)},
    }


def _taken(draft: Draft, step: Mapping[str, Any], way: int) -> Draft:
    place = dict(draft.place)
    for one, ends in step["place"].items():
        place.pop(one, None)
        if ends[way] is not None:
            place[one] = ends[way]
    locked = set(draft.locked)
    for one, now_locked in step["locked"].items():
        (locked.add if now_locked is bool(way) else locked.discard)(one)
    return Draft(place, frozenset(locked))
