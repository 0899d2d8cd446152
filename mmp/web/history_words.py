"""The history in words: kinds of things, what was done, and what is kept how long."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from mmp.models import Event, HistoryEntry, Person
from mmp.models.enums import RetainedKind
from mmp.web import texts
from mmp.web.labels import N_

KINDS = {
    "account": N_("Account"),
    "agenda_item": N_("Agenda item"),
    "attendance": N_("Who was there"),
    "breakout": N_("Break-out groups"),
    "breakout_notes": N_("What a group said"),
    "busy_calendar": N_("Calendar of their own"),
    "consent": N_("Consent"),
    "contribution": N_("What was said"),
    "day_override": N_("Working day"),
    "deleted_event": N_("Event"),
    "document": N_("Document"),
    "event": N_("Event"),
    "feed": N_("Address of a feed"),
    "form": N_("Questionnaire"),
    "matching": N_("Round of matching"),
    "membership": N_("Part in the programme"),
    "message": N_("Message"),
    "opt_out": N_("Reminders and messages"),
    "organisation": N_("Organisation"),
    "pair": N_("Pair"),
    "participation": N_("Line of a list"),
    "people_import": N_("Import of people"),
    "person": N_("Person"),
    "poll": N_("Poll"),
    "programme": N_("Programme"),
    "recommendation": N_("Recommendation"),
    "reminder_rule": N_("Reminders"),
    "reminders": N_("Reminders"),
    "retention": N_("How long data are kept"),
    "talk_log": N_("Note of a talk"),
    "talk_offer": N_("Times for a talk"),
    "wishes": N_("Wishes"),
    "working_hours": N_("Hours"),
}
ACTIONS = {
    "address_changed": N_("confirmed a new address"),
    "address_kept": N_("stopped a change of address"),
    "added": N_("added"),
    "agreed": N_("agreed"),
    "allow": N_("allowed again"),
    "alumni": N_("became alumni"),
    "answered": N_("answered"),
    "applied": N_("applied"),
    "asked": N_("asked for wishes"),
    "cancelled": N_("cancelled"),
    "changed": N_("changed"),
    "closed": N_("closed"),
    "codes_set": N_("codes from an authenticator set up"),
    "codes_stopped": N_("codes from an authenticator stopped"),
    "confirmed": N_("confirmed"),
    "copied": N_("copied"),
    "created": N_("created"),
    "deleted": N_("thrown away"),
    "ended": N_("ended"),
    "erased": N_("erased"),
    "exclude": N_("never to be paired"),
    "given": N_("agreed"),
    "handed_over": N_("changed hands"),
    "held": N_("held back"),
    "imported": N_("taken in from a file"),
    "invited": N_("invited"),
    "joined": N_("became a trio"),
    "law_of_time": N_("followed a new law of time"),
    "left": N_("left"),
    "locked": N_("locked"),
    "logged": N_("noted"),
    "mail_let_go": N_("may get mail again"),
    "mail_refused": N_("cannot be reached by mail"),
    "merged": N_("joined with another record"),
    "moved": N_("moved"),
    "moved_up": N_("moved up from the waiting list"),
    "nudged": N_("asked how it is going"),
    "offered": N_("offered"),
    "opted_in": N_("wants reminders again"),
    "opted_out": N_("wants no reminders"),
    "pin": N_("kept together"),
    "password_changed": N_("password changed"),
    "password_set": N_("password set"),
    "picked": N_("picked a time"),
    "published": N_("published"),
    "recorded": N_("noted"),
    "recorded_all": N_("noted for everybody"),
    "recovery_code_used": N_("signed in with a recovery code"),
    "recovery_codes_made": N_("new recovery codes made"),
    "redone": N_("done again"),
    "reinstated": N_("put back"),
    "released": N_("let go again"),
    "reminded": N_("reminded"),
    "release": N_("parted"),
    "removed": N_("taken away"),
    "reopened": N_("opened again"),
    "repaired": N_("made right again"),
    "reset": N_("begun anew"),
    "restored": N_("put back"),
    "retried": N_("sent on its way again"),
    "returned": N_("taken in again"),
    "revoked": N_("taken back"),
    "run": N_("pairs looked for"),
    "search_asked": N_("search asked for"),
    "search_ended": N_("search ended"),
    "searched": N_("proposed by the search"),
    "seated": N_("given a seat"),
    "sent": N_("sent"),
    "take": N_("paired by hand"),
    "taken_back": N_("taken back"),
    "taken_apart": N_("taken apart"),
    "tagged": N_("given a tag"),
    "tapped": N_("seen at the meeting"),
    "undeleted": N_("brought back"),
    "undone": N_("undone"),
    "unlocked": N_("unlocked"),
    "unpin": N_("let free again"),
    "untagged": N_("a tag was taken away"),
    "withdrawn": N_("taken back"),
}
RETAINED = {
    RetainedKind.ANSWER_NOTES: (
        N_("Notes with answers"),
        N_("They serve the meeting and its questions afterwards."),
    ),
    RetainedKind.TALK_LOGS: (
        N_("What pairs noted of their talks"),
        N_("It serves the pair and the report of the year; the days stay."),
    ),
    RetainedKind.MAIL_WORDS: (
        N_("Words of mails that went"),
        N_("That they went stays; what they said is in mailboxes."),
    ),
    RetainedKind.INBOUND_MAIL: (
        N_("Mails that came in"),
        N_("Once they are dealt with nobody needs them."),
    ),
    RetainedKind.WISHES: (
        N_("Wishes for partners, and what the search made of them"),
        N_("Counted from when the last pairs were published; the pairs stay."),
    ),
    RetainedKind.PEOPLE: (
        N_("People who take part nowhere else"),
        N_("They are erased, but who agreed to be contacted; figures stay."),
    ),
}


def kind(name: str) -> str:
    """What something was done to."""
    return str(_(KINDS[name])) if name in KINDS else name.replace("_", " ")


def action(name: str) -> str:
    """What was done."""
    return str(_(ACTIONS[name])) if name in ACTIONS else name.replace("_", " ")


def retained(value: RetainedKind) -> tuple[str, str]:
    """A kind of data, and why it is kept."""
    name, why = RETAINED[value]
    return str(_(name)), str(_(why))


def subjects(session: Session, entries: Sequence[HistoryEntry]) -> dict[UUID, Markup]:
    """People and events among what something was done to, by name; two statements."""
    wanted = {entry.subject_uuid for entry in entries}
    people = session.scalars(select(Person).where(Person.uuid.in_(wanted)))
    events = session.execute(select(Event.uuid, Event.title).where(Event.uuid.in_(wanted)))
    found = {person.uuid: texts.name_of(person) for person in people}
    return found | {row.uuid: texts.shown(row.title) for row in events}
