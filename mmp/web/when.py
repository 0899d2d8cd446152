"""Days, times and zones in words, as the reader's locale writes them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol, cast

from babel import Locale
from babel.dates import (
    format_date,
    get_timezone_location,
)
from flask_babel import get_locale, gettext as _
from markupsafe import Markup

from mmp.adapters.hours import clock, clock_interval, day_interval, first_of
from mmp.adapters.translations import of_city
from mmp.core import zones
from mmp.web.texts import isolate

_CITIES = {"ar": {"Asia/Hebron": "الخليل"}}
"""Where CLDR's name of a city is not the one in use."""


class Whenever(Protocol):
    """What of an event says when it is."""

    @property
    def precision(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def starts_local(self) -> datetime | None: ...
    @property
    def ends_local(self) -> datetime | None: ...
    @property
    def first_day(self) -> date | None: ...
    @property
    def last_day(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Days:
    """The days of something: the whole as one phrase, and in two pieces for a margin."""

    text: str
    large: str
    small: str


def days_of(event: Whenever, *, over: bool = False) -> Days:
    """The days of an event, whatever is known of them. What is over announces no day any more."""
    if event.starts_local and event.ends_local:
        return days(event.starts_local.date(), event.ends_local.date())
    assert event.last_day is not None  # every other precision has one
    if event.precision == "before" or event.first_day is None:
        day = long_day(event.last_day + timedelta(days=1))
        return Days(_("before %(day)s", day=day), "", _("before %(day)s", day=day))
    if event.precision == "month":
        month = month_name(event.first_day)
        if over:
            return Days(month, "", month)
        return Days(
            _("%(month)s, day to be announced", month=month), month, _("day to be announced")
        )
    return days(event.first_day, event.last_day)


def full_days_of(event: Whenever, *, over: bool = False) -> str:
    """As the text of `days_of`, with the day of the week where it is a single day."""
    if event.starts_local and event.ends_local:
        return full_days(event.starts_local, event.ends_local)
    first = event.first_day
    return full_day(first) if first and first == event.last_day else days_of(event, over=over).text


def full_days(starts: datetime, ends: datetime) -> str:
    """The days beside `clock_times`: one with its day of the week, or a run of days. Over midnight
    it is the day they begin on, for the hours name the other."""
    if starts.date() == ends.date() or _over_night(starts, ends):
        return full_day(starts.date())
    return days(starts.date(), ends.date()).text


def days(first: date, last: date) -> Days:
    """A day or a run of days, both included: "28–29 September 2026"."""
    locale = _locale()
    if first == last:
        text = long_day(first)
        rest = format_date(first, "MMMM y", locale=locale)
        return _in_pieces(text, rest)
    text = day_interval(first, last, locale)
    if (first.year, first.month) != (last.year, last.month):
        return Days(text, "", text)
    return _in_pieces(text, format_date(last, "MMMM y", locale=locale))


def _in_pieces(text: str, rest: str) -> Days:
    """The days large, month and year small, where the locale writes them in this order."""
    large = text.removesuffix(rest)
    return Days(text, "", text) if large == text else Days(text, large.strip(), rest)


def long_day(day: date) -> str:
    """“18 June 2026”."""
    return _first_of(format_date(day, "long", locale=_locale()))


def full_day(day: date) -> str:
    """“Thursday 18 June 2026”."""
    return _first_of(format_date(day, "full", locale=_locale()))


def month_name(day: date) -> str:
    """“October 2026”."""
    return format_date(day, "MMMM y", locale=_locale())


def clock_times(starts: datetime, ends: datetime) -> str:
    """“13:00–15:30”, or in the twelve hours of the locale, beside the day they begin on.

    Over midnight the day they end on stands with it; over several days the first one too. Where
    the clocks go back in between and the end would seem to come first, that is said.
    """
    locale = _locale()
    if starts.date() != ends.date():
        pattern = locale.datetime_skeletons["MMMMd"].pattern
        first, last = (
            f"{_first_of(format_date(moment, pattern, locale=locale))} {clock_time(moment)}"
            for moment in (starts, ends)
        )
        return f"{clock_time(starts) if _over_night(starts, ends) else first} – {last}"
    if ends.replace(tzinfo=None) <= starts.replace(tzinfo=None):
        hours = clock_interval(starts, ends, locale, back=True)
        return str(_("%(hours)s (the clocks go back in between)", hours=hours))
    return clock_interval(starts, ends, locale)


def _over_night(starts: datetime, ends: datetime) -> bool:
    first, last = (moment.replace(tzinfo=None) for moment in (starts, ends))
    return first.date() < last.date() and last - first < timedelta(days=1)


def clock_time(moment: datetime) -> str:
    """“13:00”."""
    return clock(moment, _locale())


def local_day(instant: datetime, zone: str) -> date:
    """The day of an instant where someone lives."""
    return zones.day_in_zone(instant, zone)


def moment_in_words(instant: datetime, zone: str) -> str:
    """An instant as a day and a clock time in `zone`."""
    wall = zones.to_wall(instant, zone)
    return str(_("%(day)s, %(time)s", day=long_day(wall.date()), time=clock_time(wall)))


def zone_name(zone: str, instant: datetime) -> Markup:
    """“Stockholm time (UTC+2)”: the zone by its city, with its offset at that instant."""
    return isolate(_zone_words(zone, offset_name(instant, zone), _locale()))


def city_of(zone: str) -> str:
    """“Stockholm”: the city by which a zone is known."""
    locale = _locale()
    return of_city(_city(zone, locale), locale.language)


@lru_cache(maxsize=1024)
def _zone_words(zone: str, offset: str, locale: Locale) -> str:
    city = _city(zone, locale)
    if city == "UTC":
        return "UTC"
    return str(_("%(city)s time (%(offset)s)", city=of_city(city, locale.language), offset=offset))


def _city(zone: str, locale: Locale) -> str:
    city = _CITIES.get(locale.language, {}).get(zone)
    return city or str(get_timezone_location(zone, locale=locale, return_city=True))


def offset_name(instant: datetime, zone: str) -> str:
    """“UTC+2”, “UTC+5:30”, “UTC−3”."""
    offset = zones.to_wall(instant, zone).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def _first_of(text: str) -> str:
    return first_of(text, _locale())


def _locale() -> Locale:
    return cast(Locale, get_locale() or Locale.parse("en_GB"))
