"""What a mail that came in can turn out to be."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer from a calendar program (REPLY, RFC 5546, section 3.2.3).

    `attendee` is an address in lower case; `partstat` is ACCEPTED, TENTATIVE or DECLINED; `stamp`
    (UTC) is when the program wrote it; `recurrence` says which of several occurrences is meant.
    """

    uid: str
    attendee: str = field(repr=False)
    partstat: str
    stamp: datetime
    sequence: int = 0
    recurrence: str | None = None
    comment: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Counter:
    """Another time is proposed (COUNTER, section 3.2.7), as the program wrote it."""

    uid: str
    attendee: str | None = field(repr=False)
    starts: str = ""
    ends: str = ""
    sequence: int = 0
    comment: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Delegation:
    """Somebody else is to come in their place (section 3.2.2.3)."""

    uid: str
    attendee: str = field(repr=False)
    delegated_to: str = field(repr=False)
    sequence: int = 0
    comment: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that a mail was not delivered (RFC 3464), or a letter that says so.

    `message_id` is that mail's; `status` is `x.y.z` (RFC 3463); `action` is `failed`, `delayed` or
    another word of RFC 3464, section 2.3.3. What was not said is None.
    """

    message_id: str | None
    recipient: str | None = field(repr=False)
    status: str | None
    action: str | None
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Automatic:
    """Written by a program (RFC 3834), such as an out-of-office note: asks for nothing."""


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody wrote. `method` is that of a calendar object that is no answer."""

    text: str = field(default="", repr=False)
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """It was refused: `reason` is a short word. `uid` is what it was about, if that was told."""

    reason: str
    uid: str | None = None


Content = Reply | Counter | Delegation | Bounce | Automatic | Other | Unreadable


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail's head says. `sender` is the one address of its one From, in lower case; None
    where there is none or more. `authentication` are the Authentication-Results, topmost first."""

    sender: str | None = field(default=None, repr=False)
    sender_name: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    date: datetime | None = None
    authentication: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Inbound:
    """One mail, read."""

    envelope: Envelope
    content: Content


class Refused(ValueError):
    """The mail is not read any further, for a `reason` of one word."""

    def __init__(self, reason: str, uid: str | None = None) -> None:
        self.reason, self.uid = reason, uid
        super().__init__(reason)
