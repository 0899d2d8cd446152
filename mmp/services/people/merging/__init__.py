"""Two records of one person become one, and nothing that hangs on either is lost."""

from mmp.services.people.merging.joining import Joining, check_may_join, join_people, what_joins
from mmp.services.people.merging.references import JOINERS, Reference, references, unhandled
from mmp.services.people.merging.taking_apart import can_part, joining, joinings_of, take_apart

__all__ = [
    "JOINERS",
    "Joining",
    "Reference",
    "can_part",
    "check_may_join",
    "join_people",
    "joining",
    "joinings_of",
    "references",
    "take_apart",
    "unhandled",
    "what_joins",
]
