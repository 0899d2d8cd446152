"""One rendering for many readers: whatever is alike for them is rendered once, with marks where
each one's own words go. These are escaped for HTML when they are filled in.
"""

import secrets
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from markupsafe import escape

from mmp.adapters.renderer.writing import Rendered, render
from mmp.core.mail import Mould, QuotedPrintable, in_gap, one_line

KEPT = 512
"""Moulds that are kept: some ten kilobytes each."""
_RUN = secrets.token_hex(8)
"""So that nobody can write a text that holds a mark."""


@dataclass(slots=True)
class Gaps:
    """What one reader's mail says to them alone, by the mark that stands for it."""

    words: dict[str, str] = field(default_factory=dict, repr=False)

    def cut(self, words: str) -> str:
        """The mark to hand to the template for these words; none for no words, so that templates
        may ask whether there are some."""
        if not words:
            return ""
        mark = f"Z{_RUN}Z{len(self.words)}Z"
        self.words[mark] = words
        return mark


@dataclass(frozen=True, slots=True)
class Moulded:
    """A mail with gaps."""

    title: Mould
    plain: Mould
    page: Mould

    def subject(self, words: Mapping[str, str]) -> str:
        return one_line(self.title.text(words))

    def octets(self, words: Mapping[str, str]) -> tuple[QuotedPrintable, QuotedPrintable]:
        """Text and HTML as a mail carries them."""
        own = {mark: in_gap(text) for mark, text in words.items()}
        safe = {
            mark: own[mark] if (escaped := str(escape(text))) == text else in_gap(escaped)
            for mark, text in words.items()
        }
        return self.plain.quoted_printable(own), self.page.quoted_printable(safe)

    def rendered(self, words: Mapping[str, str]) -> Rendered:
        """Text and HTML as people see them."""
        safe = {mark: str(escape(text)) for mark, text in words.items()}
        return Rendered(self.subject(words), self.plain.text(words), self.page.text(safe))


@dataclass(frozen=True, slots=True)
class _Given:
    """What a template is given, compared by `key`."""

    key: Hashable
    parameters: Mapping[str, Any] = field(compare=False, repr=False)


def mould(
    template: str, *, locale: str, zone: str, parameters: Mapping[str, Any], gaps: Gaps
) -> Moulded:
    """The mail `template` as `writing.render` writes it, with gaps where `parameters` hold marks.

    Kept: the next reader with the same locale, zone and parameters costs next to nothing. Raises
    Unwritable, and TypeError for a parameter that cannot be hashed.
    """
    return _mould(template, locale, zone, tuple(gaps.words), _Given(_key(parameters), parameters))


@lru_cache(maxsize=KEPT)
def _mould(template: str, locale: str, zone: str, marks: tuple[str, ...], given: _Given) -> Moulded:
    found = render(template, locale=locale, zone=zone, parameters=given.parameters)
    return Moulded(*(Mould.of(text, marks) for text in (found.subject, found.text, found.html)))


def _key(value: Any) -> Hashable:
    """A value as what dictionaries can look up; 1 and True are two."""
    if isinstance(value, Mapping):
        return tuple((name, _key(part)) for name, part in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_key, value))
    return type(value), value
