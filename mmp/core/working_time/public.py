"""Public holidays, from `holidays` and from what is known to be wrong in it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from mmp.core.working_time.french import FRENCH

FIRST_YEAR, LAST_YEAR = 1970, 2100


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day that is off in a country, or from 13:00 on where it is `half` a day.

    `estimated`: computed from the moon, and announced only days before; it may move by a day.
    """

    day: date
    name: str
    estimated: bool = False
    half: bool = False
    source: str = "holidays"


@dataclass(frozen=True, slots=True)
class Correction:
    """A yearly day that from `since` on is a holiday with these names; with none it is not."""

    country: str
    month: int
    day: int
    since: date
    source: str
    names: tuple[tuple[str, str], ...] = ()


_DECREE_188: Final = "Syria, Decree 188 of 2025"
_DECREE_223: Final = "Tunisia, Presidential Decree 2021-223"
CORRECTIONS: Final = (
    Correction("SY", 3, 8, date(2025, 10, 5), _DECREE_188),
    Correction("SY", 5, 6, date(2025, 10, 5), _DECREE_188),
    Correction("SY", 10, 6, date(2025, 10, 5), _DECREE_188),
    Correction(
        *("SY", 3, 18, date(2025, 10, 5), _DECREE_188),
        names=(
            ("en", "Syrian Revolution Day"),
            ("ar", "عيد الثورة السورية"),
            ("fr", "Jour de la révolution syrienne"),
        ),
    ),
    Correction("TN", 1, 14, date(2021, 12, 7), _DECREE_223),
    Correction(
        *("TN", 12, 17, date(2021, 12, 7), _DECREE_223),
        names=(
            ("en", "Revolution Day"),
            ("ar", "عيد الثورة"),
            ("fr", "Fête de la Révolution"),
        ),
    ),
)
"""Wrong in `holidays` 0.109."""

SUBDIVISION: Final = {"GB": "ENG"}
"""Where nearly everyone lives by the days of one part; of other countries the days of the whole."""
_CATEGORIES: Final = ("public", "half_day")
_MORE_CATEGORIES: Final = {"SE": ("de_facto",)}
"""Midsummer, Christmas and New Year's Eves: nobody works in Sweden."""


@lru_cache(maxsize=512)
def public_holidays(country: str | None, year: int, language: str = "en") -> Mapping[date, Holiday]:
    """A country's holidays in a year, named in `language` (en, ar or fr) or else in English.

    None for a country or a year that nobody knows.
    """
    found: dict[date, Holiday] = {}
    if country and FIRST_YEAR <= year <= LAST_YEAR:
        for one in _of_library(country, year, language):
            found.setdefault(one.day, one)  # whole days come first
    for correction in CORRECTIONS:
        day = date(year, correction.month, correction.day)
        if correction.country != country or day < correction.since:
            continue
        if names := dict(correction.names):
            name = names.get(language, names["en"])
            found.setdefault(day, Holiday(day, name, source=correction.source))
        else:
            found.pop(day, None)
    return found


def _of_library(country: str, year: int, language: str) -> Iterator[Holiday]:
    import holidays  # 0.1 s and 10 MB: only who asks about a day pays for it

    try:
        plain = holidays.country_holidays(country)
    except NotImplementedError:
        return
    wanted = (*_CATEGORIES, *_MORE_CATEGORIES.get(country, ()))
    kind: Any = type(plain)
    options: dict[str, Any] = {"years": year, "subdiv": SUBDIVISION.get(country)}
    if "islamic_show_estimated" in inspect.signature(kind).parameters:
        options["islamic_show_estimated"] = True
    french = language == "fr" and not (_spoken(plain, "fr") or "").startswith("fr")
    for category in (one for one in wanted if one in plain.supported_categories):
        # English always: only there is it known by which word an estimate is marked.
        english = kind(**options, categories=category, language=_spoken(plain, "en"))
        own = kind(**options, categories=category, language=_spoken(plain, language))
        for day, name in english.items():
            yield Holiday(
                day,
                _in_french(_plain(own.get(day, name))) if french else _plain(own.get(day, name)),
                estimated="estimated" in name,
                half=category == "half_day",
            )


def _spoken(plain: Any, language: str) -> str | None:
    """The language of that country's list that is nearest to the wanted one, English otherwise."""
    for prefix in (language, "en"):
        for name in plain.supported_languages:
            if name == prefix or name.startswith(f"{prefix}_"):
                return str(name)
    return None


def _in_french(names: str) -> str:
    """What the library says in English only."""
    return "; ".join(FRENCH.get(name, name) for name in names.split("; "))


def _plain(names: str) -> str:
    """Without the remarks in brackets behind each name."""
    parts = (re.sub(r"\s*\([^()]*\)\s*$", "", name).strip() for name in names.split("; "))
    return "; ".join(dict.fromkeys(parts))
