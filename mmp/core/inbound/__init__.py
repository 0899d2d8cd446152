"""Mail that comes in: what it is, who wrote it, and what it asks. Values in, values out."""

from mmp.core.inbound.authentication import Verdict, verdict
from mmp.core.inbound.kinds import (
    Automatic,
    Bounce,
    Content,
    Counter,
    Delegation,
    Envelope,
    Inbound,
    Other,
    Refused,
    Reply,
    Unreadable,
)
from mmp.core.inbound.mime import MOST_OCTETS
from mmp.core.inbound.reading import head, read

__all__ = [
    "MOST_OCTETS",
    "Automatic",
    "Bounce",
    "Content",
    "Counter",
    "Delegation",
    "Envelope",
    "Inbound",
    "Other",
    "Refused",
    "Reply",
    "Unreadable",
    "Verdict",
    "head",
    "read",
    "verdict",
]
