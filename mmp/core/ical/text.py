r"""Text on its way into iCalendar: made clean once, escaped once (RFC 5545 section 3.3.11).

icalendar's `vText` is not used for it: it takes a backslash before a capital N for a line break, so
that a document in "C:\New" arrives as "C:" and "ew" on two lines.
"""

import re

_LINE_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_BLANKS = re.compile(r"[ \t\n]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-Z_a-z~\[\]]+")


def clean(text: str) -> str:
    r"""The text with `\n` as its only line break and without what iCalendar cannot carry.

    Every line break that some parser splits at counts as one: CRLF, CR, VT, FF, FS, GS, RS, NEL, LS
    and PS. Other control characters but the tab, lone surrogates, byte order marks and blanks at
    both ends are dropped; marks of writing direction stay.
    """
    if not text.isprintable():  # most texts are, and then hold nothing to replace
        text = _UNWANTED.sub("", _LINE_BREAKS.sub("\n", text))
    return text.strip(" \t\n")


def single_line(text: str) -> str:
    """The clean text on one line, each run of blanks and line breaks made one space."""
    return _BLANKS.sub(" ", clean(text))


def escape(text: str) -> str:
    r"""A clean text as a TEXT value: `\`, `;`, `,` and line breaks escaped, nothing else."""
    return (
        text.replace("\\", r"\\").replace(";", r"\;").replace(",", r"\,").replace("\n", r"\n")
    )  # the backslash first, else the others' own would be doubled


def is_uri(text: str) -> bool:
    """Whether it is an absolute URI in the characters of RFC 3986; those of others come as %XX."""
    return _URI.fullmatch(text) is not None
