"""Texts that coordinators write, with placeholders from a closed list: `{{ name }}`.

There is no logic in them. Nothing is evaluated: a placeholder is a word that is looked up, and
whatever else looks like a template (`{% ... %}`, dots, filters) is refused when it is saved.
"""

import difflib
import re
from collections.abc import Mapping
from typing import Final

from mmp.core.errors import UserError
from mmp.core.texts import Translated

PLACEHOLDERS: Final = (
    *("name", "event", "when", "place", "join_link", "answer_link", "page"),
    *("partner", "programme", "days_left", "group", "question"),
)
"""What texts may hold. Empty is what does not apply to the reader."""
LONGEST: Final = 4_000
"""Letters of a text, in one language."""
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"\s*([A-Za-z_]+)\s*")
_SINGLE = re.compile(r"\{\s*([A-Za-z_]+)\s*\}")
_LOGIC = re.compile(r"\{%|%\}|\{#|#\}")


class BadTemplate(UserError):
    """A text with a placeholder that there is not, or with more than placeholders."""

    code = "bad_template"


def check(text: str, *, field: str) -> None:
    """Raise BadTemplate for what cannot be filled in, naming it and the nearest there is."""
    if len(text) > LONGEST:
        raise BadTemplate("Use at most %(most)d letters.", field=field, most=LONGEST)
    if _LOGIC.search(text):
        raise BadTemplate(
            "Texts hold words and placeholders such as {{ name }}, no instructions.", field=field
        )
    for inside in _PLACEHOLDER.findall(text):
        _check_one(inside, field)
    rest = _PLACEHOLDER.sub("", text)
    single = any(_nearest(word, 0.7) for word in _SINGLE.findall(rest))
    if single or "{{" in rest or "}}" in rest:
        raise BadTemplate(
            "A placeholder is not closed: write it as {{ name }}, with two braces on each side.",
            field=field,
        )


def check_all(texts: Translated, *, field: str) -> None:
    """`check` for each language; the field is named with it, as `text-ar`."""
    for language, text in texts.items():
        check(text, field=f"{field}-{language}")


def used_in(text: str) -> frozenset[str]:
    """The placeholders of a text."""
    found = map(_NAME.fullmatch, _PLACEHOLDER.findall(text))
    return frozenset(match[1] for match in found if match) & frozenset(PLACEHOLDERS)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in, once: what a value holds is never looked at again.

    A placeholder that has no value becomes empty; one that is none stays as it is written.
    """

    def value(found: re.Match[str]) -> str:
        name = _NAME.fullmatch(found[1])
        if name is None or name[1] not in PLACEHOLDERS:
            return found[0]
        return values.get(name[1], "")

    return _PLACEHOLDER.sub(value, text)


def _nearest(written: str, cutoff: float = 0.5) -> str | None:
    found = difflib.get_close_matches(written.casefold(), PLACEHOLDERS, n=1, cutoff=cutoff)
    return found[0] if found else None


def _check_one(inside: str, field: str) -> None:
    name = _NAME.fullmatch(inside)
    if name is not None and name[1] in PLACEHOLDERS:
        return
    written = inside.strip()[:40]
    if near := _nearest(written):
        raise BadTemplate(
            "There is no placeholder “%(name)s”; did you mean {{ %(near)s }}?",
            field=field,
            name=written,
            near=near,
        )
    raise BadTemplate(
        "There is no placeholder “%(name)s”. There are: %(known)s.",
        field=field,
        name=written,
        known=", ".join(PLACEHOLDERS),
    )
