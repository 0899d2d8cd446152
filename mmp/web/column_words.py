"""What columns of the tables are called where people read rows, and how their values are told."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from mmp.core.texts import pick
from mmp.models import Base
from mmp.models.enums import EventStatus, FeedKind, MembershipStatus
from mmp.web import labels, texts, when
from mmp.web.event_words import FIELD_WORDS, STATUS_WORDS
from mmp.web.labels import N_

COLUMN_WORDS = {
    **FIELD_WORDS,
    "action": N_("What was done"),
    "active": N_("In use"),
    "address": N_("Address"),
    "alarm_minutes": N_("Alarm, minutes before"),
    "answer_note": N_("Note with the answer"),
    "answered_at": N_("Answered"),
    "answered_via": N_("Answered by"),
    "asked_at": N_("Asked"),
    "at": N_("At"),
    "audience": N_("For whom"),
    "browser": N_("Browser"),
    "by_hand": N_("By hand"),
    "calendar_delivery": N_("Calendar by mail"),
    "cancelled_at": N_("Cancelled"),
    "changed_at": N_("Last changed"),
    "changes": N_("What changed"),
    "closed_as": N_("How it ended"),
    "closed_at": N_("Closed"),
    "confirmed_at": N_("Confirmed"),
    "consent": N_("Consent"),
    "created_at": N_("Kept since"),
    "day": N_("Day"),
    "decisions": N_("What was decided"),
    "declined_events": N_("Events you declined"),
    "details": N_("Details"),
    "discreet": N_("Discreet mode"),
    "done": N_("Done"),
    "due_at": N_("Due"),
    "email": N_("E-mail"),
    "end_reason": N_("Why it ended"),
    "ended_at": N_("Ended"),
    "ends_at": N_("End"),
    "ends_local": N_("End, where it is"),
    "ends_on": N_("Last day"),
    "entry": N_("Place on the list"),
    "expires_at": N_("Valid until"),
    "file": N_("File"),
    "filename": N_("File"),
    "first_day": N_("First day"),
    "from_day": N_("From the day"),
    "gender": N_("Gender"),
    "gender_description": N_("Gender, in their own words"),
    "given": N_("Agreed to"),
    "group": N_("Group"),
    "handled_at": N_("Dealt with"),
    "in_calendar": N_("In the calendar"),
    "introduced_as": N_("Introduced as"),
    "invited": N_("Invited"),
    "item": N_("Item"),
    "languages": N_("Languages"),
    "last_day": N_("Last day"),
    "locale": N_("Language and country for texts and dates"),
    "locked": N_("Locked"),
    "membership": N_("Part in the programme"),
    "minutes": N_("Minutes"),
    "moved": N_("Moved"),
    "name": N_("Name"),
    "name_native": N_("Name in their own script"),
    "next_at": N_("Next try"),
    "nominal_at": N_("Planned for"),
    "off": N_("Day off"),
    "optional": N_("Can be done without"),
    "organisation_name": N_("Organisation"),
    "outcome": N_("What became of it"),
    "partstat": N_("Answer"),
    "people": N_("People"),
    "picked_at": N_("Picked"),
    "place": N_("Place"),
    "points": N_("What we said"),
    "polled_at": N_("Last fetched"),
    "position": N_("Position"),
    "precision": N_("How exact"),
    "present": N_("Was there"),
    "problem": N_("Problem"),
    "purpose": N_("What for"),
    "question": N_("Question"),
    "read_at": N_("Read"),
    "received_at": N_("Received"),
    "recommendation": N_("What we recommend"),
    "recorded_at": N_("Noted"),
    "region": N_("Region"),
    "reminder_preset": N_("Reminders"),
    "required": N_("Required"),
    "result": N_("Result"),
    "revoked_at": N_("Taken back"),
    "role": N_("Role"),
    "roles": N_("Roles"),
    "rule": N_("Rule"),
    "said_at": N_("Said"),
    "seats": N_("Seats"),
    "seen_at": N_("Last seen"),
    "sender": N_("From"),
    "sent_at": N_("Sent"),
    "since": N_("Since"),
    "source": N_("Where from"),
    "starts_at": N_("Start"),
    "starts_local": N_("Start, where it is"),
    "starts_on": N_("First day"),
    "state": N_("State"),
    "subject": N_("Subject"),
    "submitted_at": N_("Answered"),
    "tag": N_("Tag"),
    "text": N_("Text"),
    "told_at": N_("Told"),
    "topic": N_("Topic"),
    "total": N_("In all"),
    "tries": N_("Tries"),
    "until_day": N_("To the day"),
    "urgent": N_("Urgent"),
    "used_at": N_("Used"),
    "value": N_("Answer"),
    "waiting_since": N_("Waiting since"),
    "week": N_("Week"),
    "why": N_("Why"),
    "zone": N_("Time zone"),
}
MORE: dict[type[StrEnum], Mapping[Any, str]] = {
    EventStatus: STATUS_WORDS,
    MembershipStatus: {
        MembershipStatus.ACTIVE: N_("takes part"),
        MembershipStatus.LEFT: N_("left"),
        MembershipStatus.ALUMNI: N_("alumni"),
    },
    FeedKind: {FeedKind.PERSON: N_("Person"), FeedKind.COORDINATOR: N_("Programme")},
}
"""Values of lists that have no words of their own for everywhere."""
MACHINE = frozenset(
    (
        *("answer_stamp", "calendar_counter", "code", "columns", "dedupe_key", "erased_at"),
        *("facts", "fingerprint", "frozen_at", "generation", "gone_key", "gone_uuid", "id"),
        *("key", "lease_owner", "lease_until", "made", "mended", "number", "occurrence"),
        *("parameters", "rows", "search", "sequence", "sha256", "stage", "strength"),
        *("subject_kind", "subject_uuid", "system", "target", "template"),
        *("tf_primary_method", "time_version", "told", "tz_version", "uid", "uuid"),
        *("version", "worker"),
    )
)
"""Of use to the machine alone; the file for machines has them."""


def is_for_people(column: str) -> bool:
    """Whether a column says something to who reads it; numbers of other rows do not."""
    return column not in MACHINE and not column.endswith("_id")


def name(column: str) -> str:
    """“Name in their own script”; of what has no name here, the column’s own."""
    known = COLUMN_WORDS.get(column)
    return str(_(known)) if known else column.replace("_", " ")


def value(table: str, column: str, found: Any, zone: str) -> str:
    """What a column of a row holds, as JSON, in words and by the reader's clock."""
    kind = getattr(_type(table, column), "enum_class", None)
    if kind is not None and isinstance(found, str):
        return _of_list(kind(found))
    if column == "country" and isinstance(found, str):
        return labels.country(found)
    if column == "languages" and isinstance(found, list):
        return str(labels.language_list(found).striptags())
    if column == "locale" and isinstance(found, str):
        return labels.language_name(found.replace("_", "-"))
    return plain(found, zone)


