"""A run: asked for, worked out without a request, seen on its way, stopped.

How far it is stands in the round's settings. Whoever changes the round raises its version, and a
run writes only where the version is still the one it began with: so nothing typed meanwhile is
lost, and a stopped run leaves no trace.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from mmp.models import Matching
from mmp.models.enums import MatchingState
from mmp.services.matching.computing import Impossible, Tell, check, draft_for
from mmp.services.matching.people import partners_before, people_of
from mmp.services.matching.rounds import RUN, changed, note, save, still
from mmp.services.matching.setup import couples_as_json, setup_of, weights_as_json
from mmp.services.permissions import Actor
from mmp.services.signs_of_life import heard_before


class RunState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"


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
        RUN: {"state": RunState.WAITING, "rest": rest, "done": 0, "of": 1},
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


def claim(session: Session, *, beat: float) -> Work | None:
    """The oldest run that waits or that a dead worker left; it is ours then. Caller commits."""
    run = Matching.settings[RUN]
    state, heard = run["state"].as_string(), func.coalesce(run["beat"].as_float(), 0.0)
    row = session.scalar(
        select(Matching)
        .where(
            Matching.state != MatchingState.PUBLISHED,
            or_(
                state == RunState.WAITING,
                (state == RunState.RUNNING) & (heard < heard_before(beat)),
            ),
        )
        .order_by(Matching.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.settings = row.settings | {
        RUN: row.settings[RUN] | {"state": RunState.RUNNING, "beat": beat}
    }
    session.flush()
    return Work(row.id, row.version, bool(row.settings[RUN].get("rest")))


def progress(session: Session, work: Work, *, beat: float, done: int, of: int) -> bool:
    """Note how far it is; whether the run is still wanted. The caller commits."""
    row = _still(session, work)
    if row is None:
        return False
    run = row.settings[RUN] | {"done": done, "of": of, "beat": beat}
    return _write(session, work, settings=row.settings | {RUN: run})


def compute(session: Session, work: Work, *, now: datetime, tell: Tell) -> dict[str, Any] | None:
    """The draft that a run finds; reads only. None where the round was changed since.

    `tell` hears how far it is, and may raise to end it. Raises Impossible.
    """
    row = _still(session, work)
    if row is None:
        return None
    return draft_for(session, row, now=now, rest=work.rest, tell=tell)


def finish(session: Session, work: Work, *, now: datetime, draft: dict[str, Any]) -> bool:
    """Put the draft into the round, if it is still as it was; whether it was. Caller commits."""
    row = _still(session, work)
    if row is None:
        return False
    settings = {name: value for name, value in row.settings.items() if name != RUN}
    return _write(
        session, work, settings=settings, draft=draft, version=work.version + 1, changed_at=now
    )


def fail(session: Session, work: Work, *, why: Impossible) -> bool:
    """Leave the round as it is, with the reason."""
    row = _still(session, work)
    if row is None:
        return False
    run = {"state": RunState.FAILED, "why": why.why, "who": why.who, "whom": why.whom}
    settings = row.settings | {RUN: run}
    return _write(session, work, settings=settings, version=work.version + 1)


def wait_again(session: Session, work: Work) -> bool:
    """The worker stops: the next one begins at once, not only when this one counts as dead."""
    row = _still(session, work)
    if row is None:
        return False
    run = row.settings[RUN] | {"state": RunState.WAITING, "done": 0}
    return _write(session, work, settings=row.settings | {RUN: run})


def _still(session: Session, work: Work) -> Matching | None:
    """The round, if nobody changed it since the run began."""
    row = session.get(Matching, work.number, populate_existing=True)
    return row if row is not None and row.version == work.version else None


def _write(session: Session, work: Work, **values: Any) -> bool:
    number = session.scalar(
        update(Matching)
        .where(Matching.id == work.number, Matching.version == work.version)
        .values(**values)
        .returning(Matching.id)
        .execution_options(synchronize_session=False)
    )
    return number is not None
