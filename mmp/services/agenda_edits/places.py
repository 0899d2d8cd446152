"""Where an item stands: one step up, down, in or out, or dropped before or into another."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import AgendaItem, Event
from mmp.services import events as rules
from mmp.services.agenda_edits.items import note
from mmp.services.agenda_edits.reading import children_of
from mmp.services.permissions import Actor


class Step(StrEnum):
    """A step in the tree. IN goes into the item before, OUT behind the one around."""

    UP = "up"
    DOWN = "down"
    IN = "in"
    OUT = "out"


def step(
    session: Session, *, actor: Actor, now: datetime, event: Event, item: AgendaItem, way: Step
) -> bool:
    """Move an item one step; gives whether there was somewhere to go."""
    parent = _parent(event, item)
    siblings = children_of(event, parent)
    place = siblings.index(item)
    match way:
        case Step.UP if place > 0:
            target, index = parent, place - 1
        case Step.DOWN if place + 1 < len(siblings):
            target, index = parent, place + 1
        case Step.IN if place > 0:
            target = siblings[place - 1]
            index = len(children_of(event, target))
        case Step.OUT if parent is not None:
            target = _parent(event, parent)
            index = children_of(event, target).index(parent) + 1
        case _:
            return False
    _move(session, actor, now, event, item, target, index)
    return True


def drop(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    item: AgendaItem,
    onto: AgendaItem,
    inside: bool = False,
) -> None:
    """Place an item before another, or as the last one inside it. Raises UserError where it would
    lie inside itself."""
    target = onto if inside else _parent(event, onto)
    around = target
    while around is not None:
        if around is item:
            raise UserError("An item cannot lie inside itself.")
        around = _parent(event, around)
    if onto is item:
        return
    others = [row for row in children_of(event, target) if row is not item]
    index = len(others) if inside else others.index(onto)
    _move(session, actor, now, event, item, target, index)


def _move(
    session: Session,
    actor: Actor,
    now: datetime,
    event: Event,
    item: AgendaItem,
    parent: AgendaItem | None,
    index: int,
) -> None:
    before = _place(_parent(event, item), item)
    others = [row for row in children_of(event, parent) if row is not item]
    others.insert(index, item)
    item.parent = parent
    for position, row in enumerate(others):
        row.position = position
    rules.touch(item, {"place"}, now=now)
    session.flush()
    note(session, actor, now, item, "changed", {"place": [before, _place(parent, item)]})


def _parent(event: Event, item: AgendaItem) -> AgendaItem | None:
    return next((row for row in event.agenda if row.id == item.parent_id), None)


def _place(parent: AgendaItem | None, item: AgendaItem) -> str:
    """As programme files' histories say it: `workshop/2` is the second item inside the workshop."""
    return f"{parent.key}/{item.position + 1}" if parent else str(item.position + 1)
