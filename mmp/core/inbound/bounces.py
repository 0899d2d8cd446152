"""Reports that a mail was not delivered: as RFC 3464 has them, and as letters of older servers."""

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import Parser

from mmp.core.inbound import mime
from mmp.core.inbound.calendar import address
from mmp.core.inbound.kinds import Bounce, Refused
from mmp.core.mail import redacted

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45]\d\d)[ -]")
_MESSAGE_ID = re.compile(r"(?im)^[>\s]*(?:x-original-)?message-id:\s*(<[!-;=?-~]{3,250}>)")
_IN_BRACKETS = re.compile(r"(<[!-;=?-~]{3,250}>)")
_BY_A_SERVER = re.compile(r"(?i)^(mailer-daemon|postmaster|mail-daemon|mmdf|bounce[^@]*)@")
_SUBJECTS = re.compile(
    r"(?i)undeliver|delivery status|returned mail|failure notice|delivery (has )?failed"
    r"|mail delivery|delivery failure|unzustellbar|non remis|تعذر"
)
_STILL_TRIES = re.compile(r"(?i)delay|warning|retried|retard|verzögert|تأخ")
_WORST = {"failed": 0, "delayed": 1}
LONGEST = 20_000
"""Letters of a letter that are looked at."""


def report(mail: Message) -> Bounce | None:
    """What a `multipart/report` says of a delivery; None for other mails and other reports."""
    if mail.get_content_type() != "multipart/report":
        return None
    parts = [part for part in mail.walk() if part is not mail]
    status = next((p for p in parts if p.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return None
    groups = _groups(status)
    worst = min(groups, key=lambda one: _WORST.get(_action(one) or "", 2), default=None)
    original = next(filter(None, map(_original, [*parts, *groups])), None)
    if original is None:
        original = _found(_MESSAGE_ID, "\n".join(_texts(parts)))
    if worst is None:
        return Bounce(original, None, None, None)
    said = mime.words(str(worst.get("Diagnostic-Code", "")))
    code = _found(_STATUS, str(worst.get("Status", ""))) or _found(_STATUS, said)
    return Bounce(original, _recipient(worst), code, _action(worst), redacted(said))


def letter(mail: Message, sender: str | None, subject: str) -> Bounce | None:
    """What a letter of a mail server says that writes no report; None for what is none.

    It must name one of our mails by its Message-ID, and be from a server, by sender or headers.
    """
    by_server = bool(sender and _BY_A_SERVER.match(sender)) or "X-Failed-Recipients" in mail
    empty = str(mail.get("Return-Path", "")).strip() == "<>"
    if not (by_server or (empty and _SUBJECTS.search(subject))):
        return None
    text = "\n".join(_texts(mail.walk()))[:LONGEST]
    inner = (part for part in mail.walk() if part is not mail)
    original = next(filter(None, map(_original, inner)), None) or _found(_MESSAGE_ID, text)
    if original is None:
        return None
    status = _found(_STATUS, text)
    code = status or _found(_CODE, text)
    # Of a server that has given up nothing but the subject differs from a warning.
    trying = (code or "").startswith("4") and _STILL_TRIES.search(subject)
    failed = "delayed" if trying else "failed" if code else None
    who = address(mime.header(mail, "X-Failed-Recipients").split(",")[0])
    return Bounce(original, who, status or _as_status(code), failed)


def _as_status(code: str | None) -> str | None:
    return f"{code[0]}.0.0" if code else None


def _groups(status: Message) -> list[Message]:
    """The fields of each recipient: what stands after the first blank line."""
    payload = status.get_payload()
    if isinstance(payload, list):
        blocks = [one for one in payload if isinstance(one, Message)]
    else:  # encoded, which RFC 3464 does not allow and some do
        texts = re.split(r"\r?\n\r?\n", mime.text_of(status))
        blocks = [Parser().parsestr(text, headersonly=True) for text in texts]
    found = [one for one in blocks if "Final-Recipient" in one or "Action" in one]
    return found[: mime.MOST_PARTS]


def _action(group: Message) -> str | None:
    return mime.header(group, "Action").partition(" ")[0].lower() or None


def _recipient(group: Message) -> str | None:
    """As we wrote it, if that is told (RFC 3464, section 2.3.1), else where it ended."""
    for name in ("Original-Recipient", "Final-Recipient"):
        said = address(str(group.get(name, "")).rpartition(";")[2].strip().strip("<>"))
        if said:
            return said
    return None


def _original(part: Message) -> str | None:
    """The Message-ID of the mail that is returned, in the forms in which it is."""
    kind = part.get_content_type()
    payload = part.get_payload()
    heads: Message | None = part if "X-Original-Message-ID" in part else None
    if kind == "message/rfc822" and isinstance(payload, list) and payload:
        first = payload[0]
        heads = first if isinstance(first, Message) else None
    elif kind in ("text/rfc822-headers", "message/rfc822", "message/rfc822-headers"):
        heads = Parser().parsestr(_readable(part).lstrip(), headersonly=True)
    if heads is None:
        return None
    said = heads.get("X-Original-Message-ID") or heads.get("Message-ID") or ""
    return _found(_IN_BRACKETS, str(said))


def _texts(parts: Iterable[Message]) -> Iterator[str]:
    for part in parts:
        if part.get_content_maintype() == "text":
            yield _readable(part)[:LONGEST]


def _readable(part: Message) -> str:
    try:
        return mime.text_of(part)
    except Refused:
        return ""


def _found(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match.group(1) if match else None
