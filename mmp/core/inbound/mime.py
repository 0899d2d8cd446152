"""A mail's parts, within limits that keep hostile mail quick and small (RFC 2045, RFC 2046).

The standard library's parser takes time in proportion to lines times depth, and memory to parts.
So what there is of each is counted in the octets before it sees them.
"""

import binascii
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser

from mmp.core.inbound.kinds import Refused

MOST_OCTETS = 10_000_000
MOST_LINES = 200_000
"""In base64 lines 10 MB are 130,000."""
MOST_DELIMITERS = 1_000
MOST_PARTS = 100
MOST_NESTED = 12
"""Things that can hold others. An answer has two, a report that returns one five."""
MOST_HEADER_OCTETS = 200_000
LONGEST_HEADER = 2_000

_HOLDER = re.compile(rb"(?i)boundary[*0-9]*\s*=|:\s*message/|\n\s+message/")
_DELIMITER = re.compile(rb"(?m)^--")
_FOLD = re.compile(rb"\r?\n[ \t]")
_HEAD_END = re.compile(rb"\r?\n\r?\n")


def parsed(octets: bytes) -> Message:
    """The mail as a tree. Raises Refused for one that is beyond the limits."""
    if len(octets) > MOST_OCTETS:
        raise Refused("too_large")
    if octets.count(b"\n") + octets.count(b"\r") > 2 * MOST_LINES:
        raise Refused("too_many_lines")
    if _more(_HOLDER, octets, MOST_NESTED):
        raise Refused("too_deep")
    if _more(_DELIMITER, octets, MOST_DELIMITERS):
        raise Refused("too_many_parts")
    if len(head_of(octets)) > MOST_HEADER_OCTETS:
        raise Refused("too_large")
    mail = BytesParser().parsebytes(octets)
    if sum(1 for _ in mail.walk()) > MOST_PARTS:
        raise Refused("too_many_parts")
    return mail


def head_of(octets: bytes) -> bytes:
    """The header lines alone."""
    end = _HEAD_END.search(octets)
    return octets[: end.start()] if end else octets


def header_lines(octets: bytes) -> Message:
    """The head of a mail that is not read as a whole, as far as it is short."""
    return BytesParser().parsebytes(head_of(octets[:MOST_HEADER_OCTETS]), headersonly=True)


def own_parts(mail: Message) -> Iterator[Message]:
    """The parts that its writer wrote, in order: nothing out of mails that lie within it."""
    if mail.get_content_maintype() == "multipart" and isinstance(mail.get_payload(), list):
        for part in mail.get_payload():
            assert isinstance(part, Message)  # of a multipart
            yield from own_parts(part)
    else:
        yield mail


def octets_of(part: Message) -> bytes:
    """A part's content, decoded. Raises Refused for broken base64: half of it is no content."""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64":
        octets = part.get_payload(decode=True)
        if not isinstance(octets, bytes):
            raise Refused("broken_mail")
        return octets
    letters = "".join(str(part.get_payload()).split())
    try:
        return binascii.a2b_base64(letters, strict_mode=True)
    except ValueError as error:
        raise Refused("broken_base64") from error


def text_of(part: Message) -> str:
    """A part's words: in UTF-8 if they are, else as its charset says, else as Windows writes.

    Without NUL, which no text has and not every database keeps.
    """
    octets = octets_of(part)
    # Some fold calendars within a letter (RFC 5545, section 3.1).
    tried = (octets, "utf-8"), (_FOLD.sub(b"", octets), "utf-8")
    for said, charset in (*tried, (octets, part.get_content_charset("utf-8"))):
        try:
            return said.decode(charset).removeprefix("\ufeff").replace("\0", "")
        except (LookupError, UnicodeError):
            continue
    return octets.decode("cp1252", "replace").replace("\0", "")


def header(mail: Message, name: str) -> str:
    """A header in words, on one line, without control characters."""
    found = (value for key, value in mail.raw_items() if key.lower() == name.lower())
    # Some write it in UTF-8 as it is (RFC 6532); the parser keeps such octets as surrogates.
    octets = str(next(found, "")).encode("utf-8", "surrogateescape")
    return words(octets.decode("utf-8", "replace"))


def words(value: str) -> str:
    """Encoded words (RFC 2047) decoded, as far as they can be; what cannot be shown is marked."""
    value = value[:LONGEST_HEADER]
    try:
        pieces = decode_header(value)
    except HeaderParseError:
        pieces = [(value, None)]
    shown = "".join(_decoded(*piece) for piece in pieces).encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(one if one.isprintable() else " " for one in shown).split())


def _decoded(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    try:
        return piece.decode(charset or "ascii", "replace")
    except LookupError:
        return piece.decode("ascii", "replace")


def _more(pattern: re.Pattern[bytes], octets: bytes, most: int) -> bool:
    """Whether there are more matches than `most`, looking no further than that."""
    return any(number > most for number, _ in enumerate(pattern.finditer(octets), 1))
