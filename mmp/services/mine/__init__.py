"""What is a person's own: their events, their answers, their part in an agenda."""

from mmp.services.answers import Reply
from mmp.services.mine.answering import answer
from mmp.services.mine.listing import (
    OwnEvent,
    OwnPart,
    breaks_of,
    coming,
    own_event,
    own_events,
    with_parts,
)
from mmp.services.mine.people import Fellow, fellows
from mmp.services.mine.seen import Helper, Seen, helpers, seen_by_others

__all__ = [
    "Fellow",
    "Helper",
    "OwnEvent",
    "OwnPart",
    "Reply",
    "Seen",
    "answer",
    "breaks_of",
    "coming",
    "fellows",
    "helpers",
    "own_event",
    "own_events",
    "seen_by_others",
    "with_parts",
]
