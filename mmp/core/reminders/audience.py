"""Whom a rule is for, and why somebody is not among them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mmp.core.reminders.occasion import Occasion
from mmp.core.reminders.rules import INVITED, Rule

TAKING_PART: Final = frozenset({"invited", "approved", "walk_in"})


@dataclass(frozen=True, slots=True)
class Reader:
    """What of a person their reminders depend on.

    `barred` says in a word why they get none at all. `answer` is None for who has a role in the
    agenda without being on the list. `form` is theirs at this event, `weekend` their country's.
    """

    zone: str
    weekend: frozenset[int] = frozenset({5, 6})
    barred: str | None = None
    answer: str | None = None
    form: str | None = None
    roles: frozenset[str] = frozenset()
    invited_at: datetime | None = None


def form_at(event_form: str, chosen: str | None) -> str | None:
    """How someone takes part: as the event is, in a hybrid one as they said, else in the room."""
    if event_form == "online":
        return "online"
    if event_form == "in_person":
        return "in_room"
    return chosen or ("in_room" if event_form == "hybrid" else None)


def why_not(rule: Rule, occasion: Occasion, reader: Reader) -> str | None:
    """Why the rule is not for this reader, in a word; None if it is."""
    if reader.barred:
        return reader.barred
    if not rule.active:
        return "rule_off"
    if occasion.talk and not rule.talks:
        return "talk"
    if rule.event_forms and occasion.form not in rule.event_forms:
        return "event_form"
    if rule.roles and rule.roles.isdisjoint(reader.roles):
        return "role"
    if rule.anchor == INVITED and reader.invited_at is None:
        return "not_invited"
    if rule.answers and (reader.answer or "ACCEPTED") not in rule.answers:
        return "answered" if rule.answers == {"NEEDS-ACTION"} else "answer"
    if rule.forms and reader.form not in rule.forms:
        return "form"
    return None
