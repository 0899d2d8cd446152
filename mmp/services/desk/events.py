"""What those who run a programme see of its events: drafts too, never the talks of pairs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, raiseload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from mmp.core.errors import NotFound
from mmp.core.preparation import Facts, Todo, todos
from mmp.core.texts import Translated
from mmp.models import (
    AgendaItem,
    Document,
    Event,
    Form,
    Invitation,
    Participation,
    Person,
    Poll,
    Programme,
)
from mmp.models.breakouts import Breakout
from mmp.models.enums import (
    AgendaKind,
    EventForm,
    EventStatus,
    InvitationState,
    Partstat,
    Precision,
)
from mmp.services.permissions import Actor, editable_events, planned_programmes
from mmp.services.taking_part import TAKING_PART

_ONLINE = (EventForm.ONLINE, EventForm.HYBRID)
_FIXED = (Precision.TIMED, Precision.DAYS)


@dataclass(frozen=True, slots=True)
class Preparation:
    """How far a coming event has come: who answered, and what is left to do."""

    listed: int
    unanswered: int
    todos: list[Todo]
    ungrouped: Sequence[UUID] = ()
    """Break-outs of the agenda whose groups are not applied yet."""
    poll: Poll | None = None
    """The latest poll for its time, open or closed."""


@dataclass(frozen=True, slots=True)
class _Item:
    """An agenda item: whether groups are to be made for it that are not applied, and whether there
    is a draft of them."""

    uuid: UUID
    title: Translated
    waits: bool
    drafted: bool


def person_of(session: Session, actor: Actor) -> Person:
    """The actor's own row, for the history. Raises NotFound for nobody."""
    found = session.get(Person, actor.person_id) if actor.person_id is not None else None
    if found is None:
        raise NotFound("There is no such page.")
    return found


def planned_programme(session: Session, actor: Actor, slug: str) -> Programme:
    """A programme the actor may plan, with its breaks and milestones. Raises NotFound."""
    found = session.scalar(
        select(Programme)
        .where(Programme.slug == slug, planned_programmes(actor))
        .options(
            selectinload(Programme.breaks),
            selectinload(Programme.milestones),
            raiseload("*"),
        )
    )
    if found is None:
        raise NotFound("There is no such programme.")
    return found


def planned_events(session: Session, actor: Actor, programme: Programme) -> Sequence[Event]:
    """The programme's events that the actor may change, in order, with series and theme."""
    return session.scalars(
        select(Event)
        .where(Event.programme_id == programme.id, editable_events(actor))
        .options(joinedload(Event.series), joinedload(Event.theme), raiseload("*"))
        .order_by(Event.ends_at, Event.key)
    ).all()


def planned_event(
    session: Session, actor: Actor, slug: str, key: str, *options: ORMOption
) -> Event:
    """One event the actor may change, with its programme. Raises NotFound, as for talks."""
    found = (
        session.scalars(
            select(Event)
            .join(Event.programme)
            .where(Programme.slug == slug, Event.key == key, editable_events(actor))
            .options(joinedload(Event.programme), *options)
        )
        .unique()
        .one_or_none()
    )
    if found is None:
        raise NotFound("There is no such event.")
    return found


def preparation(
    session: Session, *, now: datetime, programme: Programme, events: Iterable[Event]
) -> Mapping[int, Preparation]:
    """What is not done yet, by the event's number; of what is over or cancelled nothing.

    Six statements, whatever the events.
    """
    coming = {
        event.id: event
        for event in events
        if event.ends_at > now and event.status is not EventStatus.CANCELLED
    }
    if not coming:
        return {}
    agendas = _agendas(session, coming)
    answers = _answers(session, coming)
    documents = _documents(session, coming)
    uninvited = _uninvited(session, coming)
    polls = _polls(session, coming)
    return {
        number: _prepared(
            event,
            programme,
            agendas.get(number, []),
            answers.get(number, {}),
            documents.get(number, 0),
            uninvited.get(number, 0),
            polls.get(number),
        )
        for number, event in coming.items()
    }


