"""What people change about themselves, or a coordinator for them: discreet mode and the facts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from mmp.core.errors import UserError
from mmp.models import Person
from mmp.services import history
from mmp.services.outbox.replacing import write_anew

CORRECTED: Final = (
    *("name", "name_native", "position", "zone", "locale", "languages"),
    *("gender", "gender_description"),
)
"""What people mend by themselves. Their address is how they come in: `services.new_address`."""


def set_discreet(
    session: Session, *, now: datetime, actor: Person | None, person: Person, discreet: bool
) -> bool:
    """Switch discreet mode; tells whether it changed. Pages, lists and calendars follow at once;
    mails that wait, theirs and their partners', are written anew when they leave."""
    if person.discreet is discreet:
        return False
    person.discreet, person.changed_at = discreet, now
    person.calendar_counter += 1
    write_anew(session, person)
    _note(session, now, actor, person, {"discreet": [not discreet, discreet]})
    return True


def correct(
    session: Session,
    *,
    now: datetime,
    actor: Person | None,
    person: Person,
    values: Mapping[str, Any],
) -> bool:
    """Bring what is known of a person to `values` (names of `CORRECTED`); tells whether anything
    changed. Raises UserError (field `name`) for an empty name."""
    if not values.get("name", person.name):
        raise UserError("Give a name.", field="name")
    changes = {
        name: [getattr(person, name), values[name]]
        for name in CORRECTED
        if name in values and getattr(person, name) != values[name]
    }
    for name, (_old, new) in changes.items():
        setattr(person, name, new)
    if changes:
        person.changed_at = now
        session.flush()
        _note(session, now, actor, person, changes)
    return bool(changes)


def _note(
    session: Session, now: datetime, actor: Person | None, person: Person, changes: dict[str, Any]
) -> None:
    history.record_of(
        session, now=now, actor=actor, person=person, action="changed", changes=changes
    )
    session.flush()
