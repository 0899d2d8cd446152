"""Invitations by mail: who gets which, what each says, and what becomes of them."""

from mmp.services.invitations.audience import (
    Blocked,
    Choice,
    Entry,
    Line,
    Plan,
    WhyNot,
    would_invite,
)
from mmp.services.invitations.following import follow
from mmp.services.invitations.listening import follow_all
from mmp.services.invitations.sending import Sample, Sent, invite, preview_mail

__all__ = [
    "Blocked",
    "Choice",
    "Entry",
    "Line",
    "Plan",
    "Sample",
    "Sent",
    "WhyNot",
    "follow",
    "follow_all",
    "invite",
    "preview_mail",
    "would_invite",
]
