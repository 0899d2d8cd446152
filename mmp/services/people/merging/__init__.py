"""Two records of one person become one, and nothing that hangs on either is lost."""

from mmp.services.people.merging.joining import Joining, check_may_join, join_people, what_joins
from mmp.services.people.merging.references import JOINERS, Reference, references, unhandled

__all__ = [
    "JOINERS",
    "Joining",
    "Reference",
    "check_may_join",
    "join_people",
    "references",
    "unhandled",
    "what_joins",
]
