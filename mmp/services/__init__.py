"""Verbs: each takes a session, an actor and the time; flushes, never commits."""

# Registers the counting of calendar changes and the planning of reminders: no verb can then run
# without them.
from mmp.services import calendar_changes as calendar_changes
from mmp.services.reminders import changes as changes
