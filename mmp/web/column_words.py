"""What columns of the tables are called where people read rows, and how their values are told."""

import re
from typing import Any

from flask_babel import gettext as _

from mmp.models import Base
from mmp.web import labels, reminder_words, value_words
from mmp.web.event_words import FIELD_WORDS
from mmp.web.labels import N_

COLUMN_WORDS = {
    **FIELD_WORDS,
    "action": N_("What was done"),
    "active": N_("In use"),
    "address": N_("Address"),
    "alarm_minutes": N_("Alarm, minutes before"),
    "alumni_contact": N_("Contact afterwards"),
    "anchor": N_("Counted from"),
    "answer": N_("Answer"),
    "answer_note": N_("Note with the answer"),
    "answered_at": N_("Answered"),
    "answered_via": N_("Answered by"),
    "answers": N_("Answers"),
    "apart": N_("Apart"),
    "asked_at": N_("Asked"),
    "at": N_("At"),
    "attachments": N_("Attachments"),
    "attendance": N_("Was there"),
    "audience": N_("For whom"),
    "browser": N_("Browser"),
    "by": N_("By"),
    "by_hand": N_("By hand"),
    "calendar_delivery": N_("Calendar by mail"),
    "cancelled_at": N_("Cancelled"),
    "changed": N_("Changed"),
    "changed_at": N_("Last changed"),
    "changes": N_("What changed"),
    "closed_as": N_("How it ended"),
    "closed_at": N_("Closed"),
    "closes_at": N_("Open until"),
    "comment": N_("Note with the answer"),
    "common_language": N_("A common language"),
    "confirmed_at": N_("Confirmed"),
    "consent": N_("Consent"),
    "created": N_("Added"),
    "created_at": N_("Kept since"),
    "day": N_("Day"),
    "decisions": N_("What was decided"),
    "declined_events": N_("Events you declined"),
    "delegated_to": N_("Instead comes"),
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
    "event": N_("Event"),
    "event_forms": N_("At events"),
    "every_days": N_("Again after days"),
    "expires_at": N_("Valid until"),
    "facilitator": N_("Facilitator"),
    "facilitators": N_("Who can lead"),
    "feed_detail": N_("Name in others’ calendars"),
    "file": N_("File"),
    "filename": N_("File"),
    "files": N_("Files"),
    "first_day": N_("First day"),
    "forms": N_("Who takes part"),
    "from_day": N_("From the day"),
    "gender": N_("Gender"),
    "gender_description": N_("Gender, in their own words"),
    "given": N_("Agreed to"),
    "group": N_("Group"),
    "groups": N_("Groups"),
    "handled_at": N_("Dealt with"),
    "import": N_("Import"),
    "in_calendar": N_("In the calendar"),
    "introduced_as": N_("Introduced as"),
    "invited": N_("Invited"),
    "item": N_("Item"),
    "joined": N_("Came"),
    "languages": N_("Languages"),
    "last_day": N_("Last day"),
    "left": N_("Left"),
    "left_on": N_("Left on"),
    "listed": N_("In the list"),
    "lists": N_("Places on lists"),
    "locale": N_("Language and country for texts and dates"),
    "locked": N_("Locked"),
    "members": N_("People"),
    "membership": N_("Part in the programme"),
    "minutes": N_("Minutes"),
    "most": N_("Times in all"),
    "moved": N_("Moved"),
    "name": N_("Name"),
    "name_native": N_("Name in their own script"),
    "next_at": N_("Next try"),
    "nominal_at": N_("Planned for"),
    "off": N_("Day off"),
    "offset": N_("Distance"),
    "optional": N_("Can be done without"),
    "organisation": N_("Organisation"),
    "organisation_name": N_("Organisation"),
    "outcome": N_("What became of it"),
    "pairs": N_("Pairs"),
    "participation": N_("Places on lists"),
    "partners": N_("Partners"),
    "parts": N_("Parts in the programme"),
    "partstat": N_("Answer"),
    "people": N_("People"),
    "person": N_("Person"),
    "photo": N_("Photo"),
    "picked_at": N_("Picked"),
    "place": N_("Place"),
    "points": N_("What we said"),
    "polled_at": N_("Last fetched"),
    "position": N_("Position"),
    "precision": N_("How exact"),
    "present": N_("Was there"),
    "preset": N_("Preset"),
    "problem": N_("Problem"),
    "programme": N_("Programme"),
    "public": N_("Open to everybody"),
    "purpose": N_("What for"),
    "question": N_("Question"),
    "quotes": N_("Name beside what was said"),
    "rapporteur": N_("Rapporteur"),
    "read_at": N_("Read"),
    "received_at": N_("Received"),
    "recommendation": N_("What we recommend"),
    "recorded_at": N_("Noted"),
    "region": N_("Region"),
    "reminder_preset": N_("Reminders"),
    "reminders_and_messages": N_("Reminders and messages"),
    "required": N_("Required"),
    "rest": N_("Only those without a partner"),
    "result": N_("Result"),
    "revoked_at": N_("Taken back"),
    "role": N_("Role"),
    "roles": N_("Roles"),
    "rule": N_("Rule"),
    "said_at": N_("Said"),
    "seats": N_("Seats"),
    "seconds": N_("Seconds"),
    "seen_at": N_("Last seen"),
    "sender": N_("From"),
    "sent_at": N_("Sent"),
    "since": N_("Since"),
    "sizes": N_("Sizes"),
    "slot": N_("Time"),
    "source": N_("Where from"),
    "starts_at": N_("Start"),
    "starts_local": N_("Start, where it is"),
    "starts_on": N_("First day"),
    "state": N_("State"),
    "subject": N_("Subject"),
    "submitted_at": N_("Answered"),
    "successors": N_("Built on by"),
    "tag": N_("Tag"),
    "talks_cancelled": N_("Talks cancelled"),
    "text": N_("Text"),
    "times": N_("Times"),
    "to": N_("To"),
    "together": N_("Together"),
    "told_at": N_("Told"),
    "topic": N_("Topic"),
    "total": N_("In all"),
    "tries": N_("Tries"),
    "unit": N_("Unit"),
    "until_day": N_("To the day"),
    "urgent": N_("Urgent"),
    "used_at": N_("Used"),
    "value": N_("Answer"),
    "waiting_since": N_("Waiting since"),
    "week": N_("Week"),
    "weights": N_("What counts"),
    "what": N_("What was done"),
    "why": N_("Why"),
    "zone": N_("Time zone"),
}
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
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_for_people(column: str) -> bool:
    """Whether a column says something to who reads it; numbers of other rows do not."""
    return column not in MACHINE and not column.endswith("_id")


