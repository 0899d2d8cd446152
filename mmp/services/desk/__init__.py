"""The desk of those who run a programme: their events and what is not done yet."""

from mmp.services.desk.events import (
    Preparation,
    person_of,
    planned_event,
    planned_events,
    planned_programme,
    preparation,
)
from mmp.services.desk.kept_rows import kept, read_back
from mmp.services.desk.trail import Removal, Trail, removal, removals

__all__ = [
    "Preparation",
    "Removal",
    "Trail",
    "kept",
    "person_of",
    "planned_event",
    "planned_events",
    "planned_programme",
    "preparation",
    "read_back",
    "removal",
    "removals",
]
