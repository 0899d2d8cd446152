"""Making an event, and changing what its form holds."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mmp.core.errors import StaleEdit, UserError
from mmp.core.event_changes import Details, Remark, differences, plain, plain_when, settle, shifted
from mmp.core.texts import pick
from mmp.core.when import When
from mmp.models import AgendaItem, Event, GuidingQuestion, Person, Programme
from mmp.models.enums import EventForm, EventStatus
from mmp.services import answers, events as rules, history
from mmp.services.agenda_edits import outside_items
from mmp.services.calendar_parts import facts_of
from mmp.services.desk import person_of
from mmp.services.event_edits.reading import details_of, may_be_contact, may_be_earlier
from mmp.services.event_edits.telling import not_invited, tell, would_reword, would_tell
from mmp.services.permissions import Actor

_NOT_HANDLES = frozenset({"new"})
"""Words that stand for something else in addresses."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did: the event, its changed fields, remarks on the clocks, how many mails."""

    event: Event
    changes: Mapping[str, list[Any]]
    remarks: tuple[Remark, ...] = ()
    told: int = 0
    not_invited: int = 0
    """How many would have been told, had they been invited before."""
    moved_items: int = 0
    outside_items: int = 0
    """How many items of the agenda lie outside the event now, where its time was changed."""
    moved_up: int = 0
    """How many of the waiting list have a seat now, where there are more."""
    past: bool = False
    """Whether the time that was set is over already."""
    over: int = 0
    """How many people more than seats there are, where there are fewer now. All keep theirs."""


def create_event(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    uuid: UUID,
    details: Details,
) -> Saved:
    """Make a draft. The same `uuid` never makes a second one: the event that is there comes back.

    Raises UserError beside the field that does not hold.
    """
    there = session.scalar(
        select(Event).where(Event.uuid == uuid, Event.programme_id == programme.id)
    )
    if there is not None:
        return Saved(there, {})
    when, remarks = settle(details.when)
    event = Event(
        uuid=uuid,
        key=free_key(session, programme, details.title),
        uid=rules.lasting_uid(uuid),
        programme=programme,
        title=details.title,
        status=EventStatus.DRAFT,
        created_at=now,
        changed_at=now,
        **rules.when_columns(when),
    )
    session.add(event)
    _assign(session, event, details, set(plain(details)))
    session.flush()
    note(session, actor=actor, now=now, event=event, action="created")
    return Saved(event, {}, remarks, past=event.ends_at <= now)


def change_event(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    version: int,
    details: Details,
    move_agenda: bool = False,
    tell_all: bool = False,
) -> Saved:
    """Make the event what `details` say; with `move_agenda` its agenda moves by the same time.

    Raises StaleEdit where someone has saved another version than `version` meanwhile, unless the
    event already is as wished (a form sent twice); UserError beside the field that does not hold.
    People who know of a published event are told by mail of a change of time, place or form; of
    new words only with `tell_all`.
    """
    when, remarks = settle(details.when)
    before, ends_before, facts = details_of(event), event.ends_at, facts_of(event)
    changes = differences(before, with_when(details, when))
    if event.version != version:
        if changes:
            raise StaleEdit("Someone else has changed this event meanwhile.")
        return Saved(event, {})
    if not changes:
        return Saved(event, {}, remarks)
    with session.no_autoflush:  # or a query in between would meet the stale row, not `flush`
        _assign(session, event, details, set(changes) - {"when"})
        items = _move(session, actor, now, event, before.when, when, move_agenda=move_agenda)
        rules.touch(event, changes.keys(), now=now)
        note(session, actor=actor, now=now, event=event, action="changed", changes=changes)
    flush(session)
    told = strangers = 0
    rewritten = tell_all and would_reword(event, changes.keys(), now=now)
    if rewritten or would_tell(event, changes.keys(), ends_at=ends_before, now=now):
        told = tell(session, now=now, event=event, before=facts, rewritten=rewritten)
        strangers = len(not_invited(session, event))
    out = len(outside_items(event)) if "when" in changes else 0
    moved_up = over = 0
    if not {"capacity", "form"}.isdisjoint(changes):
        moved_up = len(answers.follow_capacity(session, now=now, event=event))
        if event.capacity is not None:
            over = max(0, answers.seats_taken(session, event) - event.capacity)
    past = "when" in changes and event.ends_at <= now
    counts = (told, strangers, len(items), out, moved_up)
    return Saved(event, changes, remarks, *counts, past=past, over=over)


