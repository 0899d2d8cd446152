"""Where mail comes in: an IMAP mailbox, and a fake."""

from mmp.adapters.mailbox.choice import mailbox_for
from mmp.adapters.mailbox.imap import IMAPMailbox
from mmp.adapters.mailbox.memory import MemoryMailbox
from mmp.adapters.mailbox.protocol import Letter, Mailbox, MailboxTrouble, OpenMailbox

__all__ = [
    "IMAPMailbox",
    "Letter",
    "Mailbox",
    "MailboxTrouble",
    "MemoryMailbox",
    "OpenMailbox",
    "mailbox_for",
]
