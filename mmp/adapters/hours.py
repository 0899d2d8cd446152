"""Hours of one day, and runs of days, in words: the one rule of pages and mails."""

import re
from datetime import date, datetime, time

from babel import Locale
from babel.dates import format_date, format_interval, format_time, get_time_format

_THIN_SPACE = "\u2009"
_BETWEEN_DIGITS = re.compile(r"(?<=\d) ?– ?(?=\d)")


def clock(moment: datetime | time, locale: Locale) -> str:
    """“13:00”, or in the twelve hours of the locale."""
    return str(format_time(moment, "short", locale=_of_hours(locale)))


def clock_interval(starts: datetime, ends: datetime, locale: Locale, *, back: bool = False) -> str:
    """“13:00–15:30”, or in the twelve hours of the locale with the half of the day once where it
    can be: “1:00–3:30 م”. Both are wall times of one day.

    As CLDR writes intervals (UTS 35, part 4), but without space between digits, and with a whole
    one where the half of the day stands between. `back`: the clocks go back in between, so that the
    end may seem to come first; CLDR's intervals know no such thing.
    """
    if back:
        return "–".join(clock(at, locale) for at in (starts, ends))
    locale = _of_hours(locale)
    twelve = _twelve(locale)
    first, last = (moment.replace(tzinfo=None) for moment in (starts, ends))
    text = str(format_interval(first, last, "hm" if twelve else "Hm", locale=locale))
    return _BETWEEN_DIGITS.sub("–", text.replace(_THIN_SPACE, " "))


def _of_hours(locale: Locale) -> Locale:
    """CLDR gives the French of Algiers and Tunis the AM and PM of English; nobody writes those."""
    french = locale.language == "fr" and _twelve(locale)
    return Locale.parse("fr") if french else locale


def _twelve(locale: Locale) -> bool:
    return "a" in get_time_format("short", locale=locale).pattern


def day_interval(first: date, last: date, locale: Locale) -> str:
    """“28–29 September 2026”: two days and what lies between, month and year once where they can
    be. CLDR gives the shape of such an interval with short months only; the long ones stand alike.
    """
    unit = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    patterns = locale.interval_formats.get("yMMMd", {}).get(unit)
    if not patterns or len(patterns) != 2:
        return " – ".join(
            first_of(format_date(day, "long", locale=locale), locale) for day in (first, last)
        )
    return "".join(
        first_of(format_date(day, pattern.replace("MMM", "MMMM"), locale=locale), locale)
        for day, pattern in zip((first, last), patterns, strict=True)
    )


def first_of(text: str, locale: Locale) -> str:
    """French counts the first of a month: “1er juillet”. CLDR does not."""
    return re.sub(r"(?<!\d)1(?!\d)", "1er", text) if locale.language == "fr" else text
