"""Mail that came in, in plain words: who wrote, what they asked, why it was not taken."""

from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_babel import gettext as _
from markupsafe import Markup, escape

from mmp.models import InboundMail
from mmp.models.enums import InboundKind, InboundState, Partstat
from mmp.services.inbound import Task
from mmp.web import when
from mmp.web.labels import N_, label
from mmp.web.texts import isolate, isolated, name_of, shown

_REASONS = {
    "unknown_uid": N_("It is about nothing in these programmes."),
    "no_sender": N_("It does not say who sent it."),
    "sender_differs": N_("The answer is for somebody else than the sender."),
    "not_authenticated": N_("The mail server could not make sure who sent it."),
    "stranger": N_("Nobody here has this address. The invitation may have been forwarded."),
    "not_invited": N_("They were not invited. The invitation may have been forwarded."),
    "taken_back": N_("They were taken off the list."),
    "old_sequence": N_("They answered to an earlier version of the invitation."),
    "one_of_many": N_("They answered for one occurrence out of several."),
    "no_place": N_("They have a part in the agenda; no answer was asked of them."),
    "counter": N_("Only you can move an event."),
    "delegation": N_("Only you can invite somebody."),
    "letter": N_("A person wrote; no program can answer that."),
    "other_calendar": N_("A calendar program sent something that is no answer."),
    "two_attendees": N_("It answers for several people at once."),
    "no_attendee": N_("It does not say who answers."),
    "no_answer": N_("It holds no yes, no or maybe."),
    "unknown_mail": N_("It is about a mail that was not sent from here."),
    "unclear_bounce": N_("It does not say whether the address is wrong for good."),
    "mail_refused": N_("The mail itself was refused, not the address."),
    "gave_up": N_("It did not arrive: the mailbox is full, or its server is away."),
    "went_elsewhere": N_("It came back from another address than the one we wrote to."),
    "too_large": N_("It is too large to be read."),
    "too_large_calendar": N_("It is too large to be read."),
    "too_many_lines": N_("It is too large to be read."),
    "too_many_parts": N_("It has too many parts to be read."),
    "too_deep": N_("It has too many parts to be read."),
    "too_many_components": N_("It has too many parts to be read."),
    "several_events": N_("It is about several events at once."),
    "calendars_differ": N_("It says two different things."),
    "method_differs": N_("It says two different things."),
    "event_cancelled": N_("The event is cancelled."),
    "event_over": N_("The event was over."),
    "older_answer": N_("There is a newer answer."),
    "delayed": N_("It is late; the mail server goes on trying."),
    "delivered": N_("It arrived."),
    "address_refused": N_("The address takes no mail; none goes there any more."),
}
_BROKEN = N_("It is broken and cannot be read.")


def who_wrote(task: Task) -> Markup:
    """Name and address, as far as they are known; of a pair's own nothing."""
    row = task.mail
    if task.private:
        return isolate(_("About a pair’s talk"))
    name = row.details.get("name")
    known = row.person is not None and row.person.email == row.sender
    if known and row.person is not None:
        return name_of(row.person)
    address = Markup('<bdi dir="ltr">{}</bdi>').format(row.sender) if row.sender else None
    if name and address:
        return isolated(str(name)) + " " + Markup("({})").format(address)
    return address or isolate(_("Somebody"))


def what_was_asked(task: Task) -> Markup:
    """In one sentence."""
    row, details = task.mail, task.mail.details
    if task.private:
        return isolate(_("An answer could not be taken."))
    event = shown(row.event.title) if row.event else isolate(_("an event that is not known here"))
    match row.kind:
        case InboundKind.REPLY:
            answer = isolate(label(Partstat(details["partstat"])))
            if row.sender != details["attendee"]:
                sentence = _("“%(answer)s” to %(event)s, for %(name)s.")
                return _marked(sentence, answer=answer, event=event, name=_answering(row))
            return _marked(_("“%(answer)s” to %(event)s."), answer=answer, event=event)
        case InboundKind.COUNTER:
            return _marked(_("Another time for %(event)s."), event=event)
        case InboundKind.DELEGATION:
            to = Markup('<bdi dir="ltr">{}</bdi>').format(details["delegated_to"])
            sentence = _("Wants %(address)s to come to %(event)s in their place.")
            return _marked(sentence, address=to, event=event)
        case InboundKind.BOUNCE if row.person is not None:
            return _marked(_("A mail to %(name)s came back."), name=name_of(row.person))
        case InboundKind.BOUNCE:
            return isolate(_("A mail came back."))
        case InboundKind.AUTOMATIC:
            return isolate(_("An automatic reply, such as an out-of-office note."))
        case _:
            return isolated(row.subject) if row.subject else isolate(_("A mail without a subject"))


def why_not(row: InboundMail) -> Markup:
    """Why it was not taken by itself, or did nothing."""
    return reason(row.reason) if row.reason is not None else Markup()


def reason(word: str) -> Markup:
    """What the one word says that is kept of it."""
    return isolate(_(_REASONS.get(word, _BROKEN)))


def what_became(row: InboundMail) -> Markup:
    """Of one that waits no more."""
    if row.state is InboundState.DONE and row.handled_by is not None:
        return _marked(_("Seen to by %(name)s."), name=name_of(row.handled_by))
    if row.state is InboundState.APPLIED and row.reason is None:
        return isolate(_("Taken by itself."))
    return why_not(row)


def proposed(task: Task) -> Markup | None:
    """The time that somebody proposes, in the zone they wrote it in."""
    said = str(task.mail.details.get("starts", ""))
    if task.private or not said:
        return None
    local, _space, zone = said.partition(" ")
    try:
        instant = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return isolated(said)
    words = isolate(when.moment_in_words(instant, zone) + _(", "))
    return words + when.zone_name(zone, instant)


def words_of(task: Task) -> str:
    """What they wrote themselves."""
    return "" if task.private else str(task.mail.details.get("comment") or _letter(task.mail))


def address_of(task: Task) -> str | None:
    """Where an answer to it goes."""
    row = task.mail
    if task.private or row.kind is InboundKind.BOUNCE or not row.sender:
        return None
    return f"mailto:{quote(row.sender, safe='@')}"


def _answering(row: InboundMail) -> Markup:
    if row.person is not None:
        return name_of(row.person)
    return Markup('<bdi dir="ltr">{}</bdi>').format(row.details["attendee"])


def _letter(row: InboundMail) -> object:
    return row.details.get("text", "") if row.kind is InboundKind.OTHER else ""


def _marked(sentence: str, **values: Markup) -> Markup:
    return escape(sentence) % values
