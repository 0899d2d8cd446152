"""A mail's octets (RFC 5322, RFC 2045 to 2047): CRLF, ASCII only, deterministic.

Written by hand rather than with `email.message`, which folds long names in quotes or Arabic
wrongly and takes ten times as long; tests read the result back with the standard library.
"""

import binascii
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Literal, NewType
from urllib.parse import quote
from uuid import UUID

LINE = 76
_WORD_OCTETS = 39
"""In base64 52 letters, with `=?utf-8?b?` and `?=` 64: beside the longest name of a header below
the 76 that RFC 2047, section 2, allows to a line."""
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_PRINTABLE = re.compile(r"[ -~]*")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f]+@[^\s<>()\\,;:\"@\x00-\x20\x7f]+")


QuotedPrintable = NewType("QuotedPrintable", bytes)
"""A text as lines of at most 76 ASCII letters (RFC 2045, section 6.7)."""


class BadHeader(ValueError):
    """A value that could break a header, or an address that SMTP cannot carry."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name, which may be empty, and an address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An iCalendar object in a mail (RFC 6047). `octets` are CRLF lines of UTF-8."""

    method: Literal["REQUEST", "CANCEL", "REPLY"]
    octets: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along. `media_type` is `type/subtype`, with its parameters."""

    filename: str
    media_type: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a mail says, before it becomes octets. `locale` is the reader's. Text and HTML may
    be octets already."""

    message_id: str
    date: datetime
    sender: Mailbox
    to: Mailbox
    subject: str
    text: str | QuotedPrintable
    html: str | QuotedPrintable
    locale: str
    reply_to: tuple[Mailbox, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    """More of them, ASCII, such as List-Unsubscribe."""
    calendar: CalendarPart | None = None
    attachments: tuple[Attachment, ...] = ()


def build(draft: Draft) -> bytes:
    """The octets. Raises BadHeader where a value holds a line break or control character."""
    boundary = "=_" + re.sub(r"[^0-9A-Za-z]", "", draft.message_id)[:40]
    headers = [
        ("From", mailbox(draft.sender)),
        ("To", mailbox(draft.to)),
        *((("Reply-To", ",\r\n ".join(map(mailbox, draft.reply_to))),) if draft.reply_to else ()),
        ("Subject", text_value(draft.subject)),
        ("Date", _date(draft.date)),
        ("Message-ID", _ascii(draft.message_id)),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", _ascii(draft.locale.replace("_", "-"))),
        *((_ascii(name), _ascii(value)) for name, value in draft.headers),
        ("MIME-Version", "1.0"),
    ]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return lines.encode("ascii") + _body(draft, boundary)


def _body(draft: Draft, boundary: str) -> bytes:
    """The words, and the calendar object as the last of their alternatives and once more as a file
    with the same octets: some programs look for the one, some for the other."""
    words = [_text_part("plain", draft.text), _text_part("html", draft.html)]
    files = []
    if draft.calendar is not None:
        octets, method = draft.calendar.octets, draft.calendar.method
        kind = f"text/calendar; charset=utf-8; method={method}"
        words.append(_octets_part(kind, octets))
        files.append(_octets_part("application/ics", octets, filename="invite.ics"))
    files += [_octets_part(one.media_type, one.octets, one.filename) for one in draft.attachments]
    alternative = _multipart("alternative", boundary, words)
    return _multipart("mixed", f"{boundary}m", [alternative, *files]) if files else alternative


def _multipart(subtype: str, boundary: str, parts: list[bytes]) -> bytes:
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'
    between = f"--{boundary}\r\n".encode()
    end = f"--{boundary}--\r\n".encode()
    return head.encode("ascii") + b"".join(between + part for part in parts) + end


def _text_part(subtype: str, text: str | QuotedPrintable) -> bytes:
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode("ascii") + (quoted_printable(text) if isinstance(text, str) else text)


def quoted_printable(text: str) -> QuotedPrintable:
    """The lines of a text, each ended by CRLF."""
    lines = "\r\n".join(text.splitlines()) + "\r\n"
    # The first line break tells b2a_qp to write CRLF, also where it breaks a line itself.
    return QuotedPrintable(binascii.b2a_qp(lines.encode("utf-8"), istext=True))


def _octets_part(kind: str, octets: bytes, filename: str | None = None) -> bytes:
    """Octets in base64, lines of 76 letters ended by CRLF."""
    head = [f"Content-Type: {_ascii(kind)}", "Content-Transfer-Encoding: base64"]
    if filename is not None:
        head.append(f"Content-Disposition: attachment;\r\n filename*=utf-8''{_percent(filename)}")
    letters = b64encode(octets)
    lines = [letters[at : at + LINE] for at in range(0, len(letters), LINE)]
    return "\r\n".join([*head, "", ""]).encode("ascii") + b"".join(one + b"\r\n" for one in lines)


def _percent(filename: str) -> str:
    """A file name as RFC 2231 spells it, without anything that leads into a folder."""
    return quote(re.sub(r"[\\/\x00-\x1f\x7f]+", "_", filename)[:120], safe="")


@lru_cache(maxsize=1024)
def mailbox(box: Mailbox) -> str:
    """`name <address>` with the name as it must be written; folded before a long address."""
    address = sendable(box.address)
    name = _refuse_breaks(box.name).strip()
    if not name:
        return address
    plain = _PRINTABLE.fullmatch(name) and len(name) <= LINE - 16 and "=?" not in name
    if plain and _ATOMS.fullmatch(name):
        phrase = name
    elif plain:
        quoted = re.sub(r'(["\\])', r"\\\1", name)
        phrase = f'"{quoted}"'
    else:
        phrase = _encoded(name)
    fits = len(phrase.rsplit("\n", 1)[-1]) + len(address) + 15 <= LINE
    return f"{phrase}{' ' if fits else chr(13) + chr(10) + ' '}<{address}>"


@lru_cache(maxsize=1024)
def sendable(address: str) -> str:
    """The address as SMTP without extensions carries it. Raises BadHeader if it cannot."""
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadHeader("the address has no domain") from error
    whole = f"{local}@{ascii_domain}"
    if not whole.isascii() or not _ADDRESS.fullmatch(whole):
        raise BadHeader("the address cannot be written to")
    return whole


def text_value(value: str) -> str:
    """A header's free text: as it is where ASCII on one line holds it, else in encoded words."""
    value = _refuse_breaks(value).strip()
    if _PRINTABLE.fullmatch(value) and len(value) <= LINE - 12 and "=?" not in value:
        return value
    return _encoded(value)


@lru_cache(maxsize=64)
def _date(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC))


def _encoded(value: str) -> str:
    return "\r\n ".join(
        f"=?utf-8?b?{b64encode(piece).decode('ascii')}?=" for piece in _pieces(value)
    )


def _pieces(value: str) -> Iterator[bytes]:
    """UTF-8 in pieces that break no character."""
    piece = b""
    for letter in value:
        octets = letter.encode("utf-8")
        if len(piece) + len(octets) > _WORD_OCTETS:
            yield piece
            piece = b""
        piece += octets
    yield piece


def _refuse_breaks(value: str) -> str:
    if _BREAKS.search(value):
        raise BadHeader("a header holds a line break or control character")
    return value


def _ascii(value: str) -> str:
    if not _PRINTABLE.fullmatch(_refuse_breaks(value)):
        raise BadHeader("a header holds more than ASCII")
    return value


def one_line(text: str) -> str:
    """A text as a header can hold it: every run of white space is one space."""
    return " ".join(text.split())


def message_id(mail: UUID, sender: str) -> str:
    """The Message-ID of a mail for its whole life, at the domain of its sender."""
    return f"<{mail}@{sendable(sender).rpartition('@')[2]}>"
