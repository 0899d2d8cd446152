"""Words for the closed lists of the subject, in one place; shown in the reader's language."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from flask_babel import get_locale, gettext, lazy_gettext
from markupsafe import Markup

from mmp.core.countries import folded
from mmp.core.mail import Reason, Result
from mmp.models.enums import (
    AgendaKind,
    AgendaRoleName,
    AnswerVia,
    AttendanceForm,
    AttributionConsent,
    Audience,
    CalendarDelivery,
    DeclinedEvents,
    Entry,
    EventForm,
    Gender,
    MembershipRole,
    OrganisationRoleName,
    Partstat,
    Region,
    StakeholderGroup,
)
from mmp.models.mail import MailState
from mmp.services.agenda_parts import PARTS
from mmp.web.texts import isolate


def N_(text: str) -> str:  # noqa: N802  gettext's own name for "translate this later"
    """Marks a text for the catalogues without translating it yet."""
    return text


_LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    EventForm: {
        EventForm.ONLINE: N_("Online"),
        EventForm.IN_PERSON: N_("In person"),
        EventForm.HYBRID: N_("In person and online"),
        EventForm.NOT_STATED: N_("Form to be announced"),
    },
    AgendaKind: {
        AgendaKind.OPENING: N_("Opening"),
        AgendaKind.TALK: N_("Talk"),
        AgendaKind.PRESENTATION: N_("Presentation"),
        AgendaKind.PANEL: N_("Panel"),
        AgendaKind.ACTIVITY: N_("Activity"),
        AgendaKind.BREAK_OUT: N_("Break-out groups"),
        AgendaKind.OPEN_DISCUSSION: N_("Open discussion"),
        AgendaKind.ROUND_TABLE: N_("Round table"),
        AgendaKind.REPORT_BACK: N_("Report from the groups"),
        AgendaKind.CLOSING: N_("Closing"),
        AgendaKind.PAUSE: N_("Break"),
        AgendaKind.MEAL: N_("Meal"),
        AgendaKind.VISIT: N_("Visit"),
        AgendaKind.OTHER: N_("Other"),
    },
    AgendaRoleName: {**PARTS},
    MembershipRole: {
        MembershipRole.COORDINATOR: N_("Coordinator"),
        MembershipRole.ASSISTANT: N_("Assistant"),
        MembershipRole.MENTOR: N_("Mentor"),
        MembershipRole.SPEAKER: N_("Speaker"),
        MembershipRole.GUEST: N_("Guest"),
    },
    OrganisationRoleName: {
        OrganisationRoleName.HOST: N_("Hosted by"),
        OrganisationRoleName.COLLABORATOR: N_("In collaboration with"),
        OrganisationRoleName.DONOR: N_("Supported by"),
        OrganisationRoleName.IMPLEMENTING_AGENCY: N_("Implemented by"),
    },
    AttributionConsent: {
        AttributionConsent.NO: N_("No"),
        AttributionConsent.UNATTRIBUTED: N_("Yes, without my name"),
        AttributionConsent.NAMED: N_("Yes, with my name"),
    },
    CalendarDelivery: {
        CalendarDelivery.FEED: N_("The feed alone"),
        CalendarDelivery.MAILS: N_("Invitations by mail alone"),
        CalendarDelivery.BOTH: N_("Both"),
    },
    DeclinedEvents: {
        DeclinedEvents.KEEP: N_("Keep them, marked as declined"),
        DeclinedEvents.HIDE: N_("Leave them out"),
    },
    Audience: {
        Audience.EVERYONE: N_("Everyone"),
        Audience.IN_ROLE: N_("Only those with a role in it"),
    },
    Entry: {
        Entry.INVITED: N_("Invited"),
        Entry.APPLIED: N_("Applied"),
        Entry.APPROVED: N_("Approved"),
        Entry.WAITING: N_("On the waiting list"),
        Entry.WALK_IN: N_("Came without an invitation"),
    },
    Partstat: {
        Partstat.NEEDS_ACTION: N_("No answer yet"),
        Partstat.ACCEPTED: N_("Yes"),
        Partstat.TENTATIVE: N_("Maybe"),
        Partstat.DECLINED: N_("No"),
    },
    AnswerVia: {
        AnswerVia.PAGE: N_("On their own page"),
        AnswerVia.LINK: N_("By the link in a mail"),
        AnswerVia.CALENDAR: N_("From their calendar"),
        AnswerVia.COORDINATOR: N_("Written down by a coordinator"),
    },
    AttendanceForm: {
        AttendanceForm.IN_ROOM: N_("In the room"),
        AttendanceForm.ONLINE: N_("Online"),
    },
    Gender: {
        Gender.WOMAN: N_("Woman"),
        Gender.MAN: N_("Man"),
        Gender.SELF_DESCRIBED: N_("In their own words"),
        Gender.NOT_STATED: N_("Not said"),
    },
    Region: {
        Region.EUROPE: N_("Europe"),
        Region.MENA: N_("Middle East and North Africa"),
        Region.OTHER: N_("Elsewhere"),
    },
    StakeholderGroup: {
        StakeholderGroup.GOVERNMENT: N_("Government"),
        StakeholderGroup.INTERNATIONAL_ORGANISATION: N_("International organisation"),
        StakeholderGroup.NGO: N_("Non-governmental organisation"),
        StakeholderGroup.CIVIL_SOCIETY: N_("Civil society"),
        StakeholderGroup.PRIVATE_SECTOR: N_("Private sector"),
        StakeholderGroup.ACADEMIA: N_("Academia"),
        StakeholderGroup.MEDIA: N_("Media"),
        StakeholderGroup.MIGRANTS: N_("Migrants"),
        StakeholderGroup.DIASPORA: N_("Diaspora organisation"),
        StakeholderGroup.FAITH_BASED: N_("Faith-based organisation"),
        StakeholderGroup.LOCAL_AUTHORITY: N_("Local authority"),
        StakeholderGroup.TRADE_UNION: N_("Trade union"),
        StakeholderGroup.PARLIAMENT: N_("Parliament"),
        StakeholderGroup.HUMAN_RIGHTS_INSTITUTION: N_("National human rights institution"),
        StakeholderGroup.RED_CROSS_RED_CRESCENT: N_("Red Cross or Red Crescent"),
        StakeholderGroup.OTHER: N_("Other"),
    },
    MailState: {
        # “Handed over” to the mail server, or to the folder where mail is kept.
        MailState.DUE: N_("Waiting"),
        MailState.LEASED: N_("On its way"),
        MailState.HELD: N_("Held back"),
        MailState.SENT: N_("Handed over"),
        MailState.FAILED: N_("Failed"),
        MailState.CANCELLED: N_("Called off"),
        MailState.EXPIRED: N_("Expired"),
    },
    Reason: {
        Reason.ACCEPTED: N_("The mail server took it."),
        Reason.ADDRESS_REFUSED: N_("The mail server refused the address."),
        Reason.MESSAGE_REFUSED: N_("The mail server refused the mail."),
        Reason.GAVE_UP: N_("It was tried again and again, then given up."),
        Reason.TOO_LATE: N_("It could not go in time."),
        Reason.NO_ADDRESS: N_("There is no address it can be sent to."),
        Reason.EVENT_CANCELLED: N_("The event is cancelled."),
        Reason.PERSON_LEFT: N_("The person has left."),
        Reason.SUPERSEDED: N_("A newer mail says it better."),
        Reason.BY_COORDINATOR: N_("By a coordinator."),
        Reason.SUPPRESSED: N_("Their address has refused mail for good; nothing goes there."),
        Reason.OPTED_OUT: N_("They want no reminders and messages."),
    },
    Result: {
        Result.SENT: N_("Handed over."),
        Result.PUT_OFF: N_("The mail server asked to come back later."),
        Result.UNANSWERED: N_(
            "The mail server did not say whether it took it; it may have arrived."
        ),
        Result.UNREACHABLE: N_("The mail server cannot be reached; mail waits and goes by itself."),
        Result.STOPPED: N_("Mail cannot be handed over until its settings are mended."),
        Result.ADDRESS_REFUSED: N_("The mail server refused the address."),
        Result.MESSAGE_REFUSED: N_("The mail server refused the mail."),
    },
}
"""By list first: values of different lists may be equal strings."""


def label(value: StrEnum) -> str:
    """The word for a value of a closed list."""
    return str(gettext(_LABELS[type(value)][value]))


_SHORT_COUNTRIES = {"PS": {"en": "Palestine", "ar": "فلسطين", "fr": "Palestine"}}
"""CLDR's short names, which Babel leaves out."""

