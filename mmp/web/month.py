"""A month as a table of weeks: what lasts several days keeps its line through all of them."""

import re
from calendar import Calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from babel import Locale
from babel.dates import get_day_names
from flask_babel import get_locale

from mmp.core.errors import NotFound
from mmp.models import Break, Event, Programme
from mmp.models.enums import Precision

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Thing:
    """An event or a break with its days, both included."""

    row: Event | Break
    first: date
    last: date

    @property
    def is_break(self) -> bool:
        return isinstance(self.row, Break)

    @property
    def several(self) -> bool:
        return self.last > self.first


@dataclass(frozen=True, slots=True)
class Place:
    """A thing on one day; `begins` where its name is written: on its first day and each week's."""

    thing: Thing
    begins: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One field of the table; `lines` has None where a band of another day keeps its line."""

    date: date
    inside: bool
    lines: list[Place | None]


@dataclass(frozen=True, slots=True)
class Month:
    """A month with the neighbours that its arrows lead to."""

    first: date
    day_names: list[str]
    weeks: list[list[Day]]
    undated: list[Event]
    before: str | None
    after: str | None


def first_day(text: str) -> date:
    """The first of “2026-09”. Raises NotFound for what is no month."""
    match = _MONTH.fullmatch(text)
    if match is None or not 1900 <= int(match[1]) <= 2200:
        raise NotFound("There is no such page.")
    return date(int(match[1]), int(match[2]), 1)


def month_of(programme: Programme, events: Iterable[Event], first: date) -> Month:
    """The month that begins on `first`, with weeks as the reader's locale begins them."""
    locale = cast(Locale, get_locale() or Locale.parse("en_GB"))
    weeks = Calendar(locale.first_week_day).monthdatescalendar(first.year, first.month)
    events = list(events)
    things = [thing for thing in map(_event, events) if thing]
    things += [Thing(row, row.starts_on, row.ends_on) for row in programme.breaks]
    things.sort(key=lambda thing: (thing.first, -(thing.last - thing.first).days, thing.row.key))
    names = get_day_names("abbreviated", context="stand-alone", locale=locale)
    return Month(
        first=first,
        day_names=[names[day.weekday()] for day in weeks[0]],
        weeks=[_week(days, things, first.month) for days in weeks],
        undated=[
            event
            for event in events
            if event.precision is Precision.MONTH and event.first_day == first
        ],
        before=f"{first - timedelta(days=1):%Y-%m}" if first.year > 1900 else None,
        after=f"{first + timedelta(days=31):%Y-%m}" if first.year < 2200 else None,
    )


def _event(event: Event) -> Thing | None:
    if event.starts_local and event.ends_local:
        last = event.ends_local - timedelta(microseconds=1)  # until midnight is not the next day
        return Thing(event, event.starts_local.date(), last.date())
    if event.precision is Precision.DAYS and event.first_day and event.last_day:
        return Thing(event, event.first_day, event.last_day)
    return None


def _week(days: Sequence[date], things: Iterable[Thing], month: int) -> list[Day]:
    lanes: list[list[Place | None]] = []
    for thing in things:
        if thing.last < days[0] or thing.first > days[-1]:
            continue
        taken = [number for number, day in enumerate(days) if thing.first <= day <= thing.last]
        lane = next((lane for lane in lanes if all(lane[number] is None for number in taken)), None)
        if lane is None:
            lane = [None] * len(days)
            lanes.append(lane)
        for number in taken:
            lane[number] = Place(thing, begins=number == taken[0])
    return [
        Day(day, day.month == month, _lines([lane[number] for lane in lanes]))
        for number, day in enumerate(days)
    ]


def _lines(lines: list[Place | None]) -> list[Place | None]:
    while lines and lines[-1] is None:
        lines.pop()
    return lines
