"""Keeping reminders back, and letting them go."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mmp.models import Delivery, Event, Mail, Programme, ReminderHold
from mmp.models.enums import DeliveryState
from mmp.models.mail import MailState
from mmp.services import history
from mmp.services.desk.events import person_of
from mmp.services.permissions import Actor
from mmp.services.reminders.reconciling import HELD_BY_COORDINATOR, stop_mails

RESTORED: Final = "restored from a backup"
"""Why everything planned is held after a restore: it may have left since the backup was made."""


def holds(session: Session, *, programme: Programme) -> list[ReminderHold]:
    """What is kept back in a programme."""
    return list(
        session.scalars(
            select(ReminderHold)
            .where(ReminderHold.programme_id == programme.id)
            .order_by(ReminderHold.since, ReminderHold.id)
        )
    )


def hold(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    event: Event | None = None,
    rule: str | None = None,
) -> bool:
    """Keep back the reminders of an event, of a rule, or of a rule at an event, also those that are
    planned from now on, and those whose mail waits; what a worker is just handing over leaves.
    Raises ValueError where neither is named; tells whether they were not held yet."""
    if event is None and rule is None:
        raise ValueError("name an event or a rule")
    if _held(session, programme, event, rule) is not None:
        return False
    session.add(
        ReminderHold(
            programme=programme,
            event=event,
            rule=rule,
            since=now,
            held_by=person_of(session, actor),
        )
    )
    _record(session, actor, now, programme, event, rule, "held")
    session.flush()
    _take_out_of_mails(session, now, programme, event, rule)
    return True


def _take_out_of_mails(
    session: Session, now: datetime, programme: Programme, event: Event | None, rule: str | None
) -> None:
    """What stands in a mail that waits goes back into the plan, held; the mail goes without it."""
    lines = (
        select(Delivery.id, Delivery.mail_id)
        .join(Event, Event.id == Delivery.event_id)
        .join(Mail, Mail.id == Delivery.mail_id)
        .where(
            Delivery.state == DeliveryState.QUEUED,
            Mail.state.in_((MailState.DUE, MailState.HELD)),
            Event.programme_id == programme.id,
            *([Delivery.event_id == event.id] if event else []),
            *([Delivery.rule == rule] if rule else []),
        )
    )
    found = session.execute(lines.with_for_update(of=Mail)).all()
    held = {"state": DeliveryState.HELD, "reason": HELD_BY_COORDINATOR, "mail_id": None}
    for start in range(0, len(found), 5_000):
        chunk = [row.id for row in found[start : start + 5_000]]
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(chunk))
            .values(held)
            .execution_options(synchronize_session=False)
        )
    session.expire_all()
    stop_mails(session, now, sorted({row.mail_id for row in found}))


def release(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    event: Event | None = None,
    rule: str | None = None,
) -> bool:
    """Let go what `hold` kept back, with the same names. What was due meanwhile goes as after an
    outage: of each event the last kind. Tells whether it was held."""
    row = _held(session, programme, event, rule)
    if row is None:
        return False
    session.delete(row)
    _record(session, actor, now, programme, event, rule, "released")
    session.flush()
    return True


def hold_planned(session: Session, *, reason: str = RESTORED) -> int:
    """Keep back every line of every plan, as after a restore. Tells how many are held for this
    reason now."""
    _change(session, DeliveryState.PLANNED, DeliveryState.HELD, reason)
    held = Delivery.state == DeliveryState.HELD, Delivery.reason == reason
    return session.scalar(select(func.count()).where(*held)) or 0


def release_planned(session: Session, *, programme: Programme | None = None) -> int:
    """Let go what a restore keeps back, everywhere or in one programme. What a coordinator holds
    stays. Tells how many."""
    return _change(session, DeliveryState.HELD, DeliveryState.PLANNED, None, programme)


def _change(
    session: Session,
    was: DeliveryState,
    to: DeliveryState,
    reason: str | None,
    programme: Programme | None = None,
) -> int:
    which = [Delivery.state == was]
    if was is DeliveryState.HELD:
        which.append(Delivery.reason == RESTORED)
    if programme is not None:
        events = select(Event.id).where(Event.programme_id == programme.id)
        which.append(Delivery.event_id.in_(events))
    changed = session.execute(
        update(Delivery)
        .where(*which)
        .values(state=to, reason=reason)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


def _held(
    session: Session, programme: Programme, event: Event | None, rule: str | None
) -> ReminderHold | None:
    number = event.id if event else None
    return session.scalar(
        select(ReminderHold).where(
            ReminderHold.programme_id == programme.id,
            ReminderHold.event_id.is_not_distinct_from(number),
            ReminderHold.rule.is_not_distinct_from(rule),
        )
    )


def _record(
    session: Session,
    actor: Actor,
    now: datetime,
    programme: Programme,
    event: Event | None,
    rule: str | None,
    action: str,
) -> None:
    history.record(
        session,
        now=now,
        actor=person_of(session, actor),
        programme=programme,
        kind="reminders",
        uuid=event.uuid if event else programme.uuid,
        action=action,
        changes={"rule": [rule, rule]} if rule else {},
    )