_WITH_ARTICLE = frozenset(
    ["AE", "BS", "CD", "CF", "DO", "GB", "GM", "KM", "MV", "NL", "PH", "SB", "SC", "SD", "US"]
)


def country(code: str) -> str:
    """A country's name in the reader's language, from CLDR; the code where it has none."""
    locale = get_locale() or Locale.parse("en_GB")
    short = _SHORT_COUNTRIES.get(code, {}).get(locale.language)
    return short or str(locale.territories.get(code, code))


def countries_by_name(codes: Iterable[str]) -> list[str]:
    """As a reader looks for them: by their names, whatever accents those have."""
    return sorted(codes, key=lambda code: folded(country(code)))


def from_country(code: str) -> str:
    """A country's name after “from”: English puts an article before some."""
    name = country(code)
    english = (get_locale() or Locale.parse("en_GB")).language == "en"
    return f"the {name}" if english and code in _WITH_ARTICLE else name


def language_name(code: str) -> str:
    """A language's name in the reader's language, to stand by itself."""
    return _capital(_language_name(code))


def languages_by_name(codes: Iterable[str]) -> list[str]:
    """As a reader looks for them: by their names."""
    return sorted(codes, key=lambda code: folded(_language_name(code)))


def language_list(codes: Iterable[str]) -> Markup:
    """“English, Arabic and French”."""
    names = [_language_name(code) for code in codes]
    return isolate(_capital(format_list(names, locale=get_locale())))


def _language_name(code: str) -> str:
    reader = get_locale() or Locale.parse("en_GB")
    try:
        return Locale.parse(code, sep="-").get_display_name(reader) or code
    except (UnknownLocaleError, ValueError):  # CLDR names more languages than it has locales for
        return str(reader.languages.get(code, code))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def lazy_label(value: StrEnum) -> Any:
    """As `label`, looked up when it is shown: for choices that are declared once."""
    return lazy_gettext(_LABELS[type(value)][value])
