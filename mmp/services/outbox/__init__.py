"""The outbox: every mail is a row, written in the transaction of what causes it."""

from mmp.services.outbox.contents import Contents, NoUsableAddress, compose, secrets_in
from mmp.services.outbox.queue import (
    CHANNEL,
    cancel,
    cancel_all,
    enqueue,
    hold,
    hold_all,
    release,
    release_all,
)
from mmp.services.outbox.sources import More, Personal, Source, source_for
from mmp.services.outbox.views import MailDetail, latest_trouble, mail_detail, mail_list

__all__ = [
    "CHANNEL",
    "Contents",
    "MailDetail",
    "More",
    "NoUsableAddress",
    "Personal",
    "Source",
    "cancel",
    "cancel_all",
    "compose",
    "enqueue",
    "hold",
    "hold_all",
    "latest_trouble",
    "mail_detail",
    "mail_list",
    "release",
    "release_all",
    "secrets_in",
    "source_for",
]
