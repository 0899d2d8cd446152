"""Days and times in a mail: in the reader's zone, in the venue's where it differs, always named."""

from datetime import date, datetime, timedelta

from babel import Locale
from babel.dates import format_date, get_timezone_location

from mmp.adapters.hours import clock, clock_interval, day_interval, first_of
from mmp.adapters.translations import catalogue, of_city
from mmp.core import zones
from mmp.core.when import When

_REGIONAL = {"en": "en_GB", "ar": "ar_JO", "fr": "fr_FR"}
"""What a language alone means for dates, as on pages."""
_CITIES = {"ar": {"Asia/Hebron": "الخليل"}}
"""Where CLDR's name of a city is not the one in use."""


def locale_of(name: str) -> Locale:
    """The CLDR locale of a person's `locale`; one that CLDR does not know counts as English."""
    name = name.replace("-", "_")
    try:
        return Locale.parse(_REGIONAL.get(name, name))
    except (ValueError, LookupError):
        return Locale.parse("en_GB")


def lines_of(when: When, locale: Locale, zone: str) -> list[str]:
    """When it is: for the reader in `zone`, then for the clocks there, where those show another."""
    if when.starts_local is None or when.ends_local is None:
        return [_days_of(when, locale)]
    span = when.span()
    assert span.starts_at is not None  # it is timed
    own = _clock_times(span.starts_at, span.ends_at, locale, zone)
    there = _clock_times(span.starts_at, span.ends_at, locale, when.zone)
    shown = [(own, zone)] if own == there else [(own, zone), (there, when.zone)]
    return [
        f"{times}{_comma(locale)}{zone_name(place, span.starts_at, locale)}"
        for times, place in shown
    ]


def moment_line(instant: datetime, locale: Locale, zone: str) -> str:
    """An instant as day, clock time and zone of the reader."""
    wall = zones.to_wall(instant, zone)
    parts = (_full_day(wall.date(), locale), clock(wall, locale), zone_name(zone, instant, locale))
    return _comma(locale).join(parts)


def zone_name(zone: str, instant: datetime, locale: Locale) -> str:
    """“Stockholm time (UTC+2)”: the zone by its city, with its offset at that instant."""
    city = city_of(zone, locale)
    if city == "UTC":
        return "UTC"
    _ = catalogue(str(locale)).gettext
    city = of_city(city, locale.language)
    return _("%(city)s time (%(offset)s)") % {"city": city, "offset": _offset(instant, zone)}


def city_of(zone: str, locale: Locale) -> str:
    """The city by which people know a zone."""
    city = _CITIES.get(locale.language, {}).get(zone)
    return city or str(get_timezone_location(zone, locale=locale, return_city=True))


def _offset(instant: datetime, zone: str) -> str:
    offset = zones.to_wall(instant, zone).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return "UTC" if minutes == 0 else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def _days_of(when: When, locale: Locale) -> str:
    _ = catalogue(str(locale)).gettext
    assert when.last_day is not None  # all but timed ones have it
    if when.first_day is None:
        return _("before %(day)s") % {"day": _day(when.last_day + timedelta(days=1), locale)}
    if when.precision == "month":
        month = format_date(when.first_day, "MMMM y", locale=locale)
        return _("%(month)s, day to be announced") % {"month": month}
    if when.first_day == when.last_day:
        return _full_day(when.first_day, locale)
    return day_interval(when.first_day, when.last_day, locale)


def _clock_times(starts_at: datetime, ends_at: datetime, locale: Locale, zone: str) -> str:
    starts, ends = zones.to_wall(starts_at, zone), zones.to_wall(ends_at, zone)
    comma = _comma(locale)
    day = f"{_full_day(starts.date(), locale)}{comma}"
    if starts.date() == ends.date() and ends.replace(tzinfo=None) <= starts.replace(tzinfo=None):
        _ = catalogue(str(locale)).gettext
        hours = clock_interval(starts, ends, locale, back=True)
        return day + _("%(hours)s (the clocks go back in between)") % {"hours": hours}
    if starts.date() == ends.date():
        return day + clock_interval(starts, ends, locale)
    first = f"{day}{clock(starts, locale)}"
    return f"{first} – {_full_day(ends.date(), locale)}{comma}{clock(ends, locale)}"


def _comma(locale: Locale) -> str:
    return catalogue(str(locale)).gettext(", ")


def _day(day: date, locale: Locale) -> str:
    return first_of(str(format_date(day, "long", locale=locale)), locale)


def _full_day(day: date, locale: Locale) -> str:
    return first_of(str(format_date(day, "full", locale=locale)), locale)
