"""Rules as coordinators set them: a preset of the programme, and what replaces or adds to it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mmp.core.errors import StaleEdit, UserError
from mmp.core.mail.placeholders import check_all
from mmp.core.reminders import Rule, overlaid
from mmp.core.reminders.rules import LONGEST
from mmp.core.texts import Translated
from mmp.models import Event, Programme, ReminderRule
from mmp.models.enums import (
    AttendanceForm,
    EventForm,
    MembershipRole,
    OffsetUnit,
    Partstat,
    ReminderAnchor,
    ReminderPreset,
)
from mmp.services import history
from mmp.services.desk.events import person_of
from mmp.services.permissions import Actor
from mmp.services.reminders.rows import rule_of

MOST: Final = 10
"""How often one rule may repeat itself."""
_FIELDS: Final = (
    *("active", "anchor", "offset", "unit", "every_days", "most"),
    *("roles", "answers", "forms", "event_forms", "subject", "text"),
)


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule in force, where it comes from (`preset`, `programme`, `event`), and the version of
    its row there: None where there is none yet."""

    rule: Rule
    origin: str
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDetails:
    """A rule as a form gives it. Units and signs as in `core.reminders.Rule`."""

    anchor: ReminderAnchor
    offset: int
    unit: OffsetUnit
    active: bool = True
    every_days: int | None = None
    most: int = 1
    roles: Collection[MembershipRole] = ()
    answers: Collection[Partstat] = ()
    forms: Collection[AttendanceForm] = ()
    event_forms: Collection[EventForm] = ()
    subject: Translated = field(default_factory=dict)
    text: Translated = field(default_factory=dict)


def effective_rules(
    session: Session, *, programme: Programme, event: Event | None = None
) -> list[InForce]:
    """The rules of a programme, or those of one event of it, also those switched off, in the order
    of their times."""
    rows = _rows(session, programme, event)
    layers: tuple[list[ReminderRule], list[ReminderRule]] = ([], [])
    for row in rows:
        layers[row.event_id is not None].append(row)
    merged = overlaid(programme.reminder_preset, *([rule_of(row) for row in one] for one in layers))
    here = event.id if event else None
    found = []
    for rule in merged:
        origin, version = "preset", None
        for row in (*layers[0], *layers[1]):
            if row.key == rule.key:
                origin = "event" if row.event_id is not None else "programme"
                version = row.version if row.event_id == here else None
        found.append(InForce(rule, origin, version))
    return found


