"""Messages that a coordinator writes once, to some of a programme or of an event's list."""

from mmp.services.messages.attaching import MOST_BYTES, documents_for, file_for
from mmp.services.messages.audience import Choice, Line, WhyNot, audience, pairs_of
from mmp.services.messages.drafts import (
    Words,
    change_draft,
    delete_draft,
    deleted_draft,
    message_of,
    messages_of,
    restore_draft,
    write_draft,
)

# Registers what their mails say.
from mmp.services.messages.letters import message_source as message_source
from mmp.services.messages.receiving import Received, received
from mmp.services.messages.sending import (
    Fate,
    Outcome,
    fate_of,
    line_for,
    outcome_of,
    preview,
    send_message,
    would_get,
)

__all__ = [
    "MOST_BYTES",
    "Choice",
    "Fate",
    "Line",
    "Outcome",
    "Received",
    "WhyNot",
    "Words",
    "audience",
    "change_draft",
    "delete_draft",
    "deleted_draft",
    "documents_for",
    "fate_of",
    "file_for",
    "line_for",
    "message_of",
    "messages_of",
    "outcome_of",
    "pairs_of",
    "preview",
    "received",
    "restore_draft",
    "send_message",
    "would_get",
    "write_draft",
]
