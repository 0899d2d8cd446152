"""A person's own events: those their calendar shows, by the same rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, defer, joinedload, load_only, raiseload

from mmp.core.errors import NotFound
from mmp.models import (
    AgendaItem,
    AgendaRole,
    Break,
    Breakout,
    BreakoutGroup,
    BreakoutSeat,
    Event,
    Pair,
    PairMember,
    Participation,
)
from mmp.models.base import UTCDateTime
from mmp.models.enums import (
    AgendaRoleName,
    BreakoutState,
    Entry,
    EventForm,
    EventStatus,
    Partstat,
)
from mmp.services import taking_part
from mmp.services.breakouts.own_group import OwnGroup
from mmp.services.permissions import Actor, talks_of

_PERSON = bindparam("person", type_=Integer)
_PROGRAMMES = bindparam("programmes", type_=Integer, expanding=True)
_SINCE, _UNTIL = (bindparam(name, type_=UTCDateTime) for name in ("since", "until"))
_EVENT = bindparam("event", type_=Uuid)
"""Statements here are built once, for building one costs more than what it finds."""


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """An event with one's answer, None for who has only a role in its agenda. `join_link` is there
    for who joins online."""

    event: Event
    answer: Participation | None
    join_link: str | None

    @property
    def is_talk(self) -> bool:
        return self.event.pair_id is not None

    @property
    def cancelled(self) -> bool:
        return self.event.status is EventStatus.CANCELLED

    @property
    def declined(self) -> bool:
        return self.answer is not None and self.answer.partstat is Partstat.DECLINED

    @property
    def waits(self) -> bool:
        """Whether they said yes and wait for a seat."""
        return self.answer is not None and self.answer.entry is Entry.WAITING

    @property
    def hybrid(self) -> bool:
        return self.event.form is EventForm.HYBRID

    def unanswered(self, now: datetime) -> bool:
        """Whether an answer is wanted: none was given, or not whether in the room or online."""
        if self.answer is None or self.cancelled or self.event.ends_at <= now:
            return False
        undecided = self.answer.partstat is Partstat.ACCEPTED and self.answer.form is None
        return self.answer.partstat is Partstat.NEEDS_ACTION or (self.hybrid and undecided)


@dataclass(frozen=True, slots=True)
class OwnPart:
    """An agenda item in which one has a role, alone or as a pair; `join_link` as for its event."""

    item: AgendaItem
    roles: list[AgendaRoleName]
    join_link: str | None


def own_events(
    session: Session, actor: Actor, *, since: datetime | None = None, until: datetime | None = None
) -> list[OwnEvent]:
    """The actor's events and talks in the order of the clock; of what has no day yet, the end of
    its month counts. Only those that reach between `since` and `until`, if given."""
    found = session.execute(
        _between(since=since is not None, until=until is not None),
        {**_asking(actor), "since": since, "until": until},
    )
    return sorted((OwnEvent(*row) for row in found), key=_order)


def own_event(session: Session, actor: Actor, uuid: UUID) -> OwnEvent:
    """One of the actor's events. Raises NotFound, as for drafts and what is not theirs."""
    row = session.execute(_one(), {**_asking(actor), "event": uuid}).one_or_none()
    if row is None:
        raise NotFound("There is no such event.")
    return OwnEvent(*row)


def coming(events: Iterable[OwnEvent], now: datetime) -> OwnEvent | None:
    """What is next: not over, cancelled or declined, and with a day if any of them has one."""
    ahead = [
        one for one in events if one.event.ends_at > now and not one.cancelled and not one.declined
    ]
    dated = [one for one in ahead if one.event.precision in ("timed", "days")]
    return next(iter(dated or ahead), None)


def with_parts(
    session: Session, actor: Actor, uuid: UUID
) -> tuple[OwnEvent, list[OwnPart], list[OwnGroup]]:
    """One of the actor's events, the items of its agenda in which they have a role, with their
    questions, and the break-out groups they were given; in one statement. Raises NotFound as
    `own_event`."""
    rows = session.execute(_with_parts(), {**_asking(actor), "event": uuid}).unique().all()
    if not rows:
        raise NotFound("There is no such event.")
    event, given, link, *_item = rows[0]
    parts: dict[int, OwnPart] = {}
    groups: dict[int, OwnGroup] = {}
    for *_own_event, item, item_link, role, group, all_groups, group_link in rows:
        if role is not None:
            parts.setdefault(item.id, OwnPart(item, [], item_link)).roles.append(role)
        if group is not None:
            asked = group.question or all_groups.question
            groups[group.id] = OwnGroup(item, group, asked, group_link, actor.person_id)
    return OwnEvent(event, given, link), list(parts.values()), list(groups.values())


