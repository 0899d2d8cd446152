"""The outbox: every mail is a row, written in the transaction of what causes it."""

from mmp.services.outbox.acting import (
    hold_mails,
    mail_history,
    may_retry,
    release_mails,
    retry_mails,
)
from mmp.services.outbox.contents import (
    Contents,
    NoUsableAddress,
    Readings,
    compose,
    secrets_in,
)
from mmp.services.outbox.filters import Filter, counts, kinds
from mmp.services.outbox.mailboxes import GOES_TO, address_of
from mmp.services.outbox.queue import (
    CHANNEL,
    NewMail,
    cancel,
    cancel_all,
    enqueue,
    enqueue_many,
    hold,
    hold_all,
    release,
    release_all,
)
from mmp.services.outbox.sources import (
    ABOUT_CANCELLED_EVENTS,
    More,
    Personal,
    Source,
    source_for,
)
from mmp.services.outbox.suppression import suppress, suppressed_among
from mmp.services.outbox.views import (
    MailDetail,
    came_back,
    latest_trouble,
    mail_detail,
    mail_list,
)

__all__ = [
    "ABOUT_CANCELLED_EVENTS",
    "CHANNEL",
    "GOES_TO",
    "Contents",
    "Filter",
    "MailDetail",
    "More",
    "NewMail",
    "NoUsableAddress",
    "Personal",
    "Readings",
    "Source",
    "address_of",
    "came_back",
    "cancel",
    "cancel_all",
    "compose",
    "counts",
    "enqueue",
    "enqueue_many",
    "hold",
    "hold_all",
    "hold_mails",
    "kinds",
    "latest_trouble",
    "mail_detail",
    "mail_history",
    "mail_list",
    "may_retry",
    "release",
    "release_all",
    "release_mails",
    "retry_mails",
    "secrets_in",
    "source_for",
    "suppress",
    "suppressed_among",
]
