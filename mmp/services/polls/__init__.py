"""Polls: a few slots go out, people say which suit them, a coordinator picks one."""

from mmp.services.polls.answering import Given, answer
from mmp.services.polls.closing import close_poll, delete_poll, reopen_poll, undelete_poll
from mmp.services.polls.making import Wish, make_poll
from mmp.services.polls.picking import Inviting, Picked, pick_slot
from mmp.services.polls.reading import (
    Asked,
    SlotNow,
    asked_by_link,
    is_open,
    own_asked,
    own_open,
    planned_poll,
    polls_of,
    slot_now,
)
from mmp.services.polls.reminding import PlannedReminder, plan_of, remind_now
from mmp.services.polls.results import Result, result_of
from mmp.services.polls.trail import history_of

__all__ = [
    "Asked",
    "Given",
    "Inviting",
    "Picked",
    "PlannedReminder",
    "Result",
    "SlotNow",
    "Wish",
    "answer",
    "asked_by_link",
    "close_poll",
    "delete_poll",
    "history_of",
    "is_open",
    "make_poll",
    "own_asked",
    "own_open",
    "pick_slot",
    "plan_of",
    "planned_poll",
    "polls_of",
    "remind_now",
    "reopen_poll",
    "result_of",
    "slot_now",
    "undelete_poll",
]
