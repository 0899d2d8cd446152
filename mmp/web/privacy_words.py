"""Words for what people agree to, and for the kinds of rows that are held about them."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from mmp.models import Question
from mmp.models.enums import ConsentPurpose
from mmp.web import change_words, column_words, history_words, texts
from mmp.web.labels import N_

PURPOSES = {
    ConsentPurpose.LISTED: (
        N_("In the list"),
        N_("Others of the programme see your name and organisation."),
    ),
    ConsentPurpose.PHOTO: (
        N_("Photo"),
        N_("You may be in photos of the programme. No photo is kept here; coordinators see it."),
    ),
    ConsentPurpose.QUOTES: (
        N_("Name beside what you said"),
        N_("What you said may be quoted with your name, where you agreed to that quote."),
    ),
    ConsentPurpose.FEED_DETAIL: (
        N_("Name in others’ calendars"),
        N_(
            "Your name stands in the calendar of your partner; else it says “your partner”. Entries"
            " that came there by mail stay as they are until the next mail about them."
        ),
    ),
    ConsentPurpose.ALUMNI_CONTACT: (
        N_("Contact afterwards"),
        N_("You may be written to once your programme is over."),
    ),
}
TABLES = {
    "person": N_("You"),
    "membership": N_("Your parts in programmes"),
    "participation": N_("Events and answers"),
    "attendance": N_("Where you were"),
    "pair": N_("Your pairs"),
    "pair_member": N_("Your place in pairs"),
    "talk_log": N_("Talks of your pairs"),
    "consent": N_("What you agreed to"),
    "mail": N_("Mails to you"),
    "feed": N_("Your calendars"),
    "sign_in": N_("Devices"),
    "history_entry": N_("What you did, and what was done about you"),
    "acts_history_entry": N_("What you did"),
    "absence": N_("Days off and journeys"),
    "account": N_("Your account"),
    "agenda_role": N_("Your parts in agendas"),
    "answer": N_("What you answered"),
    "breakout_group": N_("Break-out groups"),
    "breakout_seat": N_("Your seats in groups"),
    "busy_calendar": N_("Calendars you gave"),
    "busy_time": N_("When you are busy"),
    "contribution": N_("What you said at meetings"),
    "day_override": N_("Working days"),
    "delivery": N_("Reminders to you"),
    "event": N_("Events you care for"),
    "inbound_mail": N_("Mails from you"),
    "invitation": N_("Invitations"),
    "mail_attempt": N_("Deliveries of your mails"),
    "message": N_("Messages"),
    "offered_time": N_("Times you offered"),
    "opt_out": N_("What you do without"),
    "people_import": N_("Tables of people"),
    "person_merge": N_("Entries that were put together"),
    "person_tag": N_("Tags"),
    "poll_guest": N_("Polls you were asked in"),
    "reminder_hold": N_("Reminders held back"),
    "response": N_("Forms you answered"),
    "sign_in_link": N_("Links to sign in"),
    "talk_consent": N_("What may be quoted of your talks"),
    "talk_offer": N_("Talks you offered"),
    "working_hours": N_("Your working hours"),
}
_ACTS = "acts_"


def purpose(value: ConsentPurpose) -> tuple[str, str]:
    """Its name, and what it means."""
    name, meaning = PURPOSES[value]
    return str(_(name)), str(_(meaning))


def table_name(name: str) -> str:
    """A kind of row, and of those about others that one did them."""
    if name.startswith(_ACTS) and name not in TABLES:
        return str(_("What you did: %(what)s", what=table_name(name.removeprefix(_ACTS))))
    return str(_(TABLES[name])) if name in TABLES else name.replace("_", " ")


def shown(
    table: str, row: dict[str, Any], zone: str, questions: Mapping[int, Question]
) -> list[tuple[str, str]]:
    """What a row says to people, without what is empty or only of use to the machine. `questions`
    are those that were answered."""
    table = table.removeprefix(_ACTS)
    asked = questions.get(row.get("question_id", 0))
    if table == "answer" and asked is not None:
        said = [(texts.plain(asked.text), _answer(asked, row["value"], zone))]
    else:
        said = [
            (column_words.name(name), _value(table, name, value, zone, row.get("zone") or ""))
            for name, value in row.items()
            if value not in (None, "", [], {}) and column_words.is_for_people(name)
            if name != "position" or not isinstance(value, int)  # an order, not what they do
        ]
    return [(name, words) for name, words in said if words]


def _answer(asked: Question, value: Any, zone: str) -> str:
    options = {one["key"]: texts.plain(one["text"]) for one in asked.options}
    if isinstance(value, list) and options:
        return ", ".join(options[one] for one in value if one in options)
    if isinstance(value, str) and value in options:
        return options[value]
    return column_words.plain(asked.key, value, zone)


def _value(table: str, name: str, value: Any, zone: str, there: str) -> str:
    match table, name:
        case "history_entry", "action":
            return history_words.action(value)
        case "history_entry", "changes":
            return change_words.in_one(value, zone)
        case "consent", "purpose":
            return purpose(ConsentPurpose(value))[0]
        case _:
            return column_words.value(table, name, value, zone, there=there)
