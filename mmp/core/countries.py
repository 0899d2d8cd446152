"""Countries: their names in the languages people write them in, their region and their clocks."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages

_IN_MENA = "AE BH DJ DZ EG IL IQ IR JO KW LB LY MA MR OM PS QA SA SD SO SY TN YE"
_IN_EUROPE = (
    "AD AL AM AT AX AZ BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GE GG GI GR HR HU IE IM IS IT"
    " JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM TR UA VA XK"
)
_UNREAL = "EU EZ QO UN XA XB ZZ"
"""Codes in CLDR's list of territories that are no countries."""
MENA = frozenset(_IN_MENA.split())
EUROPE = frozenset(_IN_EUROPE.split())
_NAMED_IN = ("en", "fr", "ar")
_ALSO_CALLED = {
    "AE": "UAE Emirates Émirats",
    "CZ": "Czech_Republic",
    "GB": "UK Britain Great_Britain England Scotland Wales",
    "MK": "Macedonia",
    "PS": "Palestine State_of_Palestine Palestinian_Territories فلسطين",
    "SA": "KSA Saudi",
    "SY": "Syrian_Arab_Republic",
    "TR": "Turkey Turquie",
    "US": "USA United_States_of_America",
}
_MAIN_ZONES = {
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
    "XK": "Europe/Belgrade",
}
"""Where CLDR lists several but nearly everyone lives by one, or where it lists none."""


@cache
def countries() -> dict[str, str]:
    """English names by ISO 3166 code."""
    names: dict[str, str] = dict(Locale("en").territories)
    return {
        code: name
        for code, name in names.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in _UNREAL.split()
    }


def folded(text: str) -> str:
    """A word as it is compared: no case, accents, vowel marks, hyphens, underscores or articles."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.split(r"[\s_\-‐-―’'ـ.()*:]+", bare.replace("ى", "ي").replace("ة", "ه"))
    return " ".join(word for word in words if word)


@cache
def names() -> dict[str, str]:
    """Codes by folded name or code, in every language that people may write them in."""
    found: dict[str, str] = {}
    for language in _NAMED_IN:
        of_language: dict[str, str] = dict(Locale(language).territories)
        found |= {folded(of_language[code]): code for code in countries() if code in of_language}
    for code, words in _ALSO_CALLED.items():
        found |= {folded(word): code for word in words.split()}
    return found | {code.casefold(): code for code in countries()}


def country_named(text: str) -> str | None:
    """The code of a country from its code or its name in English, French or Arabic."""
    return names().get(folded(text))


def region_of(code: str | None) -> str:
    """`mena`, `europe` or `other`."""
    return "mena" if code in MENA else "europe" if code in EUROPE else "other"


def zone_of(code: str) -> str | None:
    """The zone by which a country lives; None if it lives by several."""
    if code in _MAIN_ZONES:
        return _MAIN_ZONES[code]
    zones: Iterable[str] = get_global("territory_zones").get(code, ())
    zones = list(zones)
    return zones[0] if len(zones) == 1 else None


def locale_of(code: str | None, languages: Iterable[str]) -> str:
    """A CLDR locale for someone of this country who gave these languages, the first one first."""
    spoken = list(languages)
    wanted = [*spoken, *(get_official_languages(code) if code and not spoken else ())]
    for language in wanted:
        for name in (f"{language}_{code}", language):
            try:
                return str(Locale.parse(name))
            except (UnknownLocaleError, ValueError):
                continue
    return "en"


_WEEKENDS = {"LY": (4, 5), "PS": (4, 5), "MR": (5, 6), "AE": (5, 6), "DJ": (4,)}
"""Where what CLDR says is not, or not yet, what people live by. Djibouti rests on Fridays."""


@cache
def weekend_of(code: str | None) -> frozenset[int]:
    """The days of a country's weekend, 0 for Monday; Saturday and Sunday where none is known."""
    if code in _WEEKENDS:
        return frozenset(_WEEKENDS[code])
    try:
        locale = Locale.parse(f"und_{code}")
    except (UnknownLocaleError, ValueError):
        return frozenset({5, 6})
    first, last = locale.weekend_start, locale.weekend_end
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))
