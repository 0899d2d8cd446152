"""Finding a time that suits those on an event's list."""

from mmp.services.slot_finding.burdens import Paid
from mmp.services.slot_finding.finding import Offered, find_slots
from mmp.services.slot_finding.free_busy import DAYS, FreeBusy, free_busy
from mmp.services.slot_finding.people import asked
from mmp.services.slot_finding.wishes import Asked, Wish, first_wish, guest_handle

__all__ = [
    "DAYS",
    "Asked",
    "FreeBusy",
    "Offered",
    "Paid",
    "Wish",
    "asked",
    "find_slots",
    "first_wish",
    "free_busy",
    "guest_handle",
]
