"""What a group says: its points and its recommendation, written by its rapporteur on a phone.

A text is saved while it is typed. It carries what it was when it was opened, field by field: what
only the other changed meanwhile stays, and of what both changed both are shown and neither is lost.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from mmp.core.errors import NotFound, StaleEdit, UserError
from mmp.models import AgendaItem, Breakout, BreakoutGroup, Event, HistoryEntry
from mmp.models.enums import BreakoutState, EventStatus
from mmp.services import desk, history
from mmp.services.breakouts.places import hold_item
from mmp.services.permissions import Actor

FIELDS: Final = ("points", "recommendation")
LONGEST: Final = 10_000
KIND: Final = "breakout_notes"
ONE_SITTING: Final = timedelta(minutes=15)
"""Within it, what one person writes is one line of the history."""


class WrittenMeanwhile(StaleEdit):
    """Somebody else wrote into the same field; `fields` are those, `group` has their words."""

    def __init__(self, group: BreakoutGroup, fields: Sequence[str]) -> None:
        self.group, self.fields = group, fields
        super().__init__("Somebody else wrote here meanwhile. Both texts are below.")


def group_for_notes(
    session: Session, actor: Actor, uuid: UUID, *, hold: bool = False
) -> BreakoutGroup:
    """A group whose words the actor writes: its rapporteur, while they have a part in the
    programme, or a coordinator. Raises NotFound. `hold` as in `place_of`."""
    may = and_(
        BreakoutGroup.rapporteur_id == actor.person_id,
        Event.programme_id.in_(actor.programmes),
        Event.status == EventStatus.PUBLISHED,
        AgendaItem.status == EventStatus.PUBLISHED,
    )
    statement = (
        select(BreakoutGroup)
        .join(BreakoutGroup.breakout)
        .join(Breakout.agenda_item)
        .join(AgendaItem.event)
        .where(
            BreakoutGroup.uuid == uuid,
            Breakout.state == BreakoutState.APPLIED,
            or_(may, Event.programme_id.in_(actor.coordinates)),
        )
        .options(
            joinedload(BreakoutGroup.breakout)
            .joinedload(Breakout.agenda_item)
            .joinedload(AgendaItem.event)
            .joinedload(Event.programme),
            joinedload(BreakoutGroup.rapporteur),
        )
    )
    found = session.scalar(statement)
    if found is not None and hold:
        hold_item(session, found.breakout.agenda_item_id)
        session.refresh(found, [*FIELDS, "version"])
    if found is None:
        raise NotFound("There is no such group.")
    return found


def seen(text: str) -> str:
    """What a form carries of a text as it was opened."""
    return hashlib.sha256(_plain(text).encode()).hexdigest()[:16]


def write(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    group: BreakoutGroup,
    texts: Mapping[str, str],
    opened: Mapping[str, str],
) -> bool:
    """Keep the group's words; `opened` has `seen` of each field, and what is not in
    `texts` stays. `group` was read with `hold`.
    Gives whether that changed anything.

    Raises WrittenMeanwhile where somebody else changed the same field, UserError (with the field)
    for a text that is too long. Nothing is kept then.
    """
    changed = {}
    both = []
    for name in FIELDS:
        if name not in texts:
            continue
        mine, theirs = _plain(texts[name]), getattr(group, name)
        if len(mine) > LONGEST:
            raise UserError("Use at most %(most)d letters.", field=name, most=LONGEST)
        if mine == theirs or seen(mine) == opened.get(name):
            continue
        if opened.get(name) != seen(theirs):
            both.append(name)
        else:
            changed[name] = mine
    if both:
        raise WrittenMeanwhile(group, both)
    if not changed:
        return False
    for name, text in changed.items():
        setattr(group, name, text)
    session.flush()
    _record(session, actor, now, group)
    return True


def _record(session: Session, actor: Actor, now: datetime, group: BreakoutGroup) -> None:
    """That they wrote, not what: the words are kept with the group."""
    last = session.scalar(
        select(HistoryEntry)
        .where(HistoryEntry.subject_kind == KIND, HistoryEntry.subject_uuid == group.uuid)
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    )
    person = desk.person_of(session, actor)
    if last is not None and last.actor_id == person.id and now - last.at < ONE_SITTING:
        return
    item = group.breakout.agenda_item
    history.record(
        session,
        now=now,
        actor=person,
        programme=item.event.programme,
        kind=KIND,
        uuid=group.uuid,
        action="changed",
        changes={"item": [None, item.key], "group": [None, group.position + 1]},
    )


def _plain(text: str) -> str:
    """Browsers send lines with carriage returns."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
