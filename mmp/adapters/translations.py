"""The catalogues of texts: English in the code, the other languages in mmp/translations/."""

from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path

from babel.support import Translations

from mmp.core.texts import language_of

FOLDER = Path(__file__).resolve().parent.parent / "translations"
LANGUAGES = ("en", *sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))
"""The languages of the interface: adding a folder with a catalogue adds one."""
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@lru_cache(maxsize=32)
def catalogue(language: str) -> NullTranslations:
    """The catalogue for a language or CLDR locale; a text it lacks comes back in English."""
    found: NullTranslations = Translations.load(FOLDER, [language_of(language)])
    return found


def direction(language: str) -> str:
    """`rtl` or `ltr`, for HTML's `dir`."""
    return "rtl" if language_of(language) in RIGHT_TO_LEFT else "ltr"
