"""A newer mail takes the place of those that have not gone: one rule for all that tells of changes.

A mail that tells of a change keeps under `KNOWN` what its reader knew until then. Whoever is told
of the next change before it left is told the difference to that, or nothing where there is none.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from mmp.core.mail import Link, Reason, Words, unpack
from mmp.models import Event, Mail, PairMember, Person
from mmp.models.mail import WAITING, MailState

KNOWN = "known"
"""The parameter with what the reader knew before the mail."""


def replace_waiting(
    session: Session, *, now: datetime, event: Event, kinds: Collection[str]
) -> dict[int, Any]:
    """Stop the mails of these kinds about `event` that have not gone; give by the number of each
    reader who surely got none of them what they still know (the `KNOWN` of the oldest).

    One that a worker had begun to send may have arrived: it is stopped, so that it cannot come
    after the newer one, but counts as read. So does one held back after a restore.
    """
    session.flush()
    waiting = (Mail.event_id == event.id, Mail.kind.in_(kinds), Mail.state.in_(WAITING))
    by_choice = or_(Mail.state != MailState.HELD, Mail.reason == Reason.BY_COORDINATOR)
    unread = _stop(session, now, *waiting, Mail.frozen_at.is_(None), by_choice)
    _stop(session, now, *waiting)
    known: dict[int, Any] = {}
    for _, person_id, parameters in sorted(unread, key=lambda row: row[0]):
        if KNOWN in parameters:
            known.setdefault(person_id, _as_given(parameters[KNOWN]))
    return known


def write_anew(session: Session, person: Person) -> None:
    """Forget the octets of mails that wait, theirs and their partners': what may be said of
    somebody has changed, so a mail that was tried already says it as is right when it leaves."""
    session.flush()
    theirs = select(PairMember.pair_id).where(PairMember.person_id == person.id)
    partners = select(PairMember.person_id).where(PairMember.pair_id.in_(theirs))
    session.execute(
        update(Mail)
        .where(
            or_(Mail.person_id == person.id, Mail.person_id.in_(partners)),
            Mail.state.in_((MailState.DUE, MailState.HELD)),
        )
        .values(octets=None)
        .execution_options(synchronize_session=False)
    )


def _stop(
    session: Session, now: datetime, *which: ColumnElement[bool]
) -> list[tuple[int, int, dict[str, Any]]]:
    """One statement, as in `queue`: a worker freezes what it sends before or after it."""
    rows = session.execute(
        update(Mail)
        .where(*which)
        .values(
            state=MailState.CANCELLED,
            reason=Reason.SUPERSEDED,
            ended_at=now,
            lease_owner=None,
            lease_until=None,
        )
        .returning(Mail.id, Mail.person_id, Mail.parameters)
        .execution_options(synchronize_session=False)
    )
    return [(row.id, row.person_id, row.parameters) for row in rows]


def _as_given(packed: Any) -> Any:
    """As it was before it was packed, with texts in all their languages."""
    return unpack(packed, link=lambda path, _token: Link(path), words=Words)
