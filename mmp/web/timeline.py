"""The year of a programme as one line: what was, what is next, what lies ahead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mmp.core import zones
from mmp.models import Break, Event, Milestone, Programme
from mmp.models.enums import EventStatus, Precision
from mmp.web import when

Order = tuple[date, int, date, str]
"""Month, whether no more than the month is known, day, handle."""


class Kind(StrEnum):
    EVENT = "event"
    BREAK = "break"
    MILESTONE = "milestone"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    kind: Kind
    row: Event | Break | Milestone
    days: when.Days
    order: Order
    over: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is over and what is not. `next` is the coming event among `ahead`, perhaps under way."""

    past: list[Entry]
    ahead: list[Entry]
    next: Entry | None
    under_way: bool

    def __bool__(self) -> bool:
        return bool(self.past or self.ahead)


def timeline(programme: Programme, events: Iterable[Event], now: datetime) -> Timeline:
    """Everything of a programme's year in order. What has ended by `now` is past."""
    today = zones.day_in_zone(now, programme.zone)
    entries = [_event(event, now) for event in events]
    entries += [
        _span(Kind.BREAK, row, row.starts_on, row.ends_on, today) for row in programme.breaks
    ]
    entries += [_milestone(row, today) for row in programme.milestones]
    entries.sort(key=lambda entry: entry.order)
    coming = _coming(entries)
    return Timeline(
        past=[entry for entry in entries if entry.over],
        ahead=[entry for entry in entries if not entry.over],
        next=coming,
        under_way=coming is not None
        and isinstance(coming.row, Event)
        and coming.row.precision is not Precision.MONTH
        and coming.row.starts_at is not None
        and coming.row.starts_at <= now,
    )


def glance(events: Iterable[Event], now: datetime) -> tuple[Entry | None, Entry | None]:
    """The coming event and the last that is over, among these."""
    entries = sorted((_event(event, now) for event in events), key=lambda entry: entry.order)
    over = [entry for entry in entries if entry.over]
    return _coming(entries), (over[-1] if over else None)


def _coming(entries: Iterable[Entry]) -> Entry | None:
    for entry in entries:
        if isinstance(entry.row, Event) and not entry.over:
            if entry.row.status is not EventStatus.CANCELLED:
                return entry
    return None


def _event(event: Event, now: datetime) -> Entry:
    if event.starts_local:
        first = event.starts_local.date()
    else:
        first = event.first_day or event.last_day or event.ends_at.date()
    month_only = event.precision is Precision.MONTH
    return Entry(
        kind=Kind.EVENT,
        row=event,
        days=when.days_of(event, over=event.ends_at <= now),
        order=_order(first, month_only=month_only, key=event.key),
        over=event.ends_at <= now,
    )


def _milestone(row: Milestone, today: date) -> Entry:
    if row.precision is not Precision.MONTH:
        return _span(Kind.MILESTONE, row, row.first_day, row.last_day, today)
    month = when.month_name(row.first_day)
    return Entry(
        kind=Kind.MILESTONE,
        row=row,
        days=when.Days(month, "", month),
        order=_order(row.first_day, month_only=True, key=row.key),
        over=row.last_day < today,
    )


def _span(kind: Kind, row: Break | Milestone, first: date, last: date, today: date) -> Entry:
    return Entry(
        kind=kind,
        row=row,
        days=when.days(first, last),
        order=_order(first, month_only=False, key=row.key),
        over=last < today,
    )


def _order(first: date, *, month_only: bool, key: str) -> Order:
    """By month; what has no day yet stands at the end of its month."""
    return (first.replace(day=1), int(month_only), first, key)
