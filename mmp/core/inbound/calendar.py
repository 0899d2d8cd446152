"""The calendar object of a mail (RFC 5545, RFC 5546): whose answer it is, and to what."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar, Event, vBroken

from mmp.core.inbound.kinds import Content, Counter, Delegation, Other, Refused, Reply
from mmp.core.mail import BadHeader, sendable

MOST_OCTETS = 500_000
"""An answer of Outlook with a long HTML description has some 60,000."""
MOST_COMPONENTS = 40
LONGEST_LINE = 4_000
LONGEST_TEXT = 1_000
ANSWERS = frozenset({"ACCEPTED", "TENTATIVE", "DECLINED"})
_FOLD = re.compile(r"\r?\n[ \t]")
_WANTED = frozenset(
    {"UID", "RECURRENCE-ID", "ATTENDEE", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND"}
    | {"COMMENT", "X-RESPONSE-COMMENT"}
)
"""What is handed to the parser. Of time zones, alarms and descriptions nothing is."""


def read(text: str, *, method: str | None, written_at: datetime | None) -> Content:
    """What a calendar object asks. `method` is the one of its MIME part, `written_at` the mail's
    Date, for an answer without DTSTAMP. Raises Refused."""
    calendar = _parsed(text, method)
    named = str(calendar.get("METHOD", "") or method or "").strip().upper()
    events = calendar.walk("VEVENT")
    if named not in ("REPLY", "COUNTER"):
        return Other(method=named or None)
    if len(events) != 1:
        raise Refused("several_events" if events else "no_event")
    event = events[0]
    uid = str(event.get("UID", "")).strip()
    if not 0 < len(uid) <= 255:
        raise Refused("no_uid")
    try:
        if named == "COUNTER":
            return _counter(event, uid)
        return _reply(event, uid, written_at)
    except Refused as error:
        raise Refused(error.reason, uid) from error


def address(value: object) -> str | None:
    """The address of a `mailto:`, as people's are kept; None for anything else."""
    text = re.sub(r"(?i)^mailto:", "", str(value).strip()).strip()
    try:
        local, _, domain = sendable(text).lower().rpartition("@")
    except BadHeader:
        return None
    with suppress(UnicodeError):  # xn-- is how it travels
        domain = domain.encode("ascii").decode("idna")
    return f"{local}@{domain}"


def _reply(event: Event, uid: str, written_at: datetime | None) -> Reply | Delegation:
    attendees = _all(event, "ATTENDEE")
    params = attendees[0].params if attendees else {}
    partstat = str(params.get("PARTSTAT", "")).strip().upper()
    delegated_to = address(_first(params.get("DELEGATED-TO")))
    if partstat == "DELEGATED" or delegated_to:
        # The delegate may be named as a second attendee (RFC 5546, section 4.2.5).
        who = address(attendees[0])
        if who is None or delegated_to is None:
            raise Refused("no_attendee")
        return Delegation(uid, who, delegated_to, _sequence(event), _comment(event))
    if len(attendees) != 1:
        raise Refused("two_attendees" if attendees else "no_attendee")
    attendee = address(attendees[0])
    if attendee is None:
        raise Refused("no_attendee")
    if partstat not in ANSWERS:
        raise Refused("no_answer")
    stamp = _stamp(event) or written_at
    if stamp is None:
        raise Refused("no_stamp")
    recurrence = _raw(event, "RECURRENCE-ID") or None
    return Reply(uid, attendee, partstat, stamp, _sequence(event), recurrence, _comment(event))


def _counter(event: Event, uid: str) -> Counter:
    attendees = _all(event, "ATTENDEE")
    attendee = address(attendees[0]) if len(attendees) == 1 else None
    times = (_moment(event, "DTSTART"), _moment(event, "DTEND"))
    return Counter(uid, attendee, *times, _sequence(event), _comment(event))


def _parsed(text: str, method: str | None) -> Any:
    if len(text) > MOST_OCTETS:
        raise Refused("too_large_calendar")
    lines = _FOLD.sub("", text).splitlines()
    if sum(line[:6].upper() == "BEGIN:" for line in lines) > MOST_COMPONENTS:
        raise Refused("too_many_components")
    calendar = Calendar()
    try:
        calendar = Calendar.from_ical("\r\n".join(_wanted(lines)) + "\r\n")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise Refused("broken_calendar") from error
    if calendar.name != "VCALENDAR":
        raise Refused("broken_calendar")
    declared = str(calendar.get("METHOD", "")).strip().upper()
    if method and declared and method.upper() != declared:
        raise Refused("method_differs")
    return calendar


def _wanted(lines: list[str]) -> list[str]:
    """The few lines that matter, of the calendar itself and its events."""
    kept, inside = [], []
    for line in (one.strip("\ufeff") for one in lines):
        name = re.split("[:;]", line, maxsplit=1)[0].strip().upper()
        if name == "BEGIN":
            inside.append(line[6:].strip().upper())
        at = inside[-1] if inside else ""
        structure = name in ("BEGIN", "END")
        if at == "VCALENDAR" and len(inside) == 1:
            wanted = structure or name == "METHOD"
        else:
            wanted = inside == ["VCALENDAR", "VEVENT"] and (structure or name in _WANTED)
        if wanted:
            if len(line) > LONGEST_LINE and name not in ("COMMENT", "X-RESPONSE-COMMENT"):
                raise Refused("broken_calendar")
            kept.append(line[:LONGEST_LINE])
        if name == "END" and inside:
            inside.pop()
    return kept


def _all(event: Event, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _time(event: Event, name: str) -> Any:
    """A property's time; None where there is none that can be read."""
    found = _first(event.get(name))
    return None if isinstance(found, vBroken) else getattr(found, "dt", None)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list | tuple) and value else value or ""


def _sequence(event: Event) -> int:
    """Without one it is 0 (RFC 5545, section 3.8.7.4)."""
    found = event.get("SEQUENCE", 0)
    if not isinstance(found, int) or not 0 <= found < 2**31:
        raise Refused("broken_calendar")
    return int(found)


def _stamp(event: Event) -> datetime | None:
    found = _time(event, "DTSTAMP")
    if not isinstance(found, datetime):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _moment(event: Event, name: str) -> str:
    """A time as it was written, in ISO form, with the zone's name."""
    found = _time(event, name)
    if found is None:
        return ""
    if not isinstance(found, datetime):
        return str(found.isoformat())
    zone = found.tzinfo
    named = getattr(zone, "key", None) or (found.tzname() if zone else "")
    return f"{found.replace(tzinfo=None).isoformat(timespec='minutes')} {named}".strip()


def _raw(event: Event, name: str) -> str:
    found = _first(event.get(name, ""))
    return "" if found == "" else str(found.to_ical().decode("utf-8", "replace"))[:64]


def _comment(event: Event) -> str:
    """What the person added: COMMENT, or what Outlook calls so."""
    said = [*_all(event, "COMMENT"), *_all(event, "X-RESPONSE-COMMENT")]
    text = " ".join(dict.fromkeys(" ".join(str(one).split()) for one in said))
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_TEXT]
