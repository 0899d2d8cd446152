"""Looking through the history: who did what to whom, when, as far as the reader may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, cast, false, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from mmp.core.zones import to_utc
from mmp.models import Event, HistoryEntry, Membership, Person, Programme
from mmp.services.permissions import Actor

AT_ONCE: Final = 50
PAIRS_OWN: Final = ("talk_offer", "talk_log")
"""Kinds whose words are a pair's own; coordinators see neither them nor that they are there."""
FOR_ASSISTANTS: Final = ("event", "agenda_item", "document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; what is said narrows each other. Days are the programme's own."""

    text: str = ""
    who: str = ""
    kind: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None


def visible_history(actor: Actor, programme: Programme) -> ColumnElement[bool]:
    """Entries of the programme, and of its people themselves; for assistants what was done to
    events, agendas and documents alone. The talks of pairs are in none."""
    talks = select(Event.uuid).where(Event.pair_id.is_not(None))
    outside = and_(
        HistoryEntry.subject_kind.not_in(PAIRS_OWN), HistoryEntry.subject_uuid.not_in(talks)
    )
    if programme.id in actor.coordinates:
        members = (
            select(Person.uuid)
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.programme_id == programme.id)
        )
        own = and_(HistoryEntry.programme_id.is_(None), HistoryEntry.subject_uuid.in_(members))
        return and_(outside, or_(HistoryEntry.programme_id == programme.id, own))
    if programme.id in actor.plans:
        return and_(
            outside,
            HistoryEntry.programme_id == programme.id,
            HistoryEntry.subject_kind.in_(FOR_ASSISTANTS),
        )
    return false()


def find_history(
    session: Session, actor: Actor, programme: Programme, wanted: Wanted, *, page: int = 1
) -> tuple[Sequence[HistoryEntry], bool]:
    """A page of fifty, the newest first, and whether there are more. One statement."""
    who = aliased(Person)
    statement = (
        select(HistoryEntry)
        .outerjoin(who, who.id == HistoryEntry.actor_id)
        .where(visible_history(actor, programme))
        .options(joinedload(HistoryEntry.actor))
        .order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc())
    )
    if wanted.who:
        statement = statement.where(who.name.icontains(wanted.who, autoescape=True))
    if wanted.kind:
        statement = statement.where(HistoryEntry.subject_kind == wanted.kind)
    if wanted.action:
        statement = statement.where(HistoryEntry.action == wanted.action)
    if wanted.text:
        named = select(Person.uuid).where(Person.name.icontains(wanted.text, autoescape=True))
        words = cast(HistoryEntry.changes, Text).icontains(wanted.text, autoescape=True)
        statement = statement.where(or_(words, HistoryEntry.subject_uuid.in_(named)))
    if wanted.since:
        statement = statement.where(HistoryEntry.at >= _midnight(wanted.since, programme))
    if wanted.until:
        after = date.fromordinal(wanted.until.toordinal() + 1)
        statement = statement.where(HistoryEntry.at < _midnight(after, programme))
    rows = session.scalars(statement.limit(AT_ONCE + 1).offset((max(page, 1) - 1) * AT_ONCE)).all()
    return rows[:AT_ONCE], len(rows) > AT_ONCE


def choices(session: Session, actor: Actor, programme: Programme) -> tuple[list[str], list[str]]:
    """The kinds and actions there are; one statement."""
    rows = session.execute(
        select(HistoryEntry.subject_kind, HistoryEntry.action)
        .where(visible_history(actor, programme))
        .distinct()
    ).all()
    return sorted({row.subject_kind for row in rows}), sorted({row.action for row in rows})


def _midnight(day: date, programme: Programme) -> datetime:
    return to_utc(datetime.combine(day, time()), programme.zone)
