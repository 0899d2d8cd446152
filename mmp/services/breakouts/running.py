"""The search for groups: asked for here, done by a worker, its result a draft.

What is asked and how far it is lies in one column of the break-out. Every writer takes hold of the
agenda item first, so that a stop and a worker's progress never overwrite each other. A worker that
dies leaves a search that is running without a sign of life; another one takes it up from its start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from mmp.core.breakouts.problem import Problem, Weights
from mmp.core.errors import StaleEdit, UserError
from mmp.models import AgendaItem, Event, Person
from mmp.models.breakouts import Breakout
from mmp.services import history
from mmp.services.breakouts.drafts import draft_of, put, seated
from mmp.services.breakouts.places import WITH_GROUPS, Place, hold_item
from mmp.services.breakouts.problems import Table, table_of
from mmp.services.breakouts.settings import settings_of
from mmp.services.breakouts.trail import KIND, note
from mmp.services.permissions import Actor
from mmp.services.signs_of_life import heard_before

ON = ("asked", "running")


def is_on(breakout: Breakout) -> bool:
    """Whether a search is asked for or running."""
    return breakout.run.get("state") in ON


def ask(session: Session, *, actor: Actor, now: datetime, place: Place, version: int) -> None:
    """Ask for a search around all who are locked. Asked twice it is one.

    Raises UserError where something must be mended first, StaleEdit.
    """
    breakout = place.breakout
    if breakout is None:
        raise UserError("Say first how many groups there are.")
    if is_on(breakout):
        return
    if breakout.version != version:
        raise StaleEdit("Someone else changed the groups while you looked at them.")
    table = table_of(session, place)
    if table.problem is None:
        raise UserError("Mend this first; nothing was searched.")
    tries = int(breakout.run.get("seed", 0))
    breakout.run = {
        "uuid": str(uuid4()),
        "state": "asked",
        "asked_at": now.isoformat(),
        "by": actor.person_id,
        "seconds": settings_of(breakout).seconds,
        "seed": tries + 1,
        "done": 0,
    }
    session.flush()
    changes = {"seconds": [None, breakout.run["seconds"]]}
    note(session, actor=actor, now=now, place=place, action="search_asked", changes=changes)


def end(session: Session, *, actor: Actor, now: datetime, place: Place) -> None:
    """Let a search end with the best that was found so far."""
    breakout = place.breakout
    if breakout is None or not is_on(breakout):
        return
    started = breakout.run["state"] == "running"
    breakout.run = {**breakout.run, "stop": True, "state": "running" if started else "ended"}
    session.flush()
    note(session, actor=actor, now=now, place=place, action="search_ended", changes={})


@dataclass(frozen=True, slots=True)
class Search:
    """One search as a worker takes it up."""

    number: int
    """The break-out's."""
    item: int
    uuid: str
    seconds: int
    seed: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be searched, with the people by their numbers in it."""

    people: tuple[str, ...]
    problem: Problem
    weights: Weights


def take_up(session: Session, *, beat: float) -> Search | None:
    """The oldest search that waits or whose worker is silent; None if there is none.

    `beat` is the moment by the database's clock, in seconds. To be committed at once.
    """
    for number, item in session.execute(
        select(Breakout.id, Breakout.agenda_item_id)
        .where(Breakout.run["state"].as_string().in_(ON))
        .order_by(Breakout.changed_at, Breakout.id)
    ).all():
        hold_item(session, item)
        run = _run(session, number)
        if not _waits(run, beat):
            continue
        if run.get("stop"):  # its worker died before it heard so
            _write(session, number, {**run, "state": "ended"})
            continue
        _write(session, number, {**run, "state": "running", "beat": beat, "done": 0})
        return Search(number, item, run["uuid"], run["seconds"], run["seed"])
    return None


def wanted(session: Session, search: Search) -> Wanted | None:
    """What a search is for, as it stands now; None where something must be mended first."""
    table = _table(session, search.number)
    if table.problem is None:
        return None
    people = tuple(str(one.uuid) for one in table.people)
    return Wanted(people, table.problem, table.settings.for_solver())


def tell(
    session: Session, search: Search, *, done: float, found: Mapping[str, int], beat: float
) -> bool:
    """Write down how far a search is; gives whether it is to go on."""
    hold_item(session, search.item)
    run = _run(session, search.number)
    if run.get("uuid") != search.uuid or run.get("state") != "running":
        return False
    _write(
        session,
        search.number,
        {**run, "beat": beat, "done": min(int(done), search.seconds), "found": dict(found)},
    )
    return not run.get("stop")


def land(
    session: Session, search: Search, groups: Sequence[Sequence[str]], *, now: datetime
) -> bool:
    """Let the groups that were found be the draft, with the way back; gives whether they are.

    Not where settings changed meanwhile: then the search was for something else.
    """
    hold_item(session, search.item)
    breakout = session.get(Breakout, search.number, populate_existing=True)
    if breakout is None or breakout.run.get("uuid") != search.uuid:
        return False
    if breakout.run.get("state") != "running":
        return False
    breakout.run = {**breakout.run, "state": "done", "done": search.seconds}
    draft = seated(groups, draft_of(breakout).locked)
    put(breakout, draft, now=now, did={"code": "searched"})
    session.flush()
    asked_by = breakout.run.get("by")
    history.record(
        session,
        now=now,
        actor=session.get(Person, asked_by) if asked_by else None,
        programme=breakout.agenda_item.event.programme,
        kind=KIND,
        uuid=breakout.uuid,
        action="searched",
        changes={"people": [None, len(draft.place)]},
    )
    return True


def wait_again(session: Session, search: Search) -> None:
    """The worker stops: the next one begins at once, not only when this one is silent for long."""
    hold_item(session, search.item)
    run = _run(session, search.number)
    if run.get("uuid") == search.uuid and run.get("state") == "running":
        _write(session, search.number, {**run, "state": "asked", "done": 0})


def fail(session: Session, search: Search, *, why: str) -> None:
    """The search broke or cannot be done; the draft stays as it was."""
    hold_item(session, search.item)
    run = _run(session, search.number)
    if run.get("uuid") == search.uuid and run.get("state") == "running":
        _write(session, search.number, {**run, "state": "failed", "why": why})


def _waits(run: Mapping[str, Any], beat: float) -> bool:
    if run.get("state") == "asked":
        return True
    return run.get("state") == "running" and float(run.get("beat", 0)) < heard_before(beat)


def _run(session: Session, number: int) -> dict[str, Any]:
    found: dict[str, Any] | None = session.scalar(select(Breakout.run).where(Breakout.id == number))
    return found or {}


def _write(session: Session, number: int, run: dict[str, Any]) -> None:
    """Not through the row: progress changes nothing that somebody is editing."""
    session.execute(
        update(Breakout)
        .where(Breakout.id == number)
        .values(run=run)
        .execution_options(synchronize_session=False)
    )


def _table(session: Session, number: int) -> Table:
    breakout = session.scalars(
        select(Breakout)
        .where(Breakout.id == number)
        .options(
            joinedload(Breakout.agenda_item)
            .joinedload(AgendaItem.event)
            .joinedload(Event.programme),
            *WITH_GROUPS,
        )
        .execution_options(populate_existing=True)
    ).one()
    return table_of(session, Place(breakout.agenda_item, breakout))
