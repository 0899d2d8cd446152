"""Reminders: the rules of programmes and events, the plan they give, and the mails of it."""

# Registers what their mails say.
from mmp.services.reminders import mails as mails
from mmp.services.reminders.changes import reconcile_all
from mmp.services.reminders.holding import hold, hold_planned, holds, release, release_planned
from mmp.services.reminders.plans import (
    EventPlan,
    Explained,
    Foreseen,
    PlanLine,
    Skipped,
    explain,
    foresee,
    plan_of_event,
    plan_of_person,
    plan_of_programme,
)
from mmp.services.reminders.previews import preview
from mmp.services.reminders.queueing import next_delivery, queue_due
from mmp.services.reminders.reconciling import reconcile, reconcile_events
from mmp.services.reminders.rules import (
    InForce,
    RuleDetails,
    check_rule,
    choose_preset,
    details_of,
    effective_rules,
    free_key,
    reset_rule,
    save_rule,
    switch_rule,
)
from mmp.services.reminders.words import reason_words, step_words

__all__ = [
    "EventPlan",
    "Explained",
    "Foreseen",
    "InForce",
    "PlanLine",
    "RuleDetails",
    "Skipped",
    "check_rule",
    "choose_preset",
    "details_of",
    "effective_rules",
    "explain",
    "foresee",
    "free_key",
    "hold",
    "hold_planned",
    "holds",
    "next_delivery",
    "plan_of_event",
    "plan_of_person",
    "plan_of_programme",
    "preview",
    "queue_due",
    "reason_words",
    "reconcile",
    "reconcile_all",
    "reconcile_events",
    "release",
    "release_planned",
    "reset_rule",
    "save_rule",
    "step_words",
    "switch_rule",
]
