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
from mmp.core.ical import is_uid
from mmp.core.programme_file.kinds import Bare, Kind, Line, Plain, check_text
from mmp.core.programme_file.nodes import Scalar
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
    """An address in the lower case in which people's are kept, one that every mail server takes
    (RFC 5321). Raises UserError."""
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False)
        checked = found.normalized.lower()
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
        if "@" in text:  # POSIX's modifiers are no part of a language tag
            raise ValueError(text)
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
    """An IANA time zone of a place, or UTC; never a fixed offset."""

    def parse(self, text: str, reader: Reader) -> str:
        return zones.agreed_zone(text)

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        areas = "|".join(sorted(zones.AREAS))
        return {"type": "string", "pattern": f"^(UTC|({areas})(/[A-Za-z0-9_+-]+)+)$"}


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


class Uid(Line):
    """The UID of a calendar entry: what every calendar program takes unchanged."""

    def read(self, node: Any, path: str, reader: Reader) -> str | None:
        if not isinstance(node, Scalar):
            raise UserError("One uid belongs here, not a list or more lines.")
        if not node.text:
            return None
        if not is_uid(node.text):
            raise UserError(
                "“%(text)s” cannot be a uid; use Latin letters, digits and . _ - + : / @ alone, at"
                " most 255, or take the line out.",
                text=node.text,
            )
        return node.text

    def schema(self, defs: dict[str, Any]) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Za-z0-9@._:+/-]{0,255}$"}


class Filename(Line):
    """A file in the folder of documents, possibly in a folder of it."""

    def parse(self, text: str, reader: Reader) -> str:
        raise NotImplementedError

    def read(self, node: Any, path: str, reader: Reader) -> str:
        if not isinstance(node, Scalar):
            raise UserError("One file name belongs here, not a list or more lines.")
        text = check_text(node.text)
        if len(text) > self.longest:
            raise UserError("At most %(most)s characters fit here; shorten it.", most=self.longest)
        parts = text.split("/")
        if re.search(r"[\\\x00-\x1f]", text) or any(
            part in ("", ".", "..") or len(part.encode()) > 255 for part in parts
        ):
            raise UserError(
                "“%(text)s” does not name a file in the folder of documents; write its name alone.",
                text=text,
            )
        return text
