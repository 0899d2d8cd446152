"""Working out the pairs of a round, and what no run could mend."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.matching import pairing
from mmp.core.matching.pairing import NobodyLeft
from mmp.core.matching.scoring import Candidate, score
from mmp.models import Matching
from mmp.services.matching.facts import facts_of
from mmp.services.matching.people import sizes
from mmp.services.matching.setup import FIRST, SECOND, Setup, couples_as_json, setup_of

MOST_PRICED = 40
"""Pins whose cost is worked out: each is an assignment of its own."""
Tell = Callable[[int, int], None]


class Impossible(UserError):
    """The rules leave no way; `who` and `whom` are uuids of those it is about."""

    code = "impossible"

    def __init__(self, why: str, who: Sequence[str] = (), whom: Sequence[str] = ()) -> None:
        super().__init__("The rules leave no way to pair everybody.")
        self.why, self.who, self.whom = why, tuple(who), tuple(whom)


def check(setup: Setup) -> None:
    """Raises Impossible for what no run could mend."""
    first, second = sizes(setup)
    if not first or not second:
        raise Impossible("empty_side")
    if abs(first - second) > 1:
        raise Impossible("sides")
    held: dict[str, str] = {}
    for pin in couples_as_json(setup.pins):
        if set(pin) - set(setup.sides):
            continue
        if len({setup.sides[uuid] for uuid in pin}) < 2:
            raise Impossible("same_side", pin)
        if frozenset(pin) in setup.forbidden:
            raise Impossible("pinned_and_excluded", pin)
        for uuid in pin:
            if uuid in held and (setup.sides[uuid] == setup.rows or first == second):
                raise Impossible("pinned_twice", [uuid])
            held[uuid] = uuid


def draft_for(
    session: Session, row: Matching, *, now: datetime, rest: bool, tell: Tell
) -> dict[str, Any]:
    """The draft of a round, anew or with `rest` around the pairs it has; reads only.

    `tell` hears how far it is, and may raise to end it. Raises Impossible.
    """
    setup, facts = setup_of(row), facts_of(session, row, now=now)
    sides = {uuid: side for uuid, side in setup.sides.items() if uuid in facts.candidates}
    setup = replace(setup, sides=sides)
    check(setup)
    rows, columns = setup.side(setup.rows), setup.side(FIRST + SECOND - setup.rows)
    scores = _scores(setup, facts.candidates, rows, columns, tell)
    kept = [pair for pair in row.draft.get("pairs", ()) if set(pair) <= set(sides)]
    found = _found(setup, scores, rows, columns, kept if rest else None)
    places = _places(rows, columns)
    pins = [
        (places[one][1], places[other][1])
        for one, other in (
            sorted(pin, key=lambda uuid: places[uuid][0]) for pin in setup.pins if pin <= set(sides)
        )
    ]
    costs: Mapping[tuple[int, int], float] = {}
    if pins and len(pins) <= MOST_PRICED:
        costs = pairing.cost_of_pins(scores, pins, fairest=setup.fairest)
    return {
        "rows": rows,
        "columns": columns,
        "scores": [[one if one is None else round(one, 2) for one in line] for line in scores],
        "pairs": [[rows[place], columns[other]] for place, other in found.pairs],
        "pin_costs": [[rows[a], columns[b], round(cost, 2)] for (a, b), cost in costs.items()],
        "answers": len(facts.answers),
        "at": now.isoformat(),
    }


def _scores(
    setup: Setup,
    candidates: Mapping[str, Candidate],
    rows: Sequence[str],
    columns: Sequence[str],
    tell: Tell,
) -> list[list[float | None]]:
    forbidden = setup.forbidden
    turned = setup.rows == SECOND
    found = []
    for place, uuid in enumerate(rows):
        tell(place, len(rows) + 1)
        line: list[float | None] = []
        for other in columns:
            pair = (candidates[uuid], candidates[other])
            first, second = reversed(pair) if turned else pair
            points = score(first, second, setup.weights).points
            line.append(None if frozenset((uuid, other)) in forbidden else points)
        found.append(line)
    tell(len(rows), len(rows) + 1)
    return found


def _found(
    setup: Setup,
    scores: list[list[float | None]],
    rows: Sequence[str],
    columns: Sequence[str],
    kept: Sequence[Sequence[str]] | None,
) -> pairing.Pairing:
    places = _places(rows, columns)
    stay = [
        (places[row][1], places[column][1])
        for row, column in (
            sorted(pair, key=lambda uuid: places[uuid][0])
            for pair in (kept if kept is not None else couples_as_json(setup.pins))
            if set(pair) <= set(places)
        )
    ]
    lonely = [rows[place] for place, line in enumerate(scores) if not _any(line)]
    lonely += [
        columns[place] for place in range(len(columns)) if not _any(line[place] for line in scores)
    ]
    if lonely:
        raise Impossible("nobody_for", lonely)
    for place, other in stay:
        if scores[place][other] is None:
            raise Impossible("pinned_and_excluded", [rows[place], columns[other]])
    try:
        if kept is None:
            return pairing.pair_up(scores, fairest=setup.fairest, pinned=stay)
        return pairing.pair_again(scores, stay, rows=range(len(rows)), columns=range(len(columns)))
    except NobodyLeft as error:
        if kept is None:
            who = [rows[place] for place in error.rows]
            raise Impossible("nobody_for", who, [columns[one] for one in error.columns]) from error
        raise Impossible("rest", _free(rows, columns, stay)) from error
    except UserError as error:
        raise Impossible("rest", _free(rows, columns, stay)) from error


def _free(
    rows: Sequence[str], columns: Sequence[str], stay: Sequence[tuple[int, int]]
) -> list[str]:
    taken = {rows[one] for one, _other in stay} | {columns[other] for _one, other in stay}
    return [uuid for uuid in (*rows, *columns) if uuid not in taken]


def _any(line: Any) -> bool:
    return any(one is not None for one in line)


def _places(rows: Sequence[str], columns: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Where somebody stands: 0 among the rows or 1 among the columns, and the number there."""
    found = {uuid: (0, place) for place, uuid in enumerate(rows)}
    return found | {uuid: (1, place) for place, uuid in enumerate(columns)}
