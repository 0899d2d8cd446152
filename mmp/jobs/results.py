"""What an attempt makes of a mail."""

from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from mmp.core.mail import Outcome, Reason, Result, Stage, delay_after
from mmp.models.mail import MailState

BEHIND: Final = {Result.UNREACHABLE: timedelta(minutes=1), Result.STOPPED: timedelta(minutes=30)}
"""Longer than all mail rests after such trouble: whoever met it is not the first to go again."""


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
            return {"state": MailState.DUE} | _behind(mail, outcome, now)  # nobody is charged
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


def _behind(mail: Tried, outcome: Outcome, now: datetime) -> dict[str, object]:
    """What a server says once it knows reader or text may be for this mail alone: the others go
    first, or one mail that makes it hang up would keep all of them for ever."""
    if outcome.stage not in (Stage.RCPT, Stage.DATA, Stage.DOT):
        return {}
    return {"next_at": max(mail.next_at, now + BEHIND[outcome.result])}


def end(state: MailState, reason: str, now: datetime) -> dict[str, object]:
    """The columns of a mail that has come to its end."""
    return {"state": state, "reason": reason, "ended_at": now}
