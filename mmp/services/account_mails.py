"""Mails that tell people what happened to their account: they notice another's hand."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from mmp.core.mail import Link
from mmp.models import Person
from mmp.services.outbox.queue import enqueue

KIND = "account_changed"


class What(StrEnum):
    """What happened; the template has a sentence for each."""

    PASSWORD = "password"  # noqa: S105  # a word, not one
    CODES_ON = "codes_on"
    CODES_MOVED = "codes_moved"
    CODES_OFF = "codes_off"
    RECOVERY_CODES = "recovery_codes"
    SIGNED_OUT = "signed_out"
    RESET = "reset"


def tell_account_changed(session: Session, *, now: datetime, person: Person, what: What) -> None:
    """One mail to whoever has an address, however often it happens at one moment."""
    if person.email is None:
        return
    enqueue(
        session,
        now=now,
        kind=KIND,
        person=person,
        template=KIND,
        parameters={"what": what.value, "at": now, "account": Link("/{language}/account/")},
        dedupe_key=f"{KIND}:{what}:{person.uuid}:{now.isoformat()}",
        urgent=True,
    )
