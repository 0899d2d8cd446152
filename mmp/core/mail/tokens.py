"""Secret tokens in mails: derived, never stored, and filled in at the last moment.

A frozen mail holds a stand-in of the same length and letters, so that its octets can be kept,
backed up and read by coordinators. What replaces it never touches the database.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

SOFT_BREAK = b"=\r\n"
"""Quoted-printable may end a line anywhere within a token (RFC 2045, section 6.7)."""


def token(secret: str, purpose: str, of: UUID | str) -> str:
    """256 bits of HMAC-SHA256 over purpose and id, as 43 letters that addresses can hold."""
    digest = hmac.digest(secret.encode(), f"{purpose}:{of}".encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Secret:
    """A token in a mail and what stands for it until the mail leaves."""

    stand_in: str
    token: str = field(repr=False)


@lru_cache(maxsize=256)
def secret_for(secret: str, mail: UUID, purpose: str, of: str) -> Secret:
    """The token and its stand-in, which nobody can guess: a title typed by someone could otherwise
    smuggle the reader's token into an address of theirs."""
    return Secret(token(secret, f"stand-in:{purpose}:{mail}", of), token(secret, purpose, of))


def fill_in(octets: bytes, secrets: Iterable[Secret]) -> bytes:
    """The octets with the tokens in place, each as long as what stood for it, line by line."""
    for one in secrets:
        stand_in, wanted = one.stand_in.encode(), one.token.encode()
        octets = octets.replace(stand_in, wanted)
        while (at := _broken_at(octets, stand_in)) is not None:
            broken = stand_in[:at] + SOFT_BREAK + stand_in[at:]
            octets = octets.replace(broken, wanted[:at] + SOFT_BREAK + wanted[at:])
    return octets


def _broken_at(octets: bytes, stand_in: bytes) -> int | None:
    """After how many letters a soft break parts one that is there. Lines are longer than it is,
    so there is one break at most, and one of its halves is whole."""
    half = len(stand_in) // 2
    if (start := octets.find(stand_in[:half])) >= 0:
        at = octets.find(SOFT_BREAK, start) - start
    elif (middle := octets.find(stand_in[half:])) >= 0:
        at = half - (middle - octets.rfind(SOFT_BREAK, 0, middle) - len(SOFT_BREAK))
    else:
        return None
    return at if stand_in[:at] + SOFT_BREAK + stand_in[at:] in octets else None


def blot_out(text: str, secrets: Iterable[Secret]) -> str:
    """A text for other eyes: an ellipsis for every token."""
    for one in secrets:
        text = text.replace(one.stand_in, "…").replace(one.token, "…")
    return text
