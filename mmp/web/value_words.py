"""What codes mean that rows and the history keep: by the name of the field they stand in."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any, Final

from flask_babel import gettext as _

from mmp.core.mail import Result
from mmp.core.polls import Vote
from mmp.core.texts import pick
from mmp.core.working_time.levels import HALF_HOURS
from mmp.core.zones import to_utc
from mmp.models.enums import (
    AgendaKind,
    AgendaRoleName,
    AnswerVia,
    AttendanceForm,
    AttendanceSource,
    AttributionConsent,
    Audience,
    CalendarDelivery,
    DeclinedEvents,
    DeliveryState,
    Entry,
    EventForm,
    EventStatus,
    FeedKind,
    Gender,
    ImportState,
    InboundKind,
    InboundState,
    InvitationState,
    LinkPurpose,
    MembershipRole,
    MembershipStatus,
    MessageState,
    Partstat,
    Precision,
    Region,
    ReminderPreset,
    SeatState,
    StakeholderGroup,
)
from mmp.models.pair_talks import OfferEnd
from mmp.services.breakouts import Partners, Preset
from mmp.web import (
    breakout_meeting_words,
    breakouts_words,
    event_words,
    labels,
    matching_words,
    outbox_words,
    people_import_words,
    polls_words,
    reminder_words,
    texts,
    when,
    wishes_words,
    worklist_words,
)
from mmp.web.labels import N_
from mmp.web.own_calendars import PROBLEMS

_MORE: Final[Mapping[type[StrEnum], Mapping[Any, str]]] = {
    AttendanceSource: {
        AttendanceSource.RECORDED: N_("Noted at the meeting"),
        AttendanceSource.SIGNED_LIST: N_("From the signed list"),
        AttendanceSource.REPORTED: N_("As they said themselves"),
    },
    DeliveryState: reminder_words.STATES,
    EventStatus: event_words.STATUS_WORDS,
    FeedKind: {FeedKind.PERSON: N_("Person"), FeedKind.COORDINATOR: N_("Programme")},
    ImportState: people_import_words.STATES,
    InboundKind: {
        InboundKind.REPLY: N_("An answer"),
        InboundKind.COUNTER: N_("Another time"),
        InboundKind.DELEGATION: N_("Somebody else is to come"),
        InboundKind.BOUNCE: N_("A mail that came back"),
        InboundKind.AUTOMATIC: N_("An automatic reply"),
        InboundKind.OTHER: N_("A letter"),
        InboundKind.UNREADABLE: N_("Not readable"),
    },
    InboundState: {
        InboundState.APPLIED: N_("Taken by itself"),
        InboundState.IGNORED: N_("Nothing to be done"),
        InboundState.OPEN: N_("Waits for somebody"),
        InboundState.DONE: N_("Seen to"),
    },
    InvitationState: {
        InvitationState.REQUESTED: N_("Invited"),
        InvitationState.CANCELLED: N_("Taken back"),
    },
    LinkPurpose: {
        LinkPurpose.MAIL: N_("To sign in, by mail"),
        LinkPurpose.TERMINAL: N_("To sign in, from the terminal"),
        LinkPurpose.FIRST_RUN: N_("To set everything up"),
        LinkPurpose.NEW_ADDRESS: N_("To confirm a new address"),
    },
    MembershipStatus: {
        MembershipStatus.ACTIVE: N_("takes part"),
        MembershipStatus.LEFT: N_("left"),
        MembershipStatus.ALUMNI: N_("alumni"),
    },
    MessageState: {MessageState.DRAFT: N_("Draft"), MessageState.SENT: N_("Sent")},
    OfferEnd: {
        OfferEnd.PICKED: N_("A time was picked"),
        OfferEnd.WITHDRAWN: N_("Taken back"),
        OfferEnd.ANSWERED: N_("Answered with other times"),
        OfferEnd.EXPIRED: N_("Expired"),
    },
    Partners: breakouts_words.PARTNERS,
    Precision: {
        Precision.TIMED: N_("To the hour"),
        Precision.DAYS: N_("To the day"),
        Precision.MONTH: N_("The month alone"),
        Precision.BEFORE: N_("Before a day"),
    },
    Preset: {one: name for one, (name, _help) in breakouts_words.PRESETS.items()},
    ReminderPreset: {one: name for one, (name, _help) in reminder_words.PRESETS.items()},
    SeatState: {SeatState.PLANNED: N_("Planned"), **breakout_meeting_words.STATES},
    Vote: polls_words.VOTES,
}
"""Closed lists that have no words of their own for everywhere."""
_MIDNIGHT = datetime(2026, 6, 1)  # a Monday; only the hours are shown
_LISTS: Final[Mapping[str, tuple[type[StrEnum], ...]]] = {
    "answer": (Vote,),
    "answered_via": (AnswerVia,),
    "answers": (Partstat,),
    "attendance": (AttendanceForm,),
    "audience": (Audience,),
    "calendar_delivery": (CalendarDelivery,),
    "consent": (AttributionConsent,),
    "declined_events": (DeclinedEvents,),
    "entry": (Entry,),
    "event_forms": (EventForm,),
    "form": (EventForm, AttendanceForm),
    "forms": (AttendanceForm,),
    "gender": (Gender,),
    "group": (StakeholderGroup,),
    "kind": (AgendaKind,),
    "partners": (Partners,),
    "partstat": (Partstat,),
    "precision": (Precision,),
    "preset": (Preset,),
    "region": (Region,),
    "regions": (Region,),
    "reminder_preset": (ReminderPreset,),
    "result": (Result,),
    "role": (MembershipRole, AgendaRoleName),
    "roles": (MembershipRole, AgendaRoleName),
    "sector": (StakeholderGroup,),
    "state": (SeatState,),
    "status": (EventStatus, MembershipStatus),
}
_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "anchor": {"start": N_("start"), "end": N_("end"), "invited": N_("invitation")},
    "attendance": {"none": N_("nothing noted"), "absent": N_("Absent")},
    "unit": {"days": N_("days"), "hours": N_("hours"), "minutes": N_("minutes")},
    "weights": {name: words for name, (words, _help) in matching_words.PRESET_WORDS.items()},
}
_SAID: Final[Mapping[str, Callable[[str], str]]] = {
    "countries": labels.country,
    "country": labels.country,
    "hours": lambda tick: wishes_words.hours([tick]) if "-" in tick else tick,
    "key": lambda key: reminder_words.name(key).striptags(),
    "languages": labels.language_name,
    "locale": lambda code: labels.language_name(code.replace("_", "-")),
    "rule": lambda key: reminder_words.name(key).striptags(),
    "zone": when.city_of,
}
_OF_TABLES: Final[Mapping[str, Callable[[str], str]]] = {
    "busy_calendar.problem": lambda found: " ".join(
        str(_(PROBLEMS[one])) for one in found.split(",") if one in PROBLEMS
    ),
    "delivery.reason": lambda found: reminder_words.reason(found).striptags(),
    "inbound_mail.reason": lambda found: worklist_words.reason(found).striptags(),
    "mail.kind": lambda found: outbox_words.kind_words(found) or str(_("A mail")),
    "mail.reason": lambda found: outbox_words.why(found).striptags(),
}


def of_list(found: StrEnum) -> str:
    """The word for a value of any closed list."""
    known = _MORE.get(type(found))
    return str(_(known[found])) if known else labels.label(found)


def code(name: str, found: str, zone: str, *, table: str = "") -> str:
    """What a text in a field of this name says: the word for a code, a moment by the reader's
    clock, else what somebody wrote."""
    if said := _OF_TABLES.get(f"{table}.{name}"):
        return said(found)
    for kind in _LISTS.get(name, ()):
        if found in list(kind):
            return of_list(kind(found))
    if found in _CODES.get(name, {}):
        return str(_(_CODES[name][found]))
    if said := _SAID.get(name):
        return said(found)
    return moment(found, zone)


def text_in_languages(found: Mapping[Any, Any]) -> str | None:
    """A text by its languages, in the reader's; None for anything else."""
    if found and all(_is_text(*one) for one in found.items()):
        return pick(found, texts.language())
    return None


