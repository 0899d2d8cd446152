"""Invitations as octets (RFC 5546, iTIP): one entry, who asks, and the one person who is asked.

The entry is the one of feed and download, with the same UID, SEQUENCE and times. Everybody else
who is invited stays unnamed: a calendar shows its list of attendees to all of them.
"""

import re
from dataclasses import dataclass, field, replace

from mmp.core.ical.entry import Entry
from mmp.core.ical.feed import write_calendar
from mmp.core.ical.text import single_line

_ADDRESS = re.compile(r"[!#-+\-.-9=?A-Z^-~]+@[A-Za-z0-9.-]+")
"""What a mailto may hold without escapes; no `:`, `;` and `,`, which some parsers split at."""


@dataclass(frozen=True, slots=True)
class Party:
    """Someone with an address. `name` may be empty. Raises ValueError for what is no address."""

    name: str = field(repr=False)
    address: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _ADDRESS.fullmatch(self.address):
            raise ValueError("not an address that a calendar can hold")


def render_request(
    entry: Entry, *, organizer: Party, attendee: Party, agreed: bool = False
) -> bytes:
    """METHOD:REQUEST: ask `attendee` to come, or tell them of a change (section 3.2.2). `agreed`:
    they have said yes to this very thing, so that their calendar need not ask."""
    partstat = "ACCEPTED" if agreed else "NEEDS-ACTION"
    asked = f"CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat};RSVP=TRUE"
    return _object("REQUEST", entry, organizer, f"ATTENDEE;{asked}", attendee)


def render_cancel(entry: Entry, *, organizer: Party, attendee: Party, whole: bool) -> bytes:
    """METHOD:CANCEL (section 3.2.5). With `whole` the entry is called off for all; else this one
    person is not asked any more, and STATUS must be left out."""
    entry = replace(entry, status="CANCELLED" if whole else None, alarm_minutes=None)
    return _object("CANCEL", entry, organizer, "ATTENDEE", attendee)


def _object(method: str, entry: Entry, organizer: Party, asked: str, attendee: Party) -> bytes:
    people = (_line("ORGANIZER", organizer), _line(asked, attendee))
    return write_calendar([f"METHOD:{method}"], (entry,), people=people)


def _line(property_: str, party: Party) -> str:
    """With the name as a quoted parameter, which can hold neither quotes nor what RFC 6868 takes
    for an escape."""
    name = single_line(party.name).replace('"', "'").replace("^", " ")
    common_name = f';CN="{name}"' if name else ""
    return f"{property_}{common_name}:mailto:{party.address}"
