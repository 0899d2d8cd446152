"""The lines of a calendar's file that say when: titles, places and people are never looked at."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from mmp.core.busy.limits import MOST_LETTERS, MOST_LINES, MOST_OCTETS
from mmp.core.errors import UserError

_KEPT: Final = frozenset(
    {
        *("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
        *("SEQUENCE", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"),
    }
)
_NAME: Final = re.compile(r"[A-Za-z0-9-]+")


@dataclass(slots=True)
class Scanned:
    """Events' lines by uid (in files of Outlook some have none), zones' lines by name, and the
    lines of free/busy lists. `too_long` events had lines beyond all measure."""

    events: dict[str, list[list[str]]] = field(default_factory=lambda: defaultdict(list))
    zones: dict[str, list[str]] = field(default_factory=dict)
    free_busy: list[str] = field(default_factory=list)
    too_long: int = 0


def scan(octets: bytes) -> Scanned:
    """What a file holds. Raises UserError (field `file`) where it is too big or no calendar."""
    if len(octets) > MOST_OCTETS:
        raise UserError(
            "This file is too big: %(size)s MB, of at most %(most)s. Export fewer months.",
            field="file",
            size=len(octets) // 1_000_000,
            most=MOST_OCTETS // 1_000_000,
        )
    text = octets.decode("utf-8-sig", errors="replace")
    if "BEGIN:VCALENDAR" not in text.upper():
        raise UserError(
            "This is no calendar: choose a file that ends in .ics, as your calendar exports it.",
            field="file",
        )
    scanned = Scanned()
    block: list[str] = []
    inside: list[str] = []
    for line in _unfolded(text):
        name = _name(line)
        if name == "BEGIN":
            inside.append(line[6:].strip().upper())
            if inside[-1] in {"VEVENT", "VTIMEZONE"}:
                block = []
        of_event = inside[-1:] == ["VEVENT"] and name in _KEPT
        if of_event or ("VTIMEZONE" in inside and len(block) < MOST_LINES):
            block.append(line)
        elif inside and inside[-1] == "VFREEBUSY" and name == "FREEBUSY":
            scanned.free_busy.append(line)
        if name == "END" and inside:
            _close(scanned, inside.pop(), block)
    return scanned


def value_of(lines: list[str], name: str) -> str | None:
    """The value of the first line of that name."""
    for line in lines:
        if _name(line) == name:
            return line.partition(":")[2].strip()
    return None


def _close(scanned: Scanned, what: str, block: list[str]) -> None:
    if what == "VEVENT":
        if len(block) > MOST_LINES or any(len(line) > MOST_LETTERS for line in block):
            scanned.too_long += 1
        else:
            uid = value_of(block, "UID") or f" {len(scanned.events)}"
            scanned.events[uid].append(block)
    elif what == "VTIMEZONE":
        if name := value_of(block, "TZID"):
            scanned.zones[name] = block


def _name(line: str) -> str:
    found = _NAME.match(line)
    return found[0].upper() if found else ""


def _unfolded(text: str) -> Iterator[str]:
    """Whole lines (RFC 5545, 3.1); of what is not kept the folded rest is not put together."""
    parts: list[str] = []
    for line in text.splitlines():
        if line[:1] in {" ", "\t"}:
            if len(parts) < MOST_LETTERS:
                parts.append(line[1:])
            continue
        if parts:
            yield "".join(parts)
        parts = [line]
    yield "".join(parts)
