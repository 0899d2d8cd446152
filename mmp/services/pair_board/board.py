"""The board: all pairs of a programme, how they do, and who of them may be asked."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, raiseload

from mmp.core.nudging import Refused, refusal
from mmp.core.pair_health import Health, Judged, Year, judge
from mmp.core.zones import day_in_zone
from mmp.models import HistoryEntry, Pair, PairMember, Person, Programme
from mmp.models.enums import Region
from mmp.services.pair_board.plenaries import (
    Plenaries,
    breaks_of,
    plenaries,
    running_on,
    year_of,
)
from mmp.services.pair_board.presented import Presented, presented
from mmp.services.pair_board.reading import KIND, Together, earlier_partners, repeated, shown_pairs
from mmp.services.pair_talks import TalkDays, talk_days
from mmp.services.permissions import Actor

NUDGED = "nudged"


class Ended(StrEnum):
    """Which pairs are looked at."""

    RUNNING = "running"
    ENDED = "ended"
    ALL = "all"


class Sort(StrEnum):
    """In which order; by the day they began, newest first."""

    HEALTH = "health"
    NAME = "name"
    SINCE = "since"
    LAST = "last"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for."""

    health: Health | None = None
    region: Region | None = None
    ended: Ended = Ended.RUNNING
    sort: Sort = Sort.HEALTH


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLine:
    """A pair on the board. `people` are its members today, or when it ended; `judged`, the days of
    talks and the nudges are for coordinators alone, and of pairs that go on."""

    pair: Pair
    people: Sequence[Person]
    running: bool
    last: date | None
    next: date | None
    judged: Judged | None
    nudged: Sequence[date]
    refused: Refused | None
    presented: Sequence[Presented]
    before: Sequence[tuple[Person, Together]]
    """Who of them were a pair with each other before this one."""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A pair that needs one: its people, the day of its last talk, and why."""

    people: Sequence[Person]
    last: date | None
    judged: Judged


@dataclass(frozen=True, slots=True)
class Board:
    """The lines that were asked for, and how many pairs that go on are in each state."""

    lines: Sequence[PairLine]
    plenaries: Plenaries
    counts: Mapping[Health, int] = field(default_factory=dict)
    total: int = 0
    resting_until: date | None = None
    """The last day of the break that is now."""


def board(
    session: Session, actor: Actor, *, now: datetime, programme: Programme, wanted: Wanted
) -> Board:
    """The pairs of a programme whose breaks are loaded. Six statements whatever the pairs."""
    pairs = (
        session.scalars(
            select(Pair)
            .where(shown_pairs(actor, programme.id))
            .options(joinedload(Pair.members).joinedload(PairMember.person), raiseload("*"))
        )
        .unique()
        .all()
    )
    found = plenaries(session, programme, now=now)
    lines = _lines(session, actor, now, programme, pairs, found)
    running = [line for line in lines if line.running]
    counts = Counter(line.judged.health for line in running if line.judged)
    shown = sorted((line for line in lines if _is_wanted(line, wanted)), key=_order(wanted.sort))
    rests = _resting_until(programme, day_in_zone(now, programme.zone))
    return Board(shown, found, counts, len(lines), rests)


def line_of(
    session: Session, actor: Actor, *, now: datetime, programme: Programme, pair: Pair
) -> tuple[PairLine, Plenaries]:
    """One pair as the board shows it."""
    found = plenaries(session, programme, now=now)
    return _lines(session, actor, now, programme, [pair], found)[0], found


def _lines(
    session: Session,
    actor: Actor,
    now: datetime,
    programme: Programme,
    pairs: Sequence[Pair],
    found: Plenaries,
) -> list[PairLine]:
    today = day_in_zone(now, programme.zone)
    year, breaks = year_of(programme, found), breaks_of(programme)
    talked = talk_days(session, actor, programme.id, now)
    asked = nudges(session, programme) if programme.id in actor.coordinates else {}
    shown = presented(session, programme.id)
    everybody = {member.person_id for pair in pairs for member in pair.members}
    known = earlier_partners(session, actor, everybody) if everybody else {}
    lines = []
    for pair in pairs:
        running = pair.starts_on <= today <= (pair.ends_on or today)
        people = people_on(pair, today)
        days, nudged = talked.get(pair.id, TalkDays()), asked.get(pair.uuid, [])
        judged = None
        if running and programme.id in actor.coordinates:
            judged = _judged(pair, days, today, year)
        lines.append(
            PairLine(
                pair=pair,
                people=people,
                running=running,
                last=days.last,
                next=days.next,
                judged=judged,
                nudged=nudged,
                refused=refusal(nudged, today, breaks) if judged else None,
                presented=shown.get(pair.id, ()),
                before=[
                    (person, one)
                    for person, one in repeated(people, known)
                    if one.starts_on < pair.starts_on
                ],
            )
        )
    return lines


def check_ins(
    session: Session, actor: Actor, *, now: datetime, programme: Programme
) -> list[CheckIn]:
    """The pairs of today that need a check-in by the rule of the board, those first that have not
    talked for longest; for those who coordinate the programme, and none while it rests. Its breaks
    must be loaded. Three statements."""
    today = day_in_zone(now, programme.zone)
    if programme.id not in actor.coordinates or _resting_until(programme, today):
        return []
    talked = talk_days(session, actor, programme.id, now)
    year = year_of(programme, plenaries(session, programme, now=now))
    pairs = session.scalars(
        select(Pair)
        .where(Pair.programme_id == programme.id, running_on(today))
        .options(joinedload(Pair.members).joinedload(PairMember.person), raiseload("*"))
    ).unique()
    found = [
        CheckIn(people_on(pair, today), talked[pair.id].last, judged)
        for pair in pairs
        if (judged := _judged(pair, talked[pair.id], today, year)).health is Health.CHECK_IN
    ]
    return sorted(found, key=lambda one: (one.last or date.min, [who.search for who in one.people]))


def _resting_until(programme: Programme, today: date) -> date | None:
    """The last day of the break that is now."""
    rests = [one.last for one in breaks_of(programme) if one.first <= today <= one.last]
    return max(rests, default=None)


def _judged(pair: Pair, days: TalkDays, today: date, year: Year) -> Judged:
    return judge(began=pair.starts_on, last=days.last, planned=days.next, today=today, year=year)


def people_on(pair: Pair, today: date) -> list[Person]:
    """Who belongs to the pair today, at its end where that is over, or at its start."""
    day = max(min(today, pair.ends_on or today), pair.starts_on)
    members = pair.members_on(day)
    return [member.person for member in members if member.person.erased_at is None]


def nudges(session: Session, programme: Programme) -> Mapping[UUID, list[date]]:
    """The days of all nudges, by the UUID of the pair; one statement."""
    rows = session.execute(
        select(HistoryEntry.subject_uuid, HistoryEntry.at)
        .where(
            HistoryEntry.programme_id == programme.id,
            HistoryEntry.subject_kind == KIND,
            HistoryEntry.action == NUDGED,
        )
        .order_by(HistoryEntry.at)
    )
    found: dict[UUID, list[date]] = defaultdict(list)
    for uuid, at in rows:
        found[uuid].append(day_in_zone(at, programme.zone))
    return found


def _is_wanted(line: PairLine, wanted: Wanted) -> bool:
    if wanted.ended is Ended.RUNNING and line.pair.ends_on and not line.running:
        return False
    if wanted.ended is Ended.ENDED and (line.running or not line.pair.ends_on):
        return False
    if wanted.health and (line.judged is None or line.judged.health is not wanted.health):
        return False
    return not wanted.region or any(one.region is wanted.region for one in line.people)


_HEALTHS = list(Health)


def _order(sort: Sort) -> Callable[[PairLine], Any]:
    def key(line: PairLine) -> tuple[Any, ...]:
        name = " ".join(person.search for person in line.people)
        state = _HEALTHS.index(line.judged.health) if line.judged else len(_HEALTHS)
        match sort:
            case Sort.NAME:
                return (name, line.pair.id)
            case Sort.SINCE:
                return (-line.pair.starts_on.toordinal(), name, line.pair.id)
            case Sort.LAST:
                return (line.last or date.min, name, line.pair.id)
            case Sort.NEXT:
                return (line.next is None, line.next or date.max, name, line.pair.id)
            case Sort.HEALTH:
                return (not line.running, state, line.last or date.min, name, line.pair.id)

    return key
