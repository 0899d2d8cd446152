"""What must not stand in a log: mail addresses, secret tokens, addresses that are secrets."""

import re
from collections.abc import Iterable

_USER = re.compile(r"(?<=://)[^\s/@]+@")
"""Name and password in the address of a mail server or a database."""
_ADDRESS = re.compile(
    r"""(?:"[^"\r\n]*"|[^\s<>@"'(),;=/]+)(?:@|%40)[^\s<>@"'(),;/]+""", re.IGNORECASE
)
_SECRET_PATH = re.compile(
    r"(/(?:feeds|links|first-run|answer|unsubscribe|talks)/)[^\s\"'?&<>]+(?<![.,;:)])"
)
_RUN = re.compile(r"[A-Za-z0-9_-]{20,}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]{32,}", re.IGNORECASE)
OURS = 43
"""So many letters our tokens have."""
_TOKEN_LENGTH = 32
"""One of ours without capitals or without small letters comes up less than once in a milliard.
Shorter ones of others are known by a digit among both."""


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without mail addresses, without anything like a token, and without `secrets`.

    Numbers of rows (UUIDs) stay, and so do names: a log has to be of use.
    """
    for secret in secrets:
        text = text.replace(secret, "(secret)")
    text = _USER.sub("(secret)@", text)
    text = _SECRET_PATH.sub(r"\1(token)", text)
    text = _ADDRESS.sub(_known_host, text)
    return _RUN.sub(lambda found: _judged(found.group()), text)


def _known_host(found: re.Match[str]) -> str:
    """What `_USER` has left of an address is no mail address."""
    return found.group() if found.group().startswith("(secret)@") else "(address)"


def _judged(run: str) -> str:
    if _HEX.fullmatch(run):
        return "(token)"
    rest = _UUID.sub("", run)
    if len(rest) == OURS and re.search("[0-9]", rest):
        return "(token)"
    mixed = re.search("[A-Z]", rest) and re.search("[a-z]", rest)
    if mixed and (len(rest) >= _TOKEN_LENGTH or re.search("[0-9]", rest)):
        return "(token)"
    return run
