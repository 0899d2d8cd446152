"""An item taken out of an agenda with all that lies inside it, and put back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Attendance,
    Contribution,
    Event,
    GuidingQuestion,
    Pair,
    Person,
    Recommendation,
    Theme,
)
from mmp.services import desk
from mmp.services.agenda_edits.items import trail
from mmp.services.agenda_edits.reading import children_of, with_inside
from mmp.services.desk import Removal
from mmp.services.permissions import Actor


def remove_item(
    session: Session, *, actor: Actor, now: datetime, event: Event, item: AgendaItem
) -> UUID:
    """Take out an item with those inside it; gives what `restore_item` needs.

    Raises UserError where attendance, contributions or recommendations hang on one of them.
    """
    rows = with_inside(event, item)
    if _something_hangs_on(session, [row.id for row in rows]):
        raise UserError("What was said and who was there hang on this item, so it stays.")
    parent = next((row for row in event.agenda if row.id == item.parent_id), None)
    whole = _whole(event, item) | {"parent": str(parent.uuid) if parent else None}
    for row in reversed(rows):
        event.agenda.remove(row)
    return trail(session, actor, now, event).removed(item, whole)


def restore_item(
    session: Session, *, actor: Actor, now: datetime, event: Event, removed: UUID
) -> AgendaItem:
    """Put an item back with those that were inside it; twice is as once.

    Its UIDs are the old ones; SEQUENCE rises, for calendars have forgotten it. Raises NotFound.
    """

    def find(found: Removal) -> AgendaItem | None:
        return next((row for row in event.agenda if row.uuid == found.subject), None)

    def make(found: Removal) -> AgendaItem:
        around = found.kept["parent"]
        parent = next((row for row in event.agenda if str(row.uuid) == around), None)
        return _put_back(session, now, event, parent, found.kept)

    return trail(session, actor, now, event).put_back(removed, find, make)


def _something_hangs_on(session: Session, items: list[int]) -> bool:
    kinds = (Attendance, Contribution, Recommendation)
    hanging = [select(kind.id).where(kind.agenda_item_id.in_(items)).exists() for kind in kinds]
    return bool(session.scalar(select(or_(*hanging))))


def _whole(event: Event, item: AgendaItem) -> dict[str, Any]:
    return {
        "item": desk.kept(item),
        "theme": item.theme_id,
        "questions": [question.text for question in item.guiding_questions],
        "roles": [
            desk.kept(role)
            | {
                "person": str(role.person.uuid) if role.person else None,
                "pair": str(role.pair.uuid) if role.pair else None,
            }
            for role in item.roles
        ],
        "inside": [_whole(event, child) for child in children_of(event, item)],
    }


def _put_back(
    session: Session, now: datetime, event: Event, parent: AgendaItem | None, whole: dict[str, Any]
) -> AgendaItem:
    columns = desk.read_back(AgendaItem, whole["item"])
    columns["sequence"] += 1
    columns["changed_at"] = now
    theme = session.get(Theme, whole["theme"]) if whole["theme"] else None
    item = AgendaItem(event=event, parent=parent, theme=theme, **columns)
    session.add(item)
    for position, text in enumerate(whole["questions"]):
        item.guiding_questions.append(GuidingQuestion(position=position, text=text))
    for role in whole["roles"]:
        person = _find(session, Person, role["person"])
        pair = _find(session, Pair, role["pair"])
        if person or pair:
            columns = desk.read_back(AgendaRole, role)
            session.add(AgendaRole(agenda_item=item, person=person, pair=pair, **columns))
    for inside in whole["inside"]:
        _put_back(session, now, event, item, inside)
    return item


def _find(session: Session, kind: type[Person] | type[Pair], uuid: str | None) -> Any:
    return session.scalar(select(kind).where(kind.uuid == UUID(uuid))) if uuid else None
