"""The catalogues of texts: English in the code, the other languages in mmp/translations/."""

import re
from collections.abc import Sequence
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Protocol

from babel.localedata import exists
from babel.support import Translations

from mmp.core.texts import Translated, language_of

FOLDER = Path(__file__).resolve().parent.parent / "translations"
LANGUAGES = ("en", *sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))
"""The languages of the interface: adding a folder with a catalogue adds one."""
_MUTE = r"[AEIOUÀÂÄÅÆÉÈÊËÎÏÔÖŒÙÛÜ]|Hé|Hels"
"""What French elides before, among the names of cities."""
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


class Reader(Protocol):
    """Who reads: the CLDR locale they chose, and the languages they speak."""

    @property
    def locale(self) -> str: ...

    @property
    def languages(self) -> Sequence[str]: ...


def locale_for(reader: Reader) -> str:
    """The CLDR locale in which somebody is written to: theirs, else the first of their languages
    that we speak, as it is used where they live, else theirs, which counts as English."""
    if language_of(reader.locale) in LANGUAGES:
        return reader.locale
    spoken = (language_of(one) for one in reader.languages)
    language = next((one for one in spoken if one in LANGUAGES), None)
    if language in (None, "en"):
        return reader.locale
    there = f"{language}_{reader.locale.replace('-', '_').rpartition('_')[2]}"
    return there if exists(there) else language


@lru_cache(maxsize=32)
def catalogue(language: str) -> NullTranslations:
    """The catalogue for a language or CLDR locale; a text it lacks comes back in English."""
    found: NullTranslations = Translations.load(FOLDER, [language_of(language)])
    return found


def in_every_language(text: str) -> Translated:
    """A text of the catalogues in all languages of the interface."""
    return {language: catalogue(language).gettext(text) for language in LANGUAGES}


def of_city(city: str, language: str) -> str:
    """A city's name as the catalogues' “%(city)s time” wants it: French adds what “of” becomes
    before it (heure de Stockholm, d’Amman, du Caire)."""
    if language_of(language) != "fr":
        return city
    if re.match(r"Les? ", city):
        article, name = city.split(" ", 1)
        return f"{'du' if article == 'Le' else 'des'} {name}"
    return f"d’{city}" if re.match(_MUTE, city) else f"de {city}"


def direction(language: str) -> str:
    """`rtl` or `ltr`, for HTML's `dir`."""
    return "rtl" if language_of(language) in RIGHT_TO_LEFT else "ltr"
