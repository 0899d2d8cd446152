"""Secret tokens in mails: derived, never stored, and filled in at the last moment.

A frozen mail holds a stand-in of the same length and letters, so that its octets can be kept,
backed up and read by coordinators. What replaces it never touches the database.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

SOFT_BREAK = b"=\r\n"
"""Quoted-printable may end a line anywhere within a token (RFC 2045, section 6.7)."""


def token(secret: str, purpose: str, of: UUID | str) -> str:
    """256 bits of HMAC-SHA256 over purpose and id, as 43 letters that addresses can hold."""
    digest = hmac.new(secret.encode(), f"{purpose}:{of}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Secret:
    """A token in a mail and what stands for it until the mail leaves."""

    stand_in: str
    token: str = field(repr=False)


def secret_for(secret: str, mail: UUID, purpose: str, of: str) -> Secret:
    """The token and its stand-in, which nobody can guess: a title typed by someone could otherwise
    smuggle the reader's token into an address of theirs."""
    return Secret(token(secret, f"stand-in:{purpose}:{mail}", of), token(secret, purpose, of))


def fill_in(octets: bytes, secrets: Iterable[Secret]) -> bytes:
    """The octets with the tokens in place, each as long as what stood for it, line by line."""
    for one in secrets:
        pattern = b"(?:=\r\n)?".join(re.escape(letter).encode() for letter in one.stand_in)
        octets = re.sub(pattern, partial(_spelled, one.token), octets)
    return octets


def _spelled(wanted: str, found: re.Match[bytes]) -> bytes:
    """`wanted` with the soft breaks where they were in the stand-in."""
    letters = wanted.encode()
    lines = []
    for line in found.group().split(SOFT_BREAK):
        lines.append(letters[: len(line)])
        letters = letters[len(line) :]
    return SOFT_BREAK.join(lines)


def blot_out(text: str, secrets: Iterable[Secret]) -> str:
    """A text for other eyes: an ellipsis for every token."""
    for one in secrets:
        text = text.replace(one.stand_in, "…").replace(one.token, "…")
    return text
