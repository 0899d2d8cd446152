"""Reminders: rules, whom they are for, and when each of them goes to whom."""

from mmp.core.reminders.audience import Reader, form_at, why_not
from mmp.core.reminders.occasion import Occasion
from mmp.core.reminders.planning import HUSH, Known, Line, Place, plan
from mmp.core.reminders.quiet import Step, by_day, is_night, next_morning
from mmp.core.reminders.rules import DEFAULTS, PRESETS, Rule, overlaid

__all__ = [
    "DEFAULTS",
    "HUSH",
    "PRESETS",
    "Known",
    "Line",
    "Occasion",
    "Place",
    "Reader",
    "Rule",
    "Step",
    "by_day",
    "form_at",
    "is_night",
    "next_morning",
    "overlaid",
    "plan",
    "why_not",
]
