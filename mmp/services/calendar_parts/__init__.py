"""What a mail brings into its reader's calendar (RFC 6047), and what the reader knows of it.

Whatever tells of an event, invitation, change or pair talk, asks `part_for`; the source of these
kinds of mail makes octets of it when the mail leaves.
"""

from mmp.services.calendar_parts.facts import (
    Facts,
    address_told,
    different,
    facts_of,
    fingerprint,
    neutral,
    news,
    page_of,
    title_told,
    told,
)
from mmp.services.calendar_parts.parts import (
    PART,
    held_entries,
    part_for,
    raise_sequence,
    takes_place,
    unread_invitations,
    who_wants,
)
from mmp.services.calendar_parts.source import KINDS

__all__ = [
    "KINDS",
    "PART",
    "Facts",
    "address_told",
    "different",
    "facts_of",
    "fingerprint",
    "held_entries",
    "neutral",
    "news",
    "page_of",
    "part_for",
    "raise_sequence",
    "takes_place",
    "title_told",
    "told",
    "unread_invitations",
    "who_wants",
]
