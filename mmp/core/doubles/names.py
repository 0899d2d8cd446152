"""Names as they are compared: their words without case, accents, articles and titles; and the
consonants that are left when a name goes from one script into the other and back.

Arabic writes few vowels and Latin spellings of one Arabic name differ mostly in them: محمد is
Mohamed, Muhammad and Mohammed. So a word's skeleton keeps one letter for each sound that both
scripts tell apart (a rough reading of ISO 233 and of how people spell themselves in English and
French): p and b, v and f, g and j are one each, for Arabic has no more.
"""

import re
import unicodedata
from functools import lru_cache

_ARABIC = dict(zip("بتثجحخدذرزسشصضطظغفقكلمنپچڤگ", "bttghhddrzsSsdtzgfkklmnbSfg", strict=True))
_ARTICLE = re.compile("^ال(?=..)")
_SERVANT = re.compile(r"\b(abd|عبد)(?:[aeou](?:l|(?=([rsndtz])\2))|(?=ال))")
"""Abdulrahman, Abderrahmane, Abdel Rahman and عبدالرحمن are one name, in two words."""
_TITLES = frozenset(
    (
        *("dr", "prof", "mr", "mrs", "ms", "mme", "mlle", "m", "sheikh", "cheikh", "eng", "ing"),
        *("د", "الدكتور", "الدكتوره", "الاستاذ", "السيد", "السيده"),
    )
)
_ARTICLES = frozenset(("al", "el", "ul", "ad", "ar", "as", "ash", "at", "an", "az"))
_LATIN = (
    ("sch", "S"),
    ("tch", "S"),
    ("kh", "h"),
    ("gh", "g"),
    ("sh", "S"),
    ("ch", "S"),
    ("dj", "g"),
    ("th", "t"),
    ("dh", "d"),
    ("ph", "f"),
    ("ck", "k"),
    ("qu", "k"),
    ("x", "ks"),
)
_SOUNDS = {
    **dict.fromkeys("aeiouyw'’`", ""),
    **dict(zip("bcdfghjklmnpqrstvz", "bkdfghgklmnbkrstfz", strict=True)),
}


@lru_cache(maxsize=65_536)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in small letters, without accents, vowel marks, titles and articles
    that stand alone."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ø", "o").replace("ı", "i"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    bare = re.sub(r"[أإآٱ]", "ا", bare.replace("ـ", "").replace("ى", "ي").replace("ة", "ه"))
    found = re.findall(r"[^\W_]+", _SERVANT.sub(r" \1 ", bare.replace("'", "").replace("’", "")))
    kept = tuple(word for word in found if word not in _TITLES and word not in _ARTICLES)
    return kept or tuple(found)


_LETTERS = re.compile("[\u0600-\u06ff]")


def is_arabic(text: str) -> bool:
    """Whether a text is written in Arabic letters, in part at least."""
    return not text.isascii() and _LETTERS.search(text) is not None


@lru_cache(maxsize=65_536)
def skeleton(word: str) -> str:
    """The consonants of a word, one letter for each sound that both scripts tell apart."""
    word = _ARTICLE.sub("", word) if len(word) > 4 else word
    if is_arabic(word):
        sounds = "".join(
            "h" if letter == "ه" and place + 1 < len(word) else _ARABIC.get(letter, "")
            for place, letter in enumerate(word)
        )
        return re.sub(r"(.)\1+", r"\1", sounds.replace(" ", ""))
    word = re.sub(r"h$", "", re.sub(r"(.)\1+", r"\1", word))
    for spelling, sound in _LATIN:
        word = word.replace(spelling, sound)
    sounds = "".join(letter if letter == "S" else _SOUNDS.get(letter, letter) for letter in word)
    return re.sub(r"(.)\1+", r"\1", sounds)
