"""The language of a page stands in its address; how it writes dates and times follows from that."""

from collections.abc import Mapping

from babel import Locale
from flask import Flask, g, request, url_for
from flask_babel import Babel

from mmp.adapters.translations import LANGUAGES, direction
from mmp.core.texts import language_of
from mmp.web.context import context

IN_PATH = f"/<any({','.join(LANGUAGES)}):language>"
"""The beginning of every page's address."""

_REGIONAL = {"en": "en_GB", "ar": "ar_JO", "fr": "fr_FR"}
"""A language alone says nothing of dates: `en` would be American and `ar` have Egypt's months.
Jordan's names of the months (أيلول) are those of the Mashreq from Lebanon to Iraq, where most
Arabic readers of these pages live and meet; a person's own pages follow their own locale."""


def install(app: Flask) -> None:
    """Texts come in the language of the page being answered."""
    Babel(app, default_locale="en_GB", locale_selector=lambda: g.get("locale", "en_GB"))


def regional(language: str) -> str:
    """The CLDR locale that a page in `language` uses where no reader's own is known."""
    return _REGIONAL.get(language, language)


def use(language: str, locale: str | None = None) -> None:
    """Answer in `language`; dates and times as in `locale`, if that is one of the language."""
    g.language = language
    region = (locale or "").replace("-", "_").split("_")
    matches = region[0] == language and len(region) > 1
    g.locale = locale.replace("-", "_") if locale and matches else regional(language)


def negotiated() -> str:
    """The language the browser asks for, else English."""
    # Not `best_match`: to it `ar-JO, en;q=0.5` asks for English, since that is there exactly.
    wanted = (language_of(tag) for tag in request.accept_languages.values())
    return next((language for language in wanted if language in LANGUAGES), "en")


def of_path() -> str:
    """The language at the beginning of the address, also where nothing else of it is known."""
    first = request.path.split("/", 2)[1]
    return first if first in LANGUAGES else negotiated()


def own_name(language: str) -> str:
    """What a language calls itself."""
    name = Locale.parse(language).display_name or language
    return name[:1].upper() + name[1:]


def full_address(path: str) -> str:
    """A page's full address, by the configured base address: never by what a request claims."""
    return context().base_url + path.removeprefix(request.script_root)


def versions() -> list[Mapping[str, str]]:
    """This page in every language: `code`, `name`, `dir` and `path`; of an error, the homes."""
    endpoint = request.endpoint or ""
    known = endpoint.startswith("pages.")
    values = dict(request.view_args or {}) if known else {}
    return [
        {
            "code": code,
            "name": own_name(code),
            "dir": direction(code),
            "path": url_for(
                endpoint if known else "pages.programmes", **{**values, "language": code}
            ),
        }
        for code in LANGUAGES
    ]


def is_rtl() -> bool:
    """Whether the page is read from the right."""
    return direction(g.language) == "rtl"
