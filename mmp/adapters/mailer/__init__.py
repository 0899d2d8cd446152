"""Where mail goes: into a folder, to a mail server, or for tests into memory."""

from mmp.adapters.mailer.choice import mailer_for
from mmp.adapters.mailer.directory import DirectoryMailer
from mmp.adapters.mailer.memory import MemoryMailer
from mmp.adapters.mailer.protocol import Lane, Lanes, Mailer, Outgoing
from mmp.adapters.mailer.smtp import SMTPMailer

__all__ = [
    "DirectoryMailer",
    "Lane",
    "Lanes",
    "Mailer",
    "MemoryMailer",
    "Outgoing",
    "SMTPMailer",
    "mailer_for",
]
