"""Messages in words: why somebody gets none, whom one is for, what a placeholder becomes."""

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _
from markupsafe import Markup, escape

from mmp.adapters.renderer import language_for
from mmp.adapters.translations import locale_for
from mmp.core.mail.placeholders import PLACEHOLDERS
from mmp.core.texts import Translated
from mmp.models import Message, Pair, Person
from mmp.models.enums import AttendanceForm, MembershipRole, Partstat, Region
from mmp.services.messages import Choice, Line, WhyNot
from mmp.services.messages.drafts import OF_EVENTS
from mmp.web.labels import N_, country, label, language_name
from mmp.web.messages_forms import TICKED, MessageForm
from mmp.web.texts import isolate

_WHY_NOT = {
    WhyNot.LEFT: N_("Has left the programme."),
    WhyNot.NOT_ON_LIST: N_("Has applied or waits, and is not on the list yet."),
    WhyNot.DECLINED: N_("Said no. Tick “No” or the person to write all the same."),
    WhyNot.NO_ADDRESS: N_("Has no mail address."),
    WhyNot.SUPPRESSED: N_("Their mailbox refused mail for good."),
    WhyNot.OPTED_OUT: N_("Wants no reminders and messages of this programme."),
    WhyNot.ALUMNI: N_("Took part once, and did not agree to be written to since."),
    WhyNot.GONE: N_("Is not known here any more."),
    WhyNot.NOT_CHOSEN: N_("Was not among those whom it was for."),
}
_BECOMES = {
    "name": N_("the reader’s name"),
    "event": N_("the event’s title"),
    "when": N_("day, hours and zone, as the reader’s clock shows them"),
    "place": N_("the place"),
    "join_link": N_("the link to join, for those who join online"),
    "answer_link": N_("the reader’s own address for answering"),
    "page": N_("the page of the event or programme"),
    "partner": N_("who is in a pair with the reader"),
    "programme": N_("the programme’s name"),
    "days_left": N_("days until the event begins"),
    "group": N_("the reader’s break-out group, with its room"),
    "question": N_("the question of that group"),
}


def why_not(line: WhyNot) -> Markup:
    """Why somebody gets no mail."""
    return isolate(_(_WHY_NOT[line]))


def placeholders(*, of_event: bool) -> list[tuple[str, str]]:
    """What texts may hold, and what becomes of it."""
    return [
        ("{{ " + name + " }}", _(_BECOMES[name]))
        for name in PLACEHOLDERS
        if of_event or name not in OF_EVENTS
    ]


def audience(
    choice: Choice, pairs: Iterable[Pair], people: Iterable[Person], *, of_event: bool
) -> list[tuple[str, str]]:
    """Whom a message is for: what is ticked, by its name."""
    names = {str(person.uuid): person.name for person in people}
    known: Mapping[str, tuple[str, Mapping[str, str]]] = {
        "roles": (_("Part in the programme"), {one.value: label(one) for one in MembershipRole}),
        "regions": (_("Region"), {one.value: label(one) for one in Region}),
        "countries": (_("Country"), {code: country(code) for code in choice.countries}),
        "pairs": (_("Pairs"), {str(pair.uuid): _pair(pair) for pair in pairs}),
        "answers": (_("Answer"), {one.value: label(one) for one in Partstat}),
        "forms": (_("In the room or online"), {one.value: label(one) for one in AttendanceForm}),
        "people": (_("People"), names),
    }
    found = []
    for name in TICKED:
        words, values = known[name]
        ticked = [values[one] for one in values if one in getattr(choice, name)]
        if ticked:
            found.append((words, _(", ").join(ticked)))
    everybody = (
        _("everybody on the list and in the agenda, but not who said no")
        if of_event
        else _("everybody in the programme")
    )
    return found or [(_("For"), everybody)]


def missing(message: Message, lines: Sequence[Line]) -> list[tuple[str, int]]:
    """The languages of the programme it is not written in, and how many of its readers would have
    read them."""
    found = []
    for code in message.programme.languages:
        if all(text.get(code) for text in (message.subject, message.text)):
            continue
        readers = [line for line in lines if language_for(locale_for(line.person)) == code]
        found.append((language_name(code), sum(line.why_not is None for line in readers)))
    return found


def differences(message: Message, form: MessageForm) -> list[tuple[str, str, str]]:
    """What was saved meanwhile beside what was typed: field, theirs, ours."""
    lines = [
        (f"{field.label.text} ({language_name(code)})", theirs.get(code, ""), typed)
        for field, theirs in ((form.subject, message.subject), (form.text, message.text))
        for code, typed in _typed(theirs, field.typed)
    ]
    for name in (*TICKED, "attachments"):
        kept = (
            [str(one.uuid) for one in message.attachments]
            if name == "attachments"
            else message.audience.get(name, [])
        )
        if set(kept) != set(form[name].data or ()):
            shown = {one.value: escape(one.label).striptags() for one in form[name].choices}
            theirs, ours = (
                _(", ").join(shown.get(one, "") for one in values)
                for values in (kept, form[name].data or ())
            )
            lines.append((str(form[name].label.text), theirs, ours))
    same = next(iter(message.subject.values()), "")
    return lines or [(str(form.subject.label.text), same, same)]


def _typed(theirs: Translated, typed: Mapping[str, str]) -> list[tuple[str, str]]:
    codes = dict.fromkeys([*theirs, *typed])
    return [
        (code, typed.get(code, "")) for code in codes if theirs.get(code, "") != typed.get(code, "")
    ]


def _pair(pair: Pair) -> str:
    return " & ".join(one.person.name for one in pair.members)