def moment(found: str, zone: str, *, there: str = "") -> str:
    """A day or an instant in words, the latter by the clocks of `zone`; a wall time by those
    `there`. Other texts as they are."""
    if len(found) < len("2026-06-18") or not found[:4].isdecimal():
        return found
    try:
        if len(found) == len("2026-06-18"):
            return when.long_day(date.fromisoformat(found))
        at = datetime.fromisoformat(found)
    except ValueError:
        return found
    if at.tzinfo is None:
        zone = there or zone
        at = to_utc(at, zone)
    return f"{when.moment_in_words(at, zone)}{_(', ')}{when.zone_name(zone, at).striptags()}"


def week(painted: str) -> str:
    """The working hours of a painted week: “Monday 09:00–17:00 · …”."""
    days = []
    for number, start in enumerate(range(0, len(painted), HALF_HOURS)):
        halves = painted[start : start + HALF_HOURS]
        spans = ", ".join(
            when.clock_times(*(_MIDNIGHT + timedelta(minutes=30 * at) for at in span))
            for span in _runs(halves)
        )
        if spans:
            days.append(f"{wishes_words.weekday(number)} {spans}")
    return " · ".join(days)


def _runs(halves: str) -> Iterator[tuple[int, int]]:
    """From which half hour to which somebody works."""
    at = 0
    for level, run in groupby(halves):
        length = len(list(run))
        if level == "0":
            yield at, at + length
        at += length


def _is_text(language: object, words: object) -> bool:
    is_code = isinstance(language, str) and language.isalpha() and len(language) in (2, 3)
    return is_code and isinstance(words, str)
