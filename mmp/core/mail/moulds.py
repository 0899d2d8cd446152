"""A text written once for many readers, with gaps where each reader's own words go.

The octets between the gaps are made once as well: each gap stands on a line of its own, held
together with its neighbours by soft breaks, so that no line grows too long whatever fills it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from mmp.core.mail.message import QuotedPrintable, quoted_printable

_SOFT_BREAK = b"=\r\n"
_Piece = TypeVar("_Piece", str, bytes)


@dataclass(frozen=True, slots=True)
class Mould:
    """`pieces` stand around the gaps, one more than these; `octets` are the same pieces. A gap is
    named by the mark that stood in the text for it."""

    pieces: tuple[str, ...] = field(repr=False)
    gaps: tuple[str, ...]
    octets: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, text: str, marks: Collection[str]) -> "Mould":
        """Cut `text` wherever one of the marks stands: letters and digits that nobody can guess."""
        if not marks:
            return cls((text,), (), (quoted_printable(text),))
        pattern = "|".join(map(re.escape, marks))
        pieces = re.split(f"({pattern})", text)
        whole = "\r\n".join(text.splitlines()) + "\r\n"
        apart = re.sub(f"({pattern})", r"\r\n\1\r\n", whole)
        octets = re.split(f"\r\n(?:{pattern})\r\n".encode(), quoted_printable(apart))
        return cls(tuple(pieces[::2]), tuple(pieces[1::2]), tuple(octets))

    def text(self, words: Mapping[str, str]) -> str:
        """The text with `words` in its gaps."""
        return "".join(_between(self.pieces, [words[gap] for gap in self.gaps]))

    def quoted_printable(self, words: Mapping[str, bytes]) -> QuotedPrintable:
        """The same as octets, from words that `in_gap` has made octets."""
        filled = _between(self.octets, [words[gap] for gap in self.gaps])
        return QuotedPrintable(b"".join(filled))


def in_gap(words: str) -> bytes:
    """The octets of what fills a gap."""
    return _SOFT_BREAK + quoted_printable(words)[:-2] + _SOFT_BREAK


def _between(pieces: tuple[_Piece, ...], words: list[_Piece]) -> list[_Piece]:
    """Pieces and words in turn."""
    filled = [pieces[0]] * (len(pieces) + len(words))
    filled[::2] = pieces
    filled[1::2] = words
    return filled
