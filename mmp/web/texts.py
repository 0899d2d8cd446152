"""Texts on a page: the reader's language or a marked other one, isolated where scripts meet."""

import re
from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import gettext as _
from markupsafe import Markup, escape

from mmp.adapters.markdown import to_html
from mmp.adapters.translations import direction
from mmp.core.texts import language_of, pick_with_language
from mmp.models import Person

_LETTER = "A-Za-zÀ-ÖØ-öø-ɏ"
_LATIN = re.compile(rf"[{_LETTER}][{_LETTER}0-9]*(?:[ .,:;&/@'’+−_–-]+[{_LETTER}0-9]+)*")
_ARABIC = re.compile(r"[\u0600-\u06ff]")


def language() -> str:
    """The language of the page being answered."""
    return str(g.get("language", "en"))


def plain(text: Mapping[str, str] | None) -> str:
    """A text for where no markup can stand: titles, attributes."""
    return pick_with_language(text, language())[0]


def shown(text: Mapping[str, str] | None) -> Markup:
    """A text of the programme: marked with its language where that is not the page's."""
    found, found_language = pick_with_language(text, language())
    if not found or language_of(found_language) == language():
        return isolate(found)
    # Only codes come here: the model keeps texts by language code.
    return Markup('<span lang="{0}" dir="{1}">{2}</span>').format(
        found_language, direction(found_language), found
    )


def isolate(text: str) -> Markup:
    """Escaped, with Latin runs in `<bdi>` where the page is written from right to left."""
    if direction(language()) == "ltr":
        return escape(text)
    parts: list[Markup] = []
    last = 0
    for run in _LATIN.finditer(text):
        parts += (escape(text[last : run.start()]), Markup("<bdi>{}</bdi>").format(run.group()))
        last = run.end()
    return Markup("").join([*parts, escape(text[last:])])


def markdown(text: Mapping[str, str] | None) -> Markup:
    """A description written in Markdown: HTML in it stays text, headings stand below the page's."""
    found, found_language = pick_with_language(text, language())
    if not found:
        return Markup("")
    clean = to_html(found)
    if language_of(found_language) == language():
        return Markup('<div class="prose">{}</div>').format(clean)
    return Markup('<div class="prose" lang="{}" dir="{}">{}</div>').format(
        found_language, direction(found_language), clean
    )


def may_name(person: Any) -> bool:
    """Whether a page of a programme may name somebody to its reader: the discreet to coordinators
    and to themselves alone. Elsewhere the queries have left them out already."""
    part, who = g.get("part"), g.get("actor")
    if part is None or who is None or not getattr(person, "discreet", False):
        return True
    return part.programme_id in who.coordinates or person.id == who.person_id


def name_of(person: Person) -> Markup:
    """A name in the reader's script if the person has given it so, isolated; nobody's in particular
    where the reader may not learn it."""
    if getattr(person, "erased_at", None) is not None:
        return escape(_("Someone who was erased"))
    if not may_name(person):
        return escape(_("A participant"))
    native = person.name_native or ""
    if direction(language()) == "rtl" and _ARABIC.search(native):
        return Markup("<bdi>{}</bdi>").format(native)
    return Markup("<bdi>{}</bdi>").format(person.name)


def arrow() -> str:
    """From what was to what is, in the direction of reading: no script mirrors it by itself."""
    return "←" if direction(language()) == "rtl" else "→"


def isolated(text: str) -> Markup:
    """What someone has typed, whatever its script, set apart from the sentence around it."""
    return Markup("<bdi>{}</bdi>").format(text)
