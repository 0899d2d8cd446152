"""Rules as rows and as values."""

from mmp.core.reminders import DEFAULTS, Rule
from mmp.models import ReminderRule


def rule_of(row: ReminderRule) -> Rule:
    """The rule that a row holds."""
    default = DEFAULTS.get(row.key)
    return Rule(
        key=row.key,
        anchor=row.anchor.value,
        offset=row.offset,
        unit=row.unit.value,
        every_days=row.every_days,
        most=row.most,
        roles=frozenset(row.roles),
        answers=frozenset(row.answers),
        forms=frozenset(row.forms),
        event_forms=frozenset(row.event_forms),
        active=row.active,
        talks=bool(default and default.talks),
        subject=row.subject,
        text=row.text,
    )
