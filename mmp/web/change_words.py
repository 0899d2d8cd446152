"""What the history says changed, in words: field, before, after."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mmp.models import AgendaItem, Event, HistoryEntry, Person, Programme
from mmp.models.enums import ConsentPurpose, MembershipRole, RetainedKind
from mmp.web import column_words, event_words, history_words, texts, value_words
from mmp.web.labels import label

Line = tuple[str, str, str]
_LONGEST: Final = 200
WHOLE: Final = frozenset({"removed", "deleted_event", "record", "place", "rows"})
"""Lies there to be put back, or says nothing by itself."""
_COUNTED: Final = frozenset({"lists", "pairs", "participation"})
_NAMED: Final = frozenset(
    (
        *("apart", "copied_from", "event", "facilitator", "facilitators", "invited", "item"),
        *("joined", "left", "members", "people", "person", "predecessors", "rapporteur"),
        *("successors", "theme", "to", "together"),
    )
)
"""Fields that hold handles: words of their own only where these are known."""
_HANDLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def names_in(
    session: Session, programme: Programme, entries: Sequence[HistoryEntry]
) -> Mapping[str, str]:
    """People, events and agenda items whom these entries name by handle or public number. Three
    statements."""
    wanted = {one for entry in entries for one in _texts(entry.changes)}
    numbers = [UUID(one) for one in wanted if column_words.is_number_of_row(one)]
    found: dict[str, str] = {}
    for person in session.scalars(
        select(Person).where(
            or_(Person.uuid.in_(numbers), Person.key.in_(wanted)), Person.erased_at.is_(None)
        )
    ):
        found |= dict.fromkeys((person.key, str(person.uuid)), texts.name_of(person).striptags())
    events = select(Event.key, Event.uuid, Event.title).where(
        Event.programme_id == programme.id,
        or_(Event.uuid.in_(numbers), Event.key.in_(wanted)),
        Event.pair_id.is_(None),
    )
    items = (
        select(AgendaItem.key, AgendaItem.uuid, AgendaItem.title)
        .join(Event, Event.id == AgendaItem.event_id)
        .where(
            Event.programme_id == programme.id,
            or_(AgendaItem.uuid.in_(numbers), AgendaItem.key.in_(wanted)),
        )
    )
    for statement in (items, events):
        for key, uuid, title in session.execute(statement):
            found |= dict.fromkeys((key, str(uuid)), texts.plain(title))
    return found


def lines(changes: Mapping[str, Any], zone: str, names: Mapping[str, str]) -> list[Line]:
    """What an entry says changed, moments by the clocks of `zone`. What lies there whole to be put
    back is left out, and so is what names only rows that are not known."""
    found = []
    for name, change in changes.items():
        if name in WHOLE or (name != "key" and not column_words.is_for_people(name)):
            continue
        before, after = change if isinstance(change, list) and len(change) == 2 else (None, change)
        words = [_word(name, one, zone, names)[:_LONGEST] for one in (before, after)]
        if any(words):
            found.append((_field(name, zone, names), words[0] or "–", words[1] or "–"))
    return found


def in_one(changes: Mapping[str, Any], zone: str) -> str:
    """The same as one text, for who may know no others by it."""
    return " · ".join(
        f"{name}{_(': ')}{after if before == '–' else f'{before} {texts.arrow()} {after}'}"
        for name, before, after in lines(changes, zone, {})
    )


def _field(name: str, zone: str, names: Mapping[str, str]) -> str:
    if name in list(MembershipRole):
        return label(MembershipRole(name))
    if name in list(RetainedKind) and name not in column_words.COLUMN_WORDS:
        return history_words.retained(RetainedKind(name))[0]
    if name == "key":
        return column_words.name("rule")
    if column_words.is_number_of_row(name):
        return names.get(name, str(_("A participant")))
    if name in column_words.COLUMN_WORDS or name in list(ConsentPurpose):
        return column_words.name(name)
    return value_words.moment(column_words.name(name), zone)


def _word(name: str, found: Any, zone: str, names: Mapping[str, str]) -> str:
    match found:
        case dict():
            return _of_parts(name, found, zone)
        case list() if name in _COUNTED and found:
            return str(len(found))
        case list():
            return ", ".join(word for one in found if (word := _word(name, one, zone, names)))
        case str():
            return _of_text(name, found, zone, names)
        case _:
            return column_words.plain(name, found, zone)


def _of_parts(name: str, found: Mapping[str, Any], zone: str) -> str:
    if name == "when":
        return str(event_words.when_in_words(found).striptags())
    if name == "files":
        files = (one if isinstance(one, str) else one.get("filename") for one in found.values())
        return ", ".join(file for file in files if file)
    if found and found.keys() <= set(MembershipRole):
        parts = (
            (label(MembershipRole(role)), column_words.plain(name, part, zone))
            for role, part in found.items()
        )
        return ", ".join(f"{role} ({how})" if how else role for role, how in parts)
    return column_words.plain(name, found, zone)


def _of_text(name: str, found: str, zone: str, names: Mapping[str, str]) -> str:
    if column_words.is_number_of_row(found) or (name in _NAMED and _HANDLE.fullmatch(found)):
        return names.get(found, "")
    if name == "what":
        return history_words.action(found)
    if name in list(MembershipRole):
        return column_words.plain("status", found, zone)
    return column_words.plain("answer" if _is_moment(name) else name, found, zone)


def _is_moment(name: str) -> bool:
    return name[:4].isdecimal() and not column_words.is_number_of_row(name)


def _texts(found: Any) -> Iterator[str]:
    match found:
        case dict():
            for key, part in found.items():
                yield str(key)
                yield from _texts(part)
        case list():
            for part in found:
                yield from _texts(part)
        case str() if len(found) <= _LONGEST:
            yield found