def save_rule(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    key: str,
    details: RuleDetails,
    event: Event | None = None,
    version: int | None = None,
) -> ReminderRule:
    """Replace or add the rule `key`, for the programme or for one event.

    `version` is that of the row it was read from there, None where there was none. Raises StaleEdit
    where another was saved meanwhile, unless it is as wished already (a form sent twice); UserError
    beside the field that does not hold.
    """
    check_rule(details)
    values = _plain(details)
    row = _row(session, programme, event, key)
    if row is not None and _values(row) == values:
        return row
    _require(row, version)
    before = _values(row) if row else {}
    if row is None:
        row = ReminderRule(
            programme=programme,
            event=event,
            key=key,
            anchor=details.anchor,
            offset=details.offset,
            unit=details.unit,
            created_at=now,
            changed_at=now,
        )
        session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.anchor, row.unit, row.changed_at = details.anchor, details.unit, now
    changes = {name: [before.get(name), value] for name, value in values.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    _record(session, actor, now, row, "changed" if before else "created", changes)
    _flush(session)
    return row


def switch_rule(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    key: str,
    active: bool,
    event: Event | None = None,
    version: int | None = None,
) -> ReminderRule:
    """Switch a rule off or on again, for the programme or for one event; else it stays as it is in
    force there. Raises UserError for a key that names none, StaleEdit as `save_rule`."""
    rules = effective_rules(session, programme=programme, event=event)
    found = next((one.rule for one in rules if one.rule.key == key), None)
    if found is None:
        raise UserError("There is no such reminder any more.")
    return save_rule(
        session,
        actor=actor,
        now=now,
        programme=programme,
        key=key,
        details=replace(details_of(found), active=active),
        event=event,
        version=version,
    )


def reset_rule(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme,
    key: str,
    event: Event | None = None,
    version: int | None = None,
) -> bool:
    """Let the preset's rule, or for an event the programme's, be in force again; one that is in
    neither ends. Tells whether there was something to undo. Raises StaleEdit as `save_rule`."""
    row = _row(session, programme, event, key)
    if row is None:
        return False
    _require(row, version)
    changes = {name: [value, None] for name, value in _values(row).items()}
    _record(session, actor, now, row, "reset", changes)
    session.delete(row)
    _flush(session)
    return True


def choose_preset(
    session: Session, *, actor: Actor, now: datetime, programme: Programme, preset: ReminderPreset
) -> bool:
    """Begin from another preset; what the programme and its events changed by themselves stays.
    Tells whether it is another."""
    before = programme.reminder_preset
    if before is preset:
        return False
    programme.reminder_preset, programme.changed_at = preset, now
    history.record(
        session,
        now=now,
        actor=person_of(session, actor),
        programme=programme,
        kind="programme",
        uuid=programme.uuid,
        action="changed",
        changes={"reminder_preset": [before.value, preset.value]},
    )
    session.flush()
    return True


def free_key(session: Session, programme: Programme) -> str:
    """A key for a rule of one's own that no rule of the programme has."""
    taken = set(
        session.scalars(select(ReminderRule.key).where(ReminderRule.programme_id == programme.id))
    )
    return next(key for number in count(1) if (key := f"own-{number}") not in taken)


def details_of(rule: Rule) -> RuleDetails:
    """A rule as a form shows it."""
    return RuleDetails(
        anchor=ReminderAnchor(rule.anchor),
        offset=rule.offset,
        unit=OffsetUnit(rule.unit),
        active=rule.active,
        every_days=rule.every_days,
        most=rule.most,
        roles=[MembershipRole(one) for one in sorted(rule.roles)],
        answers=[Partstat(one) for one in sorted(rule.answers)],
        forms=[AttendanceForm(one) for one in sorted(rule.forms)],
        event_forms=[EventForm(one) for one in sorted(rule.event_forms)],
        subject=rule.subject,
        text=rule.text,
    )


def check_rule(details: RuleDetails) -> None:
    """Raise UserError beside the field that does not hold."""
    rule = Rule("checked", details.anchor.value, details.offset, details.unit.value)
    if rule.distance > LONGEST:
        raise UserError("Nothing is sent more than a year before or after.", field="offset")
    if details.anchor is ReminderAnchor.INVITED and details.offset < 0:
        raise UserError("Before the invitation nobody knows of the event.", field="offset")
    if details.anchor is ReminderAnchor.END and details.offset < 0:
        raise UserError("Count from the beginning what comes before the end.", field="offset")
    if details.every_days is not None and not 1 <= details.every_days <= LONGEST.days:
        raise UserError("Repeat it after a number of days, from 1 to 366.", field="every_days")
    if not 1 <= details.most <= MOST:
        raise UserError("Repeat it %(most)d times at most.", field="most", most=MOST)
    check_all(details.subject, field="subject")
    check_all(details.text, field="text")


def _rows(session: Session, programme: Programme, event: Event | None) -> list[ReminderRule]:
    level: ColumnElement[bool] = ReminderRule.event_id.is_(None)
    if event is not None:
        level = or_(level, ReminderRule.event_id == event.id)
    return list(
        session.scalars(
            select(ReminderRule).where(ReminderRule.programme_id == programme.id, level)
        )
    )


def _row(
    session: Session, programme: Programme, event: Event | None, key: str
) -> ReminderRule | None:
    rows = _rows(session, programme, event)
    here = event.id if event else None
    return next((row for row in rows if row.key == key and row.event_id == here), None)


def _require(row: ReminderRule | None, version: int | None) -> None:
    if (row.version if row else None) != version:
        raise StaleEdit("Someone else has changed this reminder meanwhile.")


def _plain(details: RuleDetails) -> dict[str, Any]:
    """As the row keeps it, in JSON's kinds."""
    return {
        "active": details.active,
        "anchor": details.anchor.value,
        "offset": details.offset,
        "unit": details.unit.value,
        "every_days": details.every_days,
        "most": details.most if details.every_days else 1,
        "roles": sorted(one.value for one in details.roles),
        "answers": sorted(one.value for one in details.answers),
        "forms": sorted(one.value for one in details.forms),
        "event_forms": sorted(one.value for one in details.event_forms),
        "subject": {code: text for code, text in details.subject.items() if text.strip()},
        "text": {code: text for code, text in details.text.items() if text.strip()},
    }


def _values(row: ReminderRule) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _FIELDS}


def _record(
    session: Session,
    actor: Actor,
    now: datetime,
    row: ReminderRule,
    action: str,
    changes: Mapping[str, Any],
) -> None:
    history.record(
        session,
        now=now,
        actor=person_of(session, actor),
        programme=row.programme,
        kind="reminder_rule",
        uuid=row.uuid,
        action=action,
        changes=dict(changes) | {"key": [row.key, row.key]},
    )


def _flush(session: Session) -> None:
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleEdit("Someone else has changed this reminder meanwhile.") from error
