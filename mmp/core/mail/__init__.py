"""Mail without sending it: parameters, octets, tokens, what answers mean, when to retry."""

from mmp.core.mail.backoff import delay_after
from mmp.core.mail.message import (
    Attachment,
    BadHeader,
    CalendarPart,
    Draft,
    Mailbox,
    QuotedPrintable,
    build,
    message_id,
    one_line,
    sendable,
)
from mmp.core.mail.moulds import Mould, in_gap
from mmp.core.mail.outcomes import Outcome, Reason, Result, Stage, broken, classify, redacted
from mmp.core.mail.parameters import Link, Words, pack, unpack
from mmp.core.mail.site import Site
from mmp.core.mail.tokens import Secret, blot_out, fill_in, secret_for, token
from mmp.core.mail.unsubscribe import (
    UNSUBSCRIBE,
    both,
    unsubscribe_headers,
    unsubscribe_path,
    unsubscribe_token,
)

__all__ = [
    "UNSUBSCRIBE",
    "Attachment",
    "BadHeader",
    "CalendarPart",
    "Draft",
    "Link",
    "Mailbox",
    "Mould",
    "Outcome",
    "QuotedPrintable",
    "Reason",
    "Result",
    "Secret",
    "Site",
    "Stage",
    "Words",
    "blot_out",
    "both",
    "broken",
    "build",
    "classify",
    "delay_after",
    "fill_in",
    "in_gap",
    "message_id",
    "one_line",
    "pack",
    "redacted",
    "secret_for",
    "sendable",
    "token",
    "unpack",
    "unsubscribe_headers",
    "unsubscribe_path",
    "unsubscribe_token",
]
