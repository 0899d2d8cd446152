"""When the law of time changes: which events moved in UTC, and what to do about each."""

from mmp.services.time_law.finding import (
    Move,
    Moved,
    Seen,
    Settled,
    any_behind,
    count_moved,
    keep_up,
    moved_event,
    moved_events,
)
from mmp.services.time_law.settling import Keep, settle

__all__ = [
    "Keep",
    "Move",
    "Moved",
    "Seen",
    "Settled",
    "any_behind",
    "count_moved",
    "keep_up",
    "moved_event",
    "moved_events",
    "settle",
]
