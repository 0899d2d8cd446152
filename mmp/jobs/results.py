"""What an attempt makes of a mail."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from mmp.core.mail import Outcome, Reason, Result, delay_after
from mmp.models.mail import MailState


class Tried(Protocol):
    """What has to be known of a mail."""

    @property
    def uuid(self) -> UUID: ...
    @property
    def tries(self) -> int: ...
    @property
    def next_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime | None: ...


def mark_of(mail: Tried, changes: dict[str, object]) -> dict[str, object]:
    """All columns that a mark writes, with these changes."""
    same = {"reason": None, "ended_at": None, "next_at": mail.next_at, "tries": mail.tries}
    return same | changes


def after(mail: Tried, outcome: Outcome, now: datetime) -> dict[str, object]:
    """What an attempt changes: columns and their values."""
    match outcome.result:
        case Result.SENT:
            return end(MailState.SENT, Reason.ACCEPTED, now) | {"tries": mail.tries + 1}
        case Result.UNREACHABLE | Result.STOPPED:
            return {"state": MailState.DUE}  # nobody is charged
        case Result.ADDRESS_REFUSED | Result.MESSAGE_REFUSED:
            reason = Reason(outcome.result)
            return end(MailState.FAILED, reason, now) | {"tries": mail.tries + 1}
    tries = mail.tries + 1
    delay = delay_after(tries, mail.uuid)
    if delay is None:
        return end(MailState.FAILED, Reason.GAVE_UP, now) | {"tries": tries}
    if mail.expires_at is not None and now + delay >= mail.expires_at:
        return end(MailState.EXPIRED, Reason.TOO_LATE, now) | {"tries": tries}
    return {"state": MailState.DUE, "next_at": now + delay, "tries": tries}


def end(state: MailState, reason: str, now: datetime) -> dict[str, object]:
    """The columns of a mail that has come to its end."""
    return {"state": state, "reason": reason, "ended_at": now}
