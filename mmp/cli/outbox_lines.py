"""Mails as lines and as JSON. Nothing here shows a token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmp.models import HistoryEntry, Mail
    from mmp.services.outbox import MailDetail


def line_of(mail: Mail) -> str:
    """One line, in columns."""
    reason = f"  ({_words(mail.reason)})" if mail.reason and mail.state != "sent" else ""
    where = mail.programme.slug if mail.programme else "-"
    return (
        f"{_when(_last(mail))}  {mail.state:<9}  {mail.kind:<16}  {mail.uuid}  "
        f"{where}  {mail.person.name}{reason}"
    )


def as_json(mail: Mail) -> dict[str, Any]:
    """A mail for programs; times are UTC in ISO 8601."""
    return {
        "uuid": str(mail.uuid),
        "state": mail.state.value,
        "reason": mail.reason,
        "kind": mail.kind,
        "person": mail.person.key,
        "name": mail.person.name,
        "programme": mail.programme.slug if mail.programme else None,
        "event": mail.event.key if mail.event and mail.event.pair_id is None else None,
        "created_at": mail.created_at.isoformat(),
        "due_at": mail.due_at.isoformat(),
        "next_at": mail.next_at.isoformat(),
        "ended_at": mail.ended_at.isoformat() if mail.ended_at else None,
        "tries": mail.tries,
        "message_id": mail.message_id,
    }


def facts_of(found: MailDetail, history: Sequence[HistoryEntry]) -> dict[str, Any]:
    """One mail with its attempts, what was done about it, and its text."""
    mail, shown = found.mail, found.rendered
    return as_json(mail) | {
        "to": mail.address or mail.person.email,
        "subject": shown.subject if shown else None,
        "attempts": [
            f"{_when(one.at)} {_words(one.result)} at {one.stage}"
            + (f": {one.code or ''} {one.text}".rstrip() if one.text or one.code else "")
            for one in mail.attempts
        ],
        "history": [
            f"{_when(entry.at)} {entry.action}"
            + (f" by {entry.actor.name}" if entry.actor else " on the command line")
            for entry in history
        ],
        "text": shown.text if shown else None,
    }


def _last(mail: Mail) -> datetime:
    return mail.ended_at or mail.next_at


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"


def _words(code: str | None) -> str:
    return (code or "").replace("_", " ")
