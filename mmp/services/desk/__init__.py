"""The desk of those who run a programme: their events and what is not done yet."""

from mmp.services.desk.events import (
    Preparation,
    person_of,
    planned_event,
    planned_events,
    planned_programme,
    preparation,
)
from mmp.services.desk.removals import Removal, kept, noted, read_back, removal

__all__ = [
    "Preparation",
    "Removal",
    "kept",
    "noted",
    "person_of",
    "planned_event",
    "planned_events",
    "planned_programme",
    "preparation",
    "read_back",
    "removal",
]
