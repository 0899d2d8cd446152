"""What the answers of a mail server mean (RFC 5321, section 4.2; RFC 3463 for `x.y.z`)."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a conversation came. `DATA` ends with the dot sent, `DOT` waits for its answer."""

    RENDER = "render"
    CONNECT = "connect"
    GREETING = "greeting"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"


class Result(StrEnum):
    """What an attempt means for the mail and for all others."""

    SENT = "sent"
    PUT_OFF = "put_off"
    """The server asks to come back with this mail: it counts."""
    UNANSWERED = "unanswered"
    """No answer after the dot: it may have been sent; the same mail again."""
    UNREACHABLE = "unreachable"
    """No mail's fault: all wait a little."""
    STOPPED = "stopped"
    """Our own fault: all wait until someone has mended it."""
    ADDRESS_REFUSED = "address_refused"
    MESSAGE_REFUSED = "message_refused"


class Reason(StrEnum):
    """Why a mail ended. Callers of `cancel` may give words of their own."""

    ACCEPTED = "accepted"
    ADDRESS_REFUSED = "address_refused"
    MESSAGE_REFUSED = "message_refused"
    GAVE_UP = "gave_up"
    TOO_LATE = "too_late"
    NO_ADDRESS = "no_address"
    EVENT_CANCELLED = "event_cancelled"
    PERSON_LEFT = "person_left"
    SUPERSEDED = "superseded"
    BY_COORDINATOR = "by_coordinator"
    SUPPRESSED = "suppressed"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. `text` is fit to be kept: no addresses, no tokens."""

    result: Result
    stage: Stage
    code: int | None = None
    text: str = ""

    @property
    def stops_all(self) -> bool:
        """Whether the next mail would meet the same."""
        return self.result in (Result.UNREACHABLE, Result.STOPPED, Result.UNANSWERED)


BAD_ADDRESS = frozenset({501, 550, 551, 553, 555})
_POLICY = re.compile(r"^\s*5\.7\.")
_TOO_LARGE = re.compile(r"^\s*5\.(?:3\.4|2\.3)(?!\d)")


def classify(stage: Stage, code: int, text: str = "") -> Outcome:
    """The meaning of the server's `code` at `stage`.

    At RCPT, 5.7.x (policy: relaying denied, sign in first) and codes that name no mailbox are our
    fault; 552 (mailbox full) is put off, as RFC 5321, section 4.5.3.1.10, asks, unless it is the
    mail that is too large.
    """
    return Outcome(_meaning(stage, code, text), stage, code, redacted(text))


def _meaning(stage: Stage, code: int, text: str) -> Result:
    if stage is Stage.DOT and 200 <= code < 300:
        return Result.SENT
    if code == 421:
        return Result.UNREACHABLE
    if stage not in (Stage.RCPT, Stage.DATA, Stage.DOT):
        return Result.STOPPED if 500 <= code < 600 else Result.UNREACHABLE
    too_large = stage is not Stage.RCPT and _TOO_LARGE.match(text)
    if 400 <= code < 500 or (code == 552 and not too_large):
        return Result.PUT_OFF
    if stage is Stage.RCPT and 500 <= code < 600:
        bad = code in BAD_ADDRESS and not _POLICY.match(text)
        return Result.ADDRESS_REFUSED if bad else Result.STOPPED
    if 500 <= code < 600:
        return Result.MESSAGE_REFUSED
    # No answer that SMTP knows.
    return Result.UNANSWERED if stage is Stage.DOT else Result.UNREACHABLE


def broken(stage: Stage, why: str) -> Outcome:
    """The connection failed, timed out or ended at `stage`."""
    result = Result.UNANSWERED if stage is Stage.DOT else Result.UNREACHABLE
    return Outcome(result, stage, None, redacted(why))


_ADDRESS = re.compile(r"<?[^\s<>@\"]+@[^\s<>@\"]+>?")
_TOKEN = re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
LONGEST = 300


def redacted(text: str) -> str:
    """A server's answer without addresses and anything like a token, in one line of 300 letters."""
    line = _CONTROL.sub(" ", text[: 4 * LONGEST])
    return _TOKEN.sub("(token)", _ADDRESS.sub("(address)", line)).strip()[:LONGEST]
