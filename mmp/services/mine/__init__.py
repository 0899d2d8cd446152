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

__all__ = [
    "Fellow",
    "OwnEvent",
    "OwnPart",
    "Reply",
    "answer",
    "breaks_of",
    "coming",
    "fellows",
    "own_event",
    "own_events",
    "with_parts",
]
