"""Names as they are looked for: however people type them, in whatever script they stand."""

from collections.abc import Iterable, Mapping

from mmp.core.countries import folded

_AS_TYPED = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "ک": "ك", "ی": "ي", "ٱ": "ا",
    }
)  # fmt: skip
"""Letters that no decomposition leads back to those that people type for them."""
MOST_WORDS = 8


def search_form(*texts: str | None) -> str:
    """What is kept beside names to find them by: each folded, and once more without spaces, so
    that “alkhatib” finds Al-Khatib. Lines are kept apart."""
    lines: dict[str, None] = {}
    for text in texts:
        words = plain_words(text or "")
        lines |= dict.fromkeys((" ".join(words), "".join(words)))
    return "\n".join(line for line in lines if line)


def search_form_of(texts: Mapping[str, str] | Iterable[str]) -> str:
    """The same of a text in several languages."""
    return search_form(*(texts.values() if isinstance(texts, Mapping) else texts))


def plain_words(text: str) -> list[str]:
    """The words of a text without case, accents, vowel marks and the like."""
    return folded(text.casefold().translate(_AS_TYPED)).split()


def wanted_words(text: str) -> list[str]:
    """The words somebody looks for: each must be found, at most eight count."""
    return plain_words(text[:200])[:MOST_WORDS]
