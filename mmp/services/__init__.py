"""Verbs: each takes a session, an actor and the time; flushes, never commits."""

# Registers the counting of calendar changes: no verb can then run without it.
from mmp.services import calendar_changes as calendar_changes