def breaks_of(session: Session, actor: Actor, first: date, last: date) -> Sequence[Break]:
    """When the actor's programmes rest within these days."""
    return session.scalars(
        select(Break)
        .where(
            Break.programme_id.in_(actor.programmes),
            Break.starts_on <= last,
            Break.ends_on >= first,
        )
        .order_by(Break.starts_on, Break.id)
    ).all()


def _asking(actor: Actor) -> dict[str, Any]:
    return {"person": actor.person_id, "programmes": list(actor.programmes)}


@cache
def _between(*, since: bool, until: bool) -> Select[Any]:
    statement = _own(aliased(Participation))
    if since:
        statement = statement.where(Event.ends_at > _SINCE)
    if until:
        statement = statement.where(func.coalesce(Event.starts_at, Event.ends_at) < _UNTIL)
    return statement


@cache
def _one() -> Select[Any]:
    return _own(aliased(Participation)).where(Event.uuid == _EVENT)


@cache
def _with_parts() -> Select[Any]:
    answer = aliased(Participation)
    pairs = select(PairMember.pair_id).where(PairMember.person_id == _PERSON)
    in_it = and_(
        AgendaRole.agenda_item_id == AgendaItem.id,
        or_(AgendaRole.person_id == _PERSON, AgendaRole.pair_id.in_(pairs)),
    )
    item = and_(
        AgendaItem.event_id == Event.id,
        AgendaItem.status == EventStatus.PUBLISHED,
        or_(taking_part.is_own_item(_PERSON), taking_part.has_group(_PERSON)),
    )
    breakout = and_(
        Breakout.agenda_item_id == AgendaItem.id, Breakout.state == BreakoutState.APPLIED
    )
    seat = and_(BreakoutSeat.breakout_id == Breakout.id, BreakoutSeat.person_id == _PERSON)
    return (
        _own(answer)
        .add_columns(AgendaItem, _link(AgendaItem.join_link, answer), AgendaRole.role)
        .add_columns(BreakoutGroup, Breakout, _link(BreakoutGroup.join_link, answer))
        .outerjoin(AgendaItem, item)
        .outerjoin(AgendaRole, in_it)
        .outerjoin(Breakout, breakout)
        .outerjoin(BreakoutSeat, seat)
        .outerjoin(BreakoutGroup, BreakoutGroup.id == BreakoutSeat.group_id)
        .where(Event.uuid == _EVENT)
        .options(
            defer(AgendaItem.join_link, raiseload=True),
            defer(BreakoutGroup.join_link, raiseload=True),
            load_only(Breakout.question, raiseload=True),
            joinedload(AgendaItem.guiding_questions),
        )
        .order_by(AgendaItem.starts_at, AgendaItem.position, AgendaRole.position)
    )


def _own(answer: Any) -> Select[Any]:
    return (
        select(Event, answer, _link(Event.join_link, answer))
        .outerjoin(answer, and_(answer.event_id == Event.id, answer.person_id == _PERSON))
        .where(
            Event.status != EventStatus.DRAFT,
            or_(
                taking_part.takes_part(_PERSON, answer),
                taking_part.waits_for_seat(_PERSON, answer),
            ),
            or_(Event.pair_id.is_(None), talks_of(_PERSON, _PROGRAMMES)),
        )
        .options(
            defer(Event.join_link, raiseload=True),
            joinedload(Event.programme),
            joinedload(Event.series),
            joinedload(Event.pair).load_only(Pair.uuid),
            raiseload("*"),
        )
    )


def _link(link: Any, answer: Any) -> ColumnElement[str | None]:
    waits = func.coalesce(answer.entry, Entry.INVITED) == Entry.WAITING
    return case((waits, null()), (taking_part.may_join_online(answer), link), else_=null())


def _order(one: OwnEvent) -> tuple[datetime, str]:
    event = one.event
    vague = event.starts_at is None or event.precision == "month"
    return (event.ends_at if vague or event.starts_at is None else event.starts_at, event.key)
