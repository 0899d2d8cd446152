"""In which encoding a text came where it does not say so: a guess that a person looks at."""

import re
from typing import Final

ENCODINGS: Final = ("utf-8", "utf-16", "windows-1252", "windows-1256", "mixed")
"""What can be read; of `mixed` each line is in UTF-8 or else in a guess of its own."""
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb": "utf-8"}
_SAMPLE = 200_000
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
_ARABIC_HIGH = frozenset(b"\xc7\xe1\xe3\xe4\xed\xe6\xcd\xd1\xca\xc8\xcf\xda\xd3\xc9\xe5\xde")
"""The most frequent Arabic letters in Windows-1256."""


def guess(data: bytes) -> str:
    """The encoding that a text is most likely in.

    Letters beyond ASCII stand alone between others in the languages of Windows-1252, and make whole
    words in Arabic.
    """
    if data[:2] in _MARKS:
        return _MARKS[data[:2]]
    head = data[:2_000]
    zeros = (head[::2].count(0), head[1::2].count(0))
    if max(zeros) > 2 and not min(zeros):
        return "utf-16"  # the upper halves of separators and Latin letters
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess_old(data)
    return "utf-8"


def _guess_old(data: bytes) -> str:
    lines = [line for line in data.splitlines() if not line.isascii()]
    if 2 * sum(_is_utf8(line) for line in lines) > len(lines):
        return "mixed"
    return _guess_page(data)


def _guess_page(data: bytes) -> str:
    runs = _HIGH_RUNS.findall(data[:_SAMPLE])
    high = b"".join(runs)
    in_words = sum(len(run) for run in runs if len(run) > 2)
    arabic = sum(byte in _ARABIC_HIGH for byte in high)
    is_arabic = 2 * in_words > len(high) and 2 * arabic > len(high)
    return "windows-1256" if is_arabic else "windows-1252"


def decode(data: bytes, encoding: str) -> str:
    """The text in one of `ENCODINGS`; what cannot be read becomes U+FFFD, for people to see."""
    if encoding == "mixed":
        return "".join(
            line.decode("utf-8-sig" if _is_utf8(line) else _guess_page(line), "replace")
            for line in data.splitlines(keepends=True)
        )
    if encoding == "utf-16":
        marked = data[:2] in _MARKS
        big = not marked and data[:2_000:2].count(0) > data[1:2_000:2].count(0)
        return data.decode("utf-16" if marked else "utf-16-be" if big else "utf-16-le", "replace")
    return data.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
