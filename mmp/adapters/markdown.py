"""The small Markdown that coordinators write: HTML in it stays text, and little is let through."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import nh3
from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "hr"}
_TAGS |= {"h2", "h3", "h4", "h5", "h6", "a"}
_ADDRESS = re.compile(r"https?://[^\s<>]+")
_MARKS = re.compile(r"([!-/:-@\[-`{-~])")
"""ASCII punctuation: what Markdown may take for a mark, a backslash makes it a letter (CommonMark
0.31, section 2.4)."""

_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff]")
_TELEPHONE = re.compile(r"(?<![\w/.:=+-])[+0]\d[\d -]{5,}\d(?!\w)")


@lru_cache(maxsize=1024)
def to_html(text: str, *, breaks: bool = False) -> Markup:
    """The text as HTML. Headings stand below the page's; with `breaks` each line stays a line, as
    in a letter. Kept, for a page of fifty programmes has fifty texts and they seldom change."""
    markdown = _markdown(breaks)
    tokens = markdown.parse(numbers_apart(text))
    for token in tokens:
        if token.tag in ("h1", "h2", "h3", "h4"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    html = markdown.renderer.render(tokens, markdown.options, {})
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704  nh3 cleaned it


def numbers_apart(text: str) -> str:
    """Telephone numbers between isolates (UAX 9): from right to left their groups would else come
    out in reverse."""
    if not _RIGHT_TO_LEFT.search(text):
        return text
    return _TELEPHONE.sub("\u2066\\g<0>\u2069", text)


def as_words(text: str) -> str:
    """What somebody typed elsewhere, to be filled into Markdown: no mark of it means anything, and
    an address is a link."""
    return f"<{text}>" if _ADDRESS.fullmatch(text) else _MARKS.sub(r"\\\1", text)


@lru_cache(maxsize=2)
def _markdown(breaks: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt  # waits until a text is shown: feeds start without it

    return MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": breaks})
