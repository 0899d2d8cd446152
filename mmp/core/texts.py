"""Texts in several languages and the one rule by which a reader gets one of them."""

from collections.abc import Mapping
from functools import lru_cache

Translated = dict[str, str]
"""A text by language code: `{"en": "Opening", "ar": "الافتتاح"}`. Empty texts are left out."""


@lru_cache(maxsize=256)
def language_of(locale: str) -> str:
    """The language of a CLDR locale: `ar_JO` and `ar-JO` are `ar`."""
    return locale.replace("-", "_").split("_", 1)[0].lower()


def pick(text: Mapping[str, str] | None, locale: str) -> str:
    """The text for a reader: their language, else English, else the first there is, else empty."""
    return pick_with_language(text, locale)[0]


def pick_with_language(text: Mapping[str, str] | None, locale: str) -> tuple[str, str]:
    """As `pick`, with the language that was found, so that a page can mark it (`lang`, `dir`)."""
    wanted = language_of(locale)
    if not text:
        return "", wanted
    for language in (wanted, "en", next(iter(text))):
        if text.get(language):
            return text[language], language
    return "", wanted