def name(column: str) -> str:
    """“Name in their own script”; of what has no name here, the column’s own."""
    known = COLUMN_WORDS.get(column)
    return str(_(known)) if known else column.replace("_", " ")


def value(table: str, column: str, found: Any, zone: str, *, there: str = "") -> str:
    """What a column of a row holds, as JSON, in words and by the clocks of `zone`; wall times by
    those `there`."""
    kind = getattr(_type(table, column), "enum_class", None)
    if kind is not None and isinstance(found, str):
        return value_words.of_list(kind(found))
    if (table, column) == ("delivery", "why"):
        return ", ".join(one.striptags() for one in reminder_words.steps(found, own=True))
    if (table, column) == ("working_hours", "week"):
        return value_words.week(found.get("painted", ""))
    if column == "languages" and isinstance(found, list):
        return str(labels.language_list(found).striptags())
    if isinstance(found, str) and there:
        found_there = value_words.moment(found, zone, there=there)
        if found_there != found:
            return found_there
    return plain(column, found, zone, table=table)


def plain(name: str, found: Any, zone: str, *, table: str = "") -> str:
    """What a field of this name holds in words: yes or no, texts in the reader's language, codes,
    days and hours; of what holds several fields those that are for people. Numbers of rows say
    nothing and are left out."""
    match found:
        case None:
            return ""
        case bool():
            return str(_("yes") if found else _("no"))
        case dict() if (text := value_words.text_in_languages(found)) is not None:
            return text
        case dict():
            parts = (plain(key, part, zone) for key, part in found.items() if is_for_people(key))
            return " · ".join(part for part in parts if part)
        case list():
            return ", ".join(part for one in found if (part := plain(name, one, zone)))
        case str() if is_number_of_row(found):
            return ""
        case str():
            return value_words.code(name, found, zone, table=table)
        case _:
            return str(found)


def is_number_of_row(found: str) -> bool:
    """Whether this is the public number of something."""
    return bool(_UUID.fullmatch(found))


def _type(table: str, column: str) -> Any:
    columns = Base.metadata.tables[table].columns
    return columns[column].type if column in columns else None
