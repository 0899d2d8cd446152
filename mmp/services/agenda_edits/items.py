"""One item of an agenda: made and changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.core.errors import StaleEdit, UserError
from mmp.core.texts import Translated
from mmp.core.when import When
from mmp.models import AgendaItem, AgendaRole, Event, GuidingQuestion, Pair, Person, Theme
from mmp.models.enums import AgendaKind, AgendaRoleName, Audience
from mmp.services import desk, events as rules
from mmp.services.agenda_edits.reading import children_of, item_of
from mmp.services.permissions import Actor

KIND = "agenda_item"


@dataclass(frozen=True, slots=True)
class RoleValues:
    """A role with the one person or pair who has it."""

    role: AgendaRoleName
    who: Person | Pair
    introduced_as: Translated = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemValues:
    """An item as a form gives it. `when` is timed, or None without times."""

    kind: AgendaKind
    title: Translated
    when: When | None = None
    description: Translated = field(default_factory=dict)
    audience: Audience = Audience.EVERYONE
    room: Translated = field(default_factory=dict)
    theme: Theme | None = None
    join_link: str | None = None
    guiding_questions: Sequence[Translated] = ()
    roles: Sequence[RoleValues] = ()


def add_item(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    uuid: UUID,
    values: ItemValues,
    inside: AgendaItem | None = None,
) -> AgendaItem:
    """A new item in the agenda, or in the item it lies inside: behind what begins before it, or at
    the end where it has no time. Sent twice it is one.

    Raises UserError (field `title`).
    """
    if session.scalar(select(AgendaItem.id).where(AgendaItem.uuid == uuid)) is not None:
        return item_of(event, uuid)
    _check(values)
    times = rules.item_columns(values.when, event.zone)
    siblings = children_of(event, inside)
    index = _behind(siblings, times["starts_at"])
    for place, row in enumerate(siblings):
        row.position = place if place < index else place + 1
    item = AgendaItem(
        uuid=uuid,
        uid=rules.lasting_uid(uuid),
        key=f"item-{uuid.hex[:12]}",
        event=event,
        parent=inside,
        position=index,
        kind=values.kind,
        title=values.title,
        description=values.description,
        audience=values.audience,
        room=values.room,
        theme=values.theme,
        join_link=values.join_link,
        created_at=now,
        changed_at=now,
        **times,
    )
    session.add(item)
    _ask(item, values.guiding_questions)
    _give_roles(item, values.roles)
    session.flush()
    note(session, actor, now, item, "created", {"title": [None, values.title]})
    return item


def _behind(siblings: Sequence[AgendaItem], starts_at: datetime | None) -> int:
    """The place behind the last that begins no later."""
    if starts_at is None:
        return len(siblings)
    earlier = [
        place
        for place, row in enumerate(siblings, start=1)
        if row.starts_at is None or row.starts_at <= starts_at
    ]
    return max(earlier, default=0)


def change_item(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    item: AgendaItem,
    version: int,
    values: ItemValues,
) -> bool:
    """Bring an item to `values`; gives whether that changed anything.

    A change of time, room or join link raises `sequence`. Raises UserError (field `title`),
    StaleEdit if `version` is not the row's any more.
    """
    if item.version != version:
        raise StaleEdit("Someone else changed this item while you did.")
    _check(values)
    changes = _differences(item, values)
    if not changes:
        return False
    item.kind, item.audience = values.kind, values.audience
    item.title, item.description, item.room = values.title, values.description, values.room
    item.theme, item.join_link = values.theme, values.join_link
    if "when" in changes:
        rules.apply_when(item, values.when)
    if "guiding_questions" in changes:
        _ask(item, values.guiding_questions)
    if "roles" in changes:
        _give_roles(item, values.roles)
    rules.touch(item, set(changes), now=now)
    session.flush()
    note(session, actor, now, item, "changed", changes)
    return True


def _check(values: ItemValues) -> None:
    if not values.title:
        raise UserError("Give the item a title.", field="title")


def _differences(item: AgendaItem, values: ItemValues) -> dict[str, Any]:
    plain = ("kind", "title", "description", "audience", "room", "join_link")
    changes: dict[str, Any] = {
        name: [getattr(item, name), getattr(values, name)]
        for name in plain
        if getattr(item, name) != getattr(values, name)
    }
    if item.theme is not values.theme:
        changes["theme"] = [row.key if row else None for row in (item.theme, values.theme)]
    old = rules.when_of(item)
    if old != values.when:
        changes["when"] = [when_words(old), when_words(values.when)]
    questions = [question.text for question in item.guiding_questions]
    if questions != list(values.guiding_questions):
        changes["guiding_questions"] = [questions, list(values.guiding_questions)]
    before = [
        _role_words(role.role, role.person or role.pair, role.introduced_as) for role in item.roles
    ]
    after = [_role_words(role.role, role.who, role.introduced_as) for role in values.roles]
    if before != after:
        changes["roles"] = [before, after]
    return changes


def when_words(when: When | None) -> str | None:
    """A time as the history keeps it."""
    if when is None:
        return None
    return f"{when.starts_local:%Y-%m-%dT%H:%M}/{when.ends_local:%Y-%m-%dT%H:%M} {when.zone}"


def _role_words(
    role: AgendaRoleName, who: Person | Pair | None, introduced_as: Translated
) -> dict[str, Any]:
    name = "pair" if isinstance(who, Pair) else "person"
    said = {"role": role.value, name: who.key if who else None}
    return said | ({"introduced_as": introduced_as} if introduced_as else {})


def _ask(item: AgendaItem, questions: Sequence[Translated]) -> None:
    for position, text in enumerate(questions):
        if position < len(item.guiding_questions):
            item.guiding_questions[position].text = text
        else:
            item.guiding_questions.append(GuidingQuestion(position=position, text=text))
    del item.guiding_questions[len(questions) :]


def _give_roles(item: AgendaItem, roles: Sequence[RoleValues]) -> None:
    there = {(role.role, role.person or role.pair): role for role in item.roles}
    wanted = []
    for position, values in enumerate(roles):
        row = there.pop((values.role, values.who), None)
        if row is None:
            whom: dict[str, Any] = (
                {"pair": values.who} if isinstance(values.who, Pair) else {"person": values.who}
            )
            row = AgendaRole(agenda_item=item, role=values.role, **whom)
        row.position, row.introduced_as = position, values.introduced_as
        wanted.append(row)
    item.roles[:] = wanted


def note(
    session: Session,
    actor: Actor,
    now: datetime,
    item: AgendaItem,
    action: str,
    changes: dict[str, Any],
) -> None:
    """Keep in the history what was done to an item."""
    trail(session, actor, now, item.event).note(item, action, changes)


def trail(session: Session, actor: Actor, now: datetime, event: Event) -> desk.Trail:
    """The trail of what is done to items of an event."""
    return desk.Trail(session=session, actor=actor, now=now, of=event, kind=KIND)
