"""Mail without sending it: parameters, octets, tokens, what answers mean, when to retry."""

from mmp.core.mail.backoff import delay_after
from mmp.core.mail.message import (
    Attachment,
    BadHeader,
    CalendarPart,
    Draft,
    Mailbox,
    build,
    message_id,
    one_line,
    sendable,
)
from mmp.core.mail.outcomes import Outcome, Reason, Result, Stage, broken, classify, redacted
from mmp.core.mail.parameters import Link, Words, pack, unpack
from mmp.core.mail.site import Site
from mmp.core.mail.tokens import Secret, blot_out, fill_in, secret_for, token

__all__ = [
    "Attachment",
    "BadHeader",
    "CalendarPart",
    "Draft",
    "Link",
    "Mailbox",
    "Outcome",
    "Reason",
    "Result",
    "Secret",
    "Site",
    "Stage",
    "Words",
    "blot_out",
    "broken",
    "build",
    "classify",
    "delay_after",
    "fill_in",
    "message_id",
    "one_line",
    "pack",
    "redacted",
    "secret_for",
    "sendable",
    "token",
    "unpack",
]
