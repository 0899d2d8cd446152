"""A month of one's own events as weeks of days, each event on its days in one's own zone."""

from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from babel import Locale
from babel.dates import get_day_names
from flask_babel import get_locale

from mmp.core.zones import day_in_zone
from mmp.models import Break
from mmp.models.enums import Precision
from mmp.services.mine import OwnEvent


@dataclass(slots=True)
class Day:
    """One day and what is on it."""

    date: date
    inside: bool
    events: list[OwnEvent] = field(default_factory=list)
    pauses: list[Break] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """A month and its neighbours; `undated` has what is only known to be in it."""

    first: date
    names: list[str]
    weeks: list[list[Day]]
    undated: list[OwnEvent]

    @property
    def before(self) -> str:
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        return f"{self.first + timedelta(days=31):%Y-%m}"

    @property
    def is_empty(self) -> bool:
        busy = any(day.events for week in self.weeks for day in week if day.inside)
        return not (busy or self.undated)


def days_shown(first: date) -> list[list[date]]:
    """The weeks of the month that begins on `first`, as the reader's locale begins them."""
    return Calendar(_locale().first_week_day).monthdatescalendar(first.year, first.month)


def month_of(
    first: date,
    weeks: list[list[date]],
    events: Iterable[OwnEvent],
    breaks: Iterable[Break],
    zone: str,
) -> Month:
    """Everything on its days."""
    days = {day: Day(day, day.month == first.month) for week in weeks for day in week}
    undated = []
    for one in events:
        span = _days_of(one, zone)
        if span is None:
            undated += [one] if one.event.first_day == first else []
            continue
        for day in days.values():
            if span[0] <= day.date <= span[1]:
                day.events.append(one)
    for row in breaks:
        for day in days.values():
            if row.starts_on <= day.date <= row.ends_on:
                day.pauses.append(row)
    names = get_day_names("abbreviated", context="stand-alone", locale=_locale())
    return Month(
        first=first,
        names=[names[day.weekday()] for day in weeks[0]],
        weeks=[[days[day] for day in week] for week in weeks],
        undated=undated,
    )


def _days_of(one: OwnEvent, zone: str) -> tuple[date, date] | None:
    event = one.event
    if event.precision is Precision.TIMED and event.starts_at is not None:
        # Until midnight is not the next day.
        last = event.ends_at - timedelta(microseconds=1)
        return day_in_zone(event.starts_at, zone), day_in_zone(last, zone)
    if event.precision is Precision.DAYS and event.first_day and event.last_day:
        return event.first_day, event.last_day
    return None


def _locale() -> Locale:
    return cast(Locale, get_locale() or Locale.parse("en_GB"))
