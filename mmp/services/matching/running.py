"""A run: asked for, worked out without a request, seen on its way, stopped.

How far it is stands in the round's settings. Whoever changes the round raises its version, and a
run writes only where the version is still the one it began with: so nothing typed meanwhile is
lost, and a stopped run leaves no trace.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.core.matching import pairing
from mmp.core.matching.pairing import NobodyLeft
from mmp.core.matching.scoring import Candidate, score
from mmp.models import Matching
from mmp.models.enums import MatchingState
from mmp.services.matching.facts import facts_of
from mmp.services.matching.rounds import (
    RUN,
    changed,
    note,
    partners_before,
    people_of,
    save,
    sizes,
    still,
)
from mmp.services.matching.setup import (
    FIRST,
    SECOND,
    Setup,
    couples_as_json,
    setup_of,
    weights_as_json,
)
from mmp.services.permissions import Actor

DEAD_AFTER: Final = timedelta(minutes=2)
"""A run of which nothing was heard for so long is taken up by whoever sees it."""
MOST_PRICED = 40
"""Pins whose cost is worked out: each is an assignment of its own."""
Tell = Callable[[int, int], None]


class RunState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"


class Impossible(UserError):
    """The rules leave no way; `who` and `whom` are uuids of those it is about."""

    code = "impossible"

    def __init__(self, why: str, who: Sequence[str] = (), whom: Sequence[str] = ()) -> None:
        super().__init__("The rules leave no way to pair everybody.")
        self.why, self.who, self.whom = why, tuple(who), tuple(whom)


@dataclass(frozen=True, slots=True)
class Work:
    """A run as it was claimed."""

    number: int
    version: int
    rest: bool


def ask_run(
    session: Session, *, actor: Actor, now: datetime, row: Matching, version: int, rest: bool
) -> None:
    """Let a worker find the pairs: all but the pinned ones anew, or with `rest` only for those who
    have none. Asked twice it is once.

    Raises StaleEdit; Impossible for sides that differ by more than one, and for pins that are
    excluded too, contradict each other, or join two of one side.
    """
    if row.settings.get(RUN, {}).get("state") in (RunState.WAITING, RunState.RUNNING):
        return
    still(row, version)
    people = people_of(session, row.candidates)
    setup = setup_of(row)
    gone = set(setup.sides) - set(people)
    if gone:
        setup = replace(
            setup, sides={uuid: side for uuid, side in setup.sides.items() if uuid not in gone}
        )
    check(setup)
    before = partners_before(session, actor, people)
    changed(row, now)
    row.settings = row.settings | {
        "sides": dict(setup.sides),
        "before": couples_as_json(before),
        "weights": weights_as_json(setup.weights),
        RUN: {"state": RunState.WAITING, "rest": rest, "at": now.isoformat(), "done": 0, "of": 1},
    }
    row.candidates = list(setup.sides)
    save(session)
    note(session, actor, now, row, "run", {"rest": [None, rest]})


def stop(session: Session, *, now: datetime, row: Matching) -> bool:
    """Let a run end without a result; whether there was one."""
    if RUN not in row.settings:
        return False
    changed(row, now)
    save(session)
    return True


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


def claim(session: Session, *, now: datetime) -> Work | None:
    """The oldest run that waits or that a dead worker left; it is ours then. Caller commits."""
    run = Matching.settings[RUN]
    state, at = run["state"].as_string(), run["at"].as_string()
    row = session.scalar(
        select(Matching)
        .where(
            Matching.state != MatchingState.PUBLISHED,
            or_(
                state == RunState.WAITING,
                (state == RunState.RUNNING) & (at < (now - DEAD_AFTER).isoformat()),
            ),
        )
        .order_by(Matching.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.settings = row.settings | {
        RUN: row.settings[RUN] | {"state": RunState.RUNNING, "at": now.isoformat()}
    }
    session.flush()
    return Work(row.id, row.version, bool(row.settings[RUN].get("rest")))


def progress(session: Session, work: Work, *, now: datetime, done: int, of: int) -> bool:
    """Note how far it is; whether the run is still wanted. The caller commits."""
    row = session.get(Matching, work.number, populate_existing=True)
    if row is None or row.version != work.version:
        return False
    run = row.settings[RUN] | {"done": done, "of": of, "at": now.isoformat()}
    return _write(session, work, settings=row.settings | {RUN: run})


def compute(session: Session, work: Work, *, now: datetime, tell: Tell) -> dict[str, Any] | None:
    """The draft that a run finds; reads only. None where the round was changed since.

    `tell` hears how far it is, and may raise to end it. Raises Impossible.
    """
    row = session.get(Matching, work.number, populate_existing=True)
    if row is None or row.version != work.version:
        return None
    setup, facts = setup_of(row), facts_of(session, row, now=now)
    sides = {uuid: side for uuid, side in setup.sides.items() if uuid in facts.candidates}
    setup = replace(setup, sides=sides)
    check(setup)
    rows, columns = setup.side(setup.rows), setup.side(FIRST + SECOND - setup.rows)
    scores = _scores(setup, facts.candidates, rows, columns, tell)
    kept = [pair for pair in row.draft.get("pairs", ()) if set(pair) <= set(sides)]
    found = _found(setup, scores, rows, columns, kept if work.rest else None)
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


def finish(session: Session, work: Work, *, now: datetime, draft: dict[str, Any]) -> bool:
    """Put the draft into the round, if it is still as it was; whether it was. Caller commits."""
    row = session.get(Matching, work.number, populate_existing=True)
    if row is None or row.version != work.version:
        return False
    settings = {name: value for name, value in row.settings.items() if name != RUN}
    return _write(
        session, work, settings=settings, draft=draft, version=work.version + 1, changed_at=now
    )


def fail(session: Session, work: Work, *, why: Impossible) -> bool:
    """Leave the round as it is, with the reason."""
    row = session.get(Matching, work.number, populate_existing=True)
    if row is None or row.version != work.version:
        return False
    run = {"state": RunState.FAILED, "why": why.why, "who": why.who, "whom": why.whom}
    settings = row.settings | {RUN: run}
    return _write(session, work, settings=settings, version=work.version + 1)


def wait_again(session: Session, work: Work) -> bool:
    """The worker stops: the next one begins at once, not only when this one counts as dead."""
    row = session.get(Matching, work.number, populate_existing=True)
    if row is None or row.version != work.version:
        return False
    run = row.settings[RUN] | {"state": RunState.WAITING, "done": 0}
    return _write(session, work, settings=row.settings | {RUN: run})


def _write(session: Session, work: Work, **values: Any) -> bool:
    number = session.scalar(
        update(Matching)
        .where(Matching.id == work.number, Matching.version == work.version)
        .values(**values)
        .returning(Matching.id)
        .execution_options(synchronize_session=False)
    )
    return number is not None


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
