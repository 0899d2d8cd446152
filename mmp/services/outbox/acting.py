"""What is done by hand about mails, one or many: hold, let go, try again.

Each act is one statement, so that it meets a worker's claim before or after, never half way; each
mail that it changed has its own line in the history.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session, joinedload

from mmp.core.mail import Reason
from mmp.models import Delivery, HistoryEntry, Mail, Person
from mmp.models.enums import DeliveryState
from mmp.models.mail import MailState
from mmp.services.outbox.filters import Filter, matching
from mmp.services.outbox.queue import wake_workers

KIND = "mail"
"""What the history calls one."""
ONCE_ONLY = frozenset({"sign_in", "new_address"})
"""Kinds of mail that are of no use later: what they lead to has ended."""
HOLDABLE = (MailState.DUE, MailState.LEASED)
RETRIABLE = (MailState.FAILED, MailState.EXPIRED)


def may_retry() -> ColumnElement[bool]:
    """Whether a mail that ended can be tried again."""
    return Mail.state.in_(RETRIABLE) & Mail.kind.not_in(ONCE_ONLY)


def hold_mails(session: Session, *, now: datetime, actor: Person | None, which: Filter) -> int:
    """Keep back what waits, until somebody lets it go. Tells how many that were."""
    held = {"state": MailState.HELD, "reason": Reason.BY_COORDINATOR}
    return _act(session, now, actor, which, Mail.state.in_(HOLDABLE), "held", held)


def release_mails(session: Session, *, now: datetime, actor: Person | None, which: Filter) -> int:
    """Let held mails go when they are due. Tells how many that were."""
    free = {"state": MailState.DUE, "reason": None}
    return _act(session, now, actor, which, Mail.state == MailState.HELD, "released", free)


def retry_mails(session: Session, *, now: datetime, actor: Person | None, which: Filter) -> int:
    """Let mails that failed or expired go now, as if never tried: the same octets under the same
    Message-ID, and no end to when. Tells how many that were."""
    again = {
        "state": MailState.DUE,
        "reason": None,
        "ended_at": None,
        "expires_at": None,
        "next_at": now,
        "tries": 0,
    }
    return _act(session, now, actor, which, may_retry(), "retried", again)


def mail_history(session: Session, uuid: UUID) -> Sequence[HistoryEntry]:
    """What was done by hand about a mail, oldest first; each with who did it."""
    return session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.subject_kind == KIND, HistoryEntry.subject_uuid == uuid)
        .options(joinedload(HistoryEntry.actor))
        .order_by(HistoryEntry.id)
    ).all()


def _act(
    session: Session,
    now: datetime,
    actor: Person | None,
    which: Filter,
    can: ColumnElement[bool],
    action: str,
    values: dict[str, Any],
) -> int:
    session.flush()
    changed = session.execute(
        update(Mail)
        .where(matching(which, actor), can)
        .values(lease_owner=None, lease_until=None, **values)
        .returning(Mail.id, Mail.uuid, Mail.programme_id)
        .execution_options(synchronize_session=False)
    ).all()
    if changed:
        session.execute(
            insert(HistoryEntry),
            [
                {
                    "uuid": uuid4(),
                    "programme_id": row.programme_id,
                    "actor_id": actor.id if actor else None,
                    "at": now,
                    "subject_kind": KIND,
                    "subject_uuid": row.uuid,
                    "action": action,
                    "changes": {},
                }
                for row in changed
            ],
        )
        if action == "retried":
            _retell(session, [row.id for row in changed])
    wake_workers(session)
    return len(changed)


def _retell(session: Session, numbers: Sequence[int]) -> None:
    """The lines of the plan that the mails tell are on their way again."""
    ended = (DeliveryState.FAILED, DeliveryState.EXPIRED, DeliveryState.SUPPRESSED)
    session.execute(
        update(Delivery)
        .where(Delivery.mail_id.in_(numbers), Delivery.state.in_(ended))
        .values(state=DeliveryState.QUEUED, reason=None, ended_at=None)
        .execution_options(synchronize_session=False)
    )