def note(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event: Event,
    action: str,
    changes: dict[str, Any] | None = None,
) -> None:
    """Keep in the history what `actor` did to the event."""
    history.record(
        session,
        now=now,
        actor=person_of(session, actor),
        programme=event.programme,
        kind="event",
        uuid=event.uuid,
        action=action,
        changes=changes,
    )


def free_key(session: Session, programme: Programme, title: Mapping[str, str]) -> str:
    """A handle from the title that no event of the programme has."""
    ascii_ = unicodedata.normalize("NFKD", pick(title, "en")).encode("ascii", "ignore").decode()
    bare = re.sub(r"[^a-z0-9]+", "-", ascii_.lower()).strip("-")[:60].strip("-") or "event"
    taken = _NOT_HANDLES | set(
        session.scalars(
            select(Event.key).where(Event.programme_id == programme.id, Event.key.startswith(bare))
        )
    )
    number = 1
    while (key := bare if number == 1 else f"{bare}-{number}") in taken:
        number += 1
    return key


def with_when(details: Details, when: When) -> Details:
    """The same details at another time."""
    values = {name: getattr(details, name) for name in plain(details)}
    return Details(**(values | {"when": when}))


def _move(
    session: Session,
    actor: Actor,
    now: datetime,
    event: Event,
    old: When,
    new: When,
    *,
    move_agenda: bool,
) -> Sequence[AgendaItem]:
    """Set the event's time; the items that went along are noted one by one."""
    if old == new:
        return ()
    times = {item: rules.when_of(item) for item in event.agenda}
    followers = set(rules.apply_when(event, new))
    for item, was in times.items():
        if move_agenda and was is not None and shifted(was, old, new) != was:
            rules.apply_when(item, shifted(was, old, new))
            followers.add(item)
    for item in sorted(followers, key=lambda one: one.position):
        rules.touch(item, {"when"}, now=now)
        history.record(
            session,
            now=now,
            actor=person_of(session, actor),
            programme=event.programme,
            kind="agenda_item",
            uuid=item.uuid,
            action="changed",
            changes={"when": [plain_when(times[item]), plain_when(rules.when_of(item))]},
        )
    return tuple(followers)


_COLUMNS = (
    *("title", "description", "venue", "address", "city", "country", "join_link"),
    *("number", "capacity"),
)


def _assign(session: Session, event: Event, details: Details, fields: set[str]) -> None:
    for name in _COLUMNS:
        if name in fields:
            setattr(event, name, getattr(details, name))
    if "form" in fields:
        event.form = EventForm(details.form)
    if "theme" in fields:
        event.theme = _by_key(event.programme.themes, details.theme, "theme")
    if "series" in fields:
        event.series = _by_key(event.programme.series, details.series, "series")
    if "contact" in fields:
        allowed = may_be_contact(event.programme, event)
        people = session.scalars(select(Person).where(allowed, Person.key == details.contact)).all()
        event.contact = _by_key(people, details.contact, "contact")
    if "predecessors" in fields:
        allowed = may_be_earlier(event.programme, event)
        named = Event.key.in_(details.predecessors)
        rows = session.scalars(select(Event).where(allowed, named)).all()
        event.predecessors[:] = [_by_key(rows, key, "predecessors") for key in details.predecessors]
    if "guiding_questions" in fields:
        _ask(event, details)


def _by_key(rows: Sequence[Any], key: str | None, field: str) -> Any:
    found = next((row for row in rows if row.key == key), None)
    if key and found is None:
        raise UserError("This is not there any more; choose again.", field=field)
    return found


def _ask(event: Event, details: Details) -> None:
    """Questions keep their rows as far as there are as many."""
    rows = event.guiding_questions
    for row, text in zip(rows, details.guiding_questions, strict=False):
        row.text = text
    del rows[len(details.guiding_questions) :]
    for position in range(len(rows), len(details.guiding_questions)):
        rows.append(GuidingQuestion(position=position, text=details.guiding_questions[position]))


def flush(session: Session) -> None:
    """Write to the database. Raises StaleEdit where another request has just saved the event."""
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleEdit("Someone else has changed this event meanwhile.") from error
