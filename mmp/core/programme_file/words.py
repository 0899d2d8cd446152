"""Words that others define: countries, languages, locales, zones, addresses, colours."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from mmp.core import zones
from mmp.core.colours import CSS_COLOURS
from mmp.core.countries import countries, country_named
from mmp.core.errors import UserError
from mmp.core.programme_file.kinds import Bare, Kind, Line, Plain
from mmp.core.programme_file.problems import closest
from mmp.core.programme_file.reader import Reader


@cache
def languages() -> frozenset[str]:
    """Every language code that CLDR knows."""
    codes: Iterable[str] = Locale("en").languages
    return frozenset(code for code in codes if re.fullmatch("[a-z]{2,3}", code))


def check_language(code: str) -> str:
    """The code of a language. Raises UserError."""
    if code not in languages():
        raise UserError(
            "“%(code)s” is no language code; use two letters like en, ar or fr.", code=code
        )
    return code


def check_email(address: str) -> str:
    """An address in the lower case in which people's are kept. Raises UserError."""
    try:
        checked = validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise UserError(
            "“%(address)s” is not an e-mail address (%(why)s); correct it.",
            address=address,
            why=str(error).rstrip("."),
        ) from error
    if len(checked) > 320:
        raise UserError("This address is longer than any that mail can reach; correct it.")
    return checked


class Country(Kind):
    """An ISO 3166 code."""

    def parse(self, text: str, reader: Reader) -> str:
        if text in countries():
            return text
        near = country_named(text)
        if near is None and (name := closest(text, countries().values())):
            near = country_named(name)
        if near:
            raise UserError(
                "“%(text)s” is no country code of ISO 3166; did you mean %(near)s?",
                text=text,
                near=near,
            )
        raise UserError(
            "“%(text)s” is no country code of ISO 3166; use two capitals like JO or SE.", text=text
        )

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Z]{2}$"}


class Language(Kind):
    """A language code."""

    def parse(self, text: str, reader: Reader) -> str:
        return check_language(text)

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[a-z]{2,3}$"}


@cache
def check_locale(text: str) -> str:
    """A CLDR locale in its usual spelling, like ar_JO. Raises UserError."""
    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (UnknownLocaleError, ValueError, TypeError) as error:
        raise UserError(
            "CLDR knows no locale “%(text)s”; use a language and a country of it, like ar_JO or"
            " sv_SE, or the language alone.",
            text=text,
        ) from error


class LocaleName(Kind):
    """A CLDR locale."""

    def parse(self, text: str, reader: Reader) -> str:
        return check_locale(text[:40])

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[a-z]{2,3}([_-][A-Za-z]{4})?([_-][A-Z0-9]{2,3})?$"}


class Zone(Kind):
    """An IANA time zone."""

    def parse(self, text: str, reader: Reader) -> str:
        zones.zone(text)
        return text

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"}


class Email(Kind):
    """An e-mail address, in lower case."""

    def parse(self, text: str, reader: Reader) -> str:
        return check_email(text)

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[^@\\s]+@[^@\\s]+$"}


class Link(Kind):
    """A web address that people may be sent to: never `javascript:` or a file."""

    def parse(self, text: str, reader: Reader) -> str:
        try:
            parts = urlsplit(text)
            valid = parts.scheme in ("http", "https") and bool(parts.hostname)
            _ = parts.port
        except ValueError:
            valid = False
        if not valid or re.search(r"\s", text):
            raise UserError(
                "“%(text)s” is no web address; write it whole, beginning with https://", text=text
            )
        return text

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://\\S+$"}


class Colour(Kind):
    """A CSS colour name (RFC 7986, COLOR)."""

    def parse(self, text: str, reader: Reader) -> str:
        if text.lower() in CSS_COLOURS:
            return text.lower()
        raise UserError(
            "“%(text)s” is no CSS colour name; try %(near)s.",
            text=text,
            near=closest(text, CSS_COLOURS) or "steelblue",
        )

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"enum": sorted(CSS_COLOURS)}


class Uuid(Kind):
    """The lasting name of a thing, where it was not made from its handle."""

    def parse(self, text: str, reader: Reader) -> UUID:
        try:
            return UUID(text)
        except ValueError as error:
            raise UserError("“%(text)s” is no UUID; take the line out.", text=text) from error

    def plain(self, value: Any, language: str | None = None) -> Plain:
        return None if value is None else Bare(value)

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


class Filename(Line):
    """A file in the folder of documents, possibly in a folder of it."""

    def parse(self, text: str, reader: Reader) -> str:
        raise NotImplementedError

    def read(self, node: Any, path: str, reader: Reader) -> str:
        text = str(super().read(node, path, reader) or "")
        parts = text.split("/")
        if re.search(r"[\\\x00-\x1f]", text) or any(
            part in ("", ".", "..") or len(part.encode()) > 255 for part in parts
        ):
            raise UserError(
                "“%(text)s” does not name a file in the folder of documents; write its name alone.",
                text=text,
            )
        return text