def _prepared(
    event: Event,
    programme: Programme,
    agenda: Sequence[_Item],
    answers: Mapping[Partstat, int],
    documents: int,
    uninvited: int,
    poll: Poll | None,
) -> Preparation:
    listed, unanswered = sum(answers.values()), answers.get(Partstat.NEEDS_ACTION, 0)
    facts = Facts(
        day_fixed=event.precision in _FIXED,
        published=event.status is EventStatus.PUBLISHED,
        online=event.form in _ONLINE,
        join_link=bool(event.join_link),
        agenda_items=len(agenda),
        listed=listed,
        unanswered=unanswered,
        documents=documents,
        invited=listed - uninvited,
        texts=[
            event.title,
            event.description,
            event.venue,
            event.city,
            *(item.title for item in agenda),
        ],
        without_groups=sum(item.waits and not item.drafted for item in agenda),
        groups_in_draft=sum(item.waits and item.drafted for item in agenda),
    )
    ungrouped = [item.uuid for item in agenda if item.waits]
    return Preparation(listed, unanswered, todos(facts, programme.languages), ungrouped, poll)


def _agendas(session: Session, events: Mapping[int, Event]) -> Mapping[int, list[_Item]]:
    found: dict[int, list[_Item]] = defaultdict(list)
    rows = session.execute(
        select(
            AgendaItem.event_id,
            AgendaItem.uuid,
            AgendaItem.title,
            (
                (AgendaItem.kind == AgendaKind.BREAK_OUT)
                & (AgendaItem.status != EventStatus.CANCELLED)
                & Breakout.applied_at.is_(None)
            ).label("waits"),
            Breakout.draft,
        )
        .outerjoin(Breakout, Breakout.agenda_item_id == AgendaItem.id)
        .where(AgendaItem.event_id.in_(events))
        .order_by(AgendaItem.position, AgendaItem.id)
    )
    for row in rows:
        drafted = bool(row.draft and any(row.draft.get("groups", ())))
        found[row.event_id].append(_Item(row.uuid, row.title, bool(row.waits), drafted))
    return found


def _answers(session: Session, events: Iterable[int]) -> Mapping[int, Mapping[Partstat, int]]:
    found: dict[int, dict[Partstat, int]] = defaultdict(dict)
    rows = session.execute(
        select(Participation.event_id, Participation.partstat, func.count())
        .where(Participation.event_id.in_(events))
        .group_by(Participation.event_id, Participation.partstat)
    )
    for event_id, partstat, count in rows:
        found[event_id][partstat] = count
    return found


def _documents(session: Session, events: Iterable[int]) -> Mapping[int, int]:
    rows = session.execute(
        select(Document.event_id, func.count())
        .where(Document.event_id.in_(events))
        .group_by(Document.event_id)
    )
    return {event_id: count for event_id, count in rows if event_id is not None}


def _polls(session: Session, events: Iterable[int]) -> Mapping[int, Poll]:
    """The latest poll of each event that was not deleted."""
    rows = session.execute(
        select(Form.event_id, Poll)
        .join(Poll.form)
        .where(Form.event_id.in_(events), Poll.deleted_at.is_(None))
        .options(contains_eager(Poll.form), raiseload("*"))
        .order_by(Poll.id)
    )
    return {event_id: poll for event_id, poll in rows if event_id is not None}


def _uninvited(session: Session, events: Iterable[int]) -> Mapping[int, int]:
    """How many of each list are to come and got no invitation by mail, though they have an
    address."""
    has_one = (
        select(Invitation.id)
        .where(
            Invitation.person_id == Participation.person_id,
            Invitation.uid == Event.uid,
            Invitation.state == InvitationState.REQUESTED,
        )
        .exists()
    )
    rows = session.execute(
        select(Participation.event_id, func.count().label("people"))
        .join(Participation.event)
        .join(Participation.person)
        .where(
            Participation.event_id.in_(events),
            Participation.entry.in_(TAKING_PART),
            Participation.partstat != Partstat.DECLINED,
            Person.email.is_not(None),
            ~has_one,
        )
        .group_by(Participation.event_id)
    )
    return {row.event_id: row.people for row in rows}
