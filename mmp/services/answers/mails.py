"""The mails of a waiting list: that one waits, and that a seat is one's own."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from mmp.adapters.translations import in_every_language
from mmp.core.mail import Link, Reason, Words
from mmp.models import Participation
from mmp.models.enums import EventStatus
from mmp.services import outbox
from mmp.services.events import when_of

PURPOSE: Final = "answer"
"""What the tokens of answer links are derived from, beside the line of the list."""

KINDS: Final = ("waiting", "seat_free")
"""The mails of a waiting list."""


def answer_link(row: Participation, query: str = "") -> Link:
    """The address at which a mail's reader answers without signing in."""
    path = f"/{{language}}/answer/{row.uuid}/{{token}}/{query}"
    return Link(path, (PURPOSE, row.uuid))


def tell_waiting(session: Session, *, now: datetime, row: Participation, place: int) -> None:
    """To who said yes and found no seat: their place in the line, and how to leave it."""
    assert row.waiting_since is not None  # they wait
    _enqueue(session, now, row, "waiting", row.waiting_since, {"place": place})


def tell_seat_free(session: Session, *, now: datetime, row: Participation) -> None:
    """To who moved up: the seat is theirs, and how to give it back."""
    take_back(session, now=now, row=row)
    _enqueue(session, now, row, "seat_free", now, {})


def take_back(session: Session, *, now: datetime, row: Participation) -> None:
    """What has not gone yet of the line and its seats is not true any more."""
    outbox.cancel_all(
        session,
        now=now,
        reason=Reason.SUPERSEDED,
        person=row.person,
        event=row.event,
        kinds=KINDS,
    )


def _enqueue(
    session: Session,
    now: datetime,
    row: Participation,
    kind: str,
    since: datetime,
    parameters: dict[str, object],
) -> None:
    event, person = row.event, row.person
    if person.email is None or event.status is not EventStatus.PUBLISHED:
        return
    if person.discreet:
        title = Words(in_every_language("Meeting"))
        parameters["event"] = {"title": title, "when": when_of(event), "place": ""}
    outbox.enqueue(
        session,
        now=now,
        kind=kind,
        person=person,
        template=kind,
        dedupe_key=f"{kind}:{row.uuid}:{since.isoformat()}",
        programme=None if person.discreet else event.programme,
        event=event,
        expires_at=event.ends_at,
        urgent=True,
        parameters={"page": answer_link(row), **parameters},
    )
