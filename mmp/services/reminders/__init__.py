"""Reminders: the rules of programmes and events, the plan they give, and the mails of it."""

# Registers what their mails say.
from mmp.services.reminders import mails as mails
from mmp.services.reminders.changes import reconcile_all
from mmp.services.reminders.queueing import next_delivery, queue_due
from mmp.services.reminders.reconciling import reconcile, reconcile_events

__all__ = [
    "next_delivery",
    "queue_due",
    "reconcile",
    "reconcile_all",
    "reconcile_events",
]