def plain(found: Any, zone: str) -> str:
    """Yes or no, texts in the reader's language, days and hours; lists with commas."""
    match found:
        case bool():
            return str(_("yes") if found else _("no"))
        case dict() if found and all(_is_text(*one) for one in found.items()):
            return pick(found, texts.language())
        case dict():
            return " · ".join(plain(part, zone) for part in found.values() if part)
        case list():
            return ", ".join(plain(part, zone) for part in found)
        case str() if len(found) >= len("2026-06-18") and found[:4].isdecimal():
            return _moment(found, zone)
        case _:
            return str(found)


def _is_text(code: object, words: object) -> bool:
    return (
        isinstance(code, str) and code.isalpha() and len(code) in (2, 3) and isinstance(words, str)
    )


def _moment(found: str, zone: str) -> str:
    try:
        if len(found) == len("2026-06-18"):
            return when.long_day(date.fromisoformat(found))
        at = datetime.fromisoformat(found)
    except ValueError:
        return found
    if at.tzinfo is None:
        return f"{when.long_day(at.date())}{_(', ')}{when.clock_time(at)}"
    return f"{when.moment_in_words(at, zone)}{_(', ')}{when.zone_name(zone, at).striptags()}"


def _type(table: str, column: str) -> Any:
    columns = Base.metadata.tables[table].columns
    return columns[column].type if column in columns else None


def _of_list(found: StrEnum) -> str:
    if type(found) in MORE:
        return str(_(MORE[type(found)][found]))
    try:
        return labels.label(found)
    except KeyError:
        return found.value.replace("_", " ").lower()
