"""From a mail's octets to what it is."""

from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from mmp.core.inbound import bounces, calendar, mime
from mmp.core.inbound.kinds import (
    Automatic,
    Content,
    Envelope,
    Inbound,
    Other,
    Refused,
    Unreadable,
)

CALENDARS = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
LONGEST_TEXT = 2_000
_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")


def read(octets: bytes) -> Inbound:
    """Read one mail. Whatever it holds, this takes a second at most and raises nothing."""
    try:
        mail = mime.parsed(octets)
    except Refused as error:
        return Inbound(head(octets), Unreadable(error.reason))
    envelope = envelope_of(mail)
    try:
        return Inbound(envelope, _content(mail, envelope))
    except Refused as error:
        return Inbound(envelope, Unreadable(error.reason, error.uid))


def head(octets: bytes) -> Envelope:
    """What the head of a mail says that is not read any further."""
    return envelope_of(mime.header_lines(octets))


def envelope_of(mail: Message) -> Envelope:
    """What the head says."""
    name, sender = _sender(mail)
    results = tuple(str(one) for one in mail.get_all("Authentication-Results", [])[:20])
    return Envelope(sender, name, mime.header(mail, "Subject")[:300], _date(mail), results)


def _content(mail: Message, envelope: Envelope) -> Content:
    found = bounces.report(mail)
    if found is not None:
        return found
    asked = _asked(mail, envelope)
    if asked is not None and not isinstance(asked, Other):
        return asked
    found = bounces.letter(mail, envelope.sender, envelope.subject)
    if found is not None:
        return found
    if _is_automatic(mail):
        return Automatic()
    return Other(_words(mail), asked.method if asked else None)


def _asked(mail: Message, envelope: Envelope) -> Content | None:
    """What its calendar objects ask, if they all ask the same."""
    found: list[Content] = []
    for part in mime.own_parts(mail):
        named = str(part.get_filename() or "").lower().endswith(".ics")
        if part.get_content_type() not in CALENDARS and not named:
            continue
        method = part.get_param("method")
        said = mime.words(method)[:40] if isinstance(method, str) else None
        text = mime.text_of(part)
        found.append(calendar.read(text, method=said, written_at=envelope.date))
    if any(one != found[0] for one in found[1:]):
        raise Refused("calendars_differ")
    return found[0] if found else None


def _sender(mail: Message) -> tuple[str, str | None]:
    headers = [str(one)[: mime.LONGEST_HEADER] for one in mail.get_all("From", [])]
    addresses = getaddresses(headers)
    if len(headers) != 1 or len(addresses) != 1:
        return "", None
    name, said = addresses[0]
    return mime.words(name)[:120], calendar.address(said)


def _date(mail: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(mail.get("Date", "")))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _is_automatic(mail: Message) -> bool:
    submitted = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(mail.get("Precedence", "")).strip().lower()
    receipt = mail.get_content_type() == "multipart/report"
    marked = any(name in mail for name in _AUTOMATIC)
    sorted_out = precedence in ("bulk", "junk", "list", "auto_reply")
    return submitted != "no" or sorted_out or receipt or marked


def _words(mail: Message) -> str:
    """The beginning of what somebody wrote, for who has to read it."""
    for part in mime.own_parts(mail):
        if part.get_content_type() == "text/plain" and not part.get_filename():
            lines = (" ".join(line.split()) for line in mime.text_of(part).splitlines())
            text = "\n".join(line for line in lines if line)
            return "".join(one for one in text if one.isprintable() or one == "\n")[:LONGEST_TEXT]
    return ""
