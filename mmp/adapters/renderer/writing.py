"""Writes mails: Jinja and Babel, in the reader's language and zone, as text and as HTML.

`templates/mail/<name>.txt` and `.html` have a block `subject` each, then the same words. A value
that a template wants and nobody gave is an error, never an empty line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from mmp.adapters.renderer.times import lines_of, locale_of, moment_line
from mmp.adapters.translations import LANGUAGES, catalogue, direction
from mmp.config import ASSETS
from mmp.core.mail import one_line
from mmp.core.texts import language_of

FOLDER = ASSETS / "templates/mail"
_ISOLATE, _END = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail in one language. `subject` is one line."""

    subject: str
    text: str
    html: str


class Unwritable(Exception):
    """A mail whose template is not there or wrong, or wants what it is not given."""


def render(template: str, *, locale: str, zone: str, parameters: Mapping[str, Any]) -> Rendered:
    """The mail `template` for a reader with that CLDR `locale` and IANA `zone`.

    Raises Unwritable.
    """
    try:
        return _rendered(template, locale, zone, parameters)
    except Exception as error:  # whatever a template can do with what it is given
        raise Unwritable(f"{type(error).__name__}: {error}") from error


def _rendered(template: str, locale: str, zone: str, parameters: Mapping[str, Any]) -> Rendered:
    language = language_for(locale)
    values = {
        **parameters,
        "language": language,
        "dir": direction(language),
        "reader_locale": written_in(locale),
        "reader_zone": zone,
    }
    plain = _environment(language, html=False).get_template(f"{template}.txt")
    page = _environment(language, html=True).get_template(f"{template}.html")
    subject = "".join(plain.blocks["subject"](plain.new_context(values)))
    return Rendered(one_line(subject), plain.render(values).strip() + "\n", page.render(values))


def language_for(locale: str) -> str:
    """The language in which someone with this locale is written to: theirs, if we speak it."""
    language = language_of(locale)
    return language if language in LANGUAGES else "en"


def written_in(locale: str) -> Locale:
    """The CLDR locale for days and hours in a mail: theirs, if we speak its language."""
    language = language_for(locale)
    return locale_of(locale if language_of(locale) == language else language)


@lru_cache(maxsize=32)
def _environment(language: str, *, html: bool) -> Environment:
    env = Environment(  # plain text is no markup
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=html,  # noqa: S701  # plain text is no markup
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.policies["ext.i18n.trimmed"] = True
    texts = catalogue(language)
    env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        texts.gettext, texts.ngettext, newstyle=True
    )
    env.filters.update(when=_when, moment=_moment, isolate=_isolate if html else _isolate_plain)
    return env


@pass_context
def _when(context: Context, when: Any) -> list[str]:
    return lines_of(when, context["reader_locale"], context["reader_zone"])


@pass_context
def _moment(context: Context, instant: Any) -> str:
    return moment_line(instant, context["reader_locale"], context["reader_zone"])


def _isolate(text: object) -> Markup:
    """A name or title, whatever its script, set apart from the sentence around it."""
    return Markup("<bdi>{}</bdi>").format(escape(text))


@pass_context
def _isolate_plain(context: Context, text: object) -> str:
    """As in HTML, by Unicode's isolates (UAX 9), where the mail is written from right to left."""
    return f"{_ISOLATE}{text}{_END}" if context["dir"] == "rtl" else str(text)
