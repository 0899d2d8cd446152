"""Mail that comes in: answers are taken, bounces stop mail, all else waits for a coordinator."""

from mmp.services.inbound.acts import apply_answer, lift, mark_done, put_on_list
from mmp.services.inbound.receiving import receive, set_aside
from mmp.services.inbound.worklist import (
    AT_ONCE,
    Suppressed,
    Task,
    count_open,
    handled,
    open_count,
    open_tasks,
    suppressed,
)

__all__ = [
    "AT_ONCE",
    "Suppressed",
    "Task",
    "apply_answer",
    "count_open",
    "handled",
    "lift",
    "mark_done",
    "open_count",
    "open_tasks",
    "put_on_list",
    "receive",
    "set_aside",
    "suppressed",
]
