"""What an import of people is told in."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _, ngettext
from markupsafe import Markup

from mmp.core.doubles import Why
from mmp.core.errors import Problem
from mmp.models import PeopleImport
from mmp.models.enums import Gender, ImportState, MembershipRole, Region, StakeholderGroup
from mmp.services import people_import as service
from mmp.services.people_import import Fate, Match, Offer, Since
from mmp.web.errors import sentence
from mmp.web.labels import N_, label
from mmp.web.texts import isolate

FIELDS = {
    "name": N_("Name"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "name_native": N_("Name in their own script"),
    "email": N_("E-mail address"),
    "country": N_("Country"),
    "region": N_("Region"),
    "zone": N_("Time zone"),
    "locale": N_("Language and country of dates"),
    "organisation": N_("Organisation"),
    "position": N_("Position"),
    "group": N_("Sector"),
    "gender": N_("Gender"),
    "languages": N_("Languages"),
    "discreet": N_("Discreet"),
    "role": N_("Part in the programme"),
    "partner": N_("Partner"),
    "invite_to": N_("Events to be invited to"),
}
_LISTS: Mapping[str, type[StrEnum]] = {
    "region": Region,
    "group": StakeholderGroup,
    "gender": Gender,
    "role": MembershipRole,
}
_ENCODINGS = {
    "utf-8": N_("Unicode (UTF-8)"),
    "utf-16": N_("Unicode (UTF-16)"),
    "windows-1252": N_("Western European (Windows-1252)"),
    "windows-1256": N_("Arabic (Windows-1256)"),
    "mixed": N_("Several, each line by itself"),
}
_DELIMITERS = {",": N_("Comma"), ";": N_("Semicolon"), "\t": N_("Tabulator"), "|": N_("Bar")}
STATES = {
    ImportState.DRAFT: N_("Not saved yet"),
    ImportState.APPLYING: N_("Being saved"),
    ImportState.APPLIED: N_("Saved"),
    ImportState.UNDONE: N_("Taken back"),
}
_WHY = {
    Why.ADDRESS: N_("the same address"),
    Why.SAME_NAME: N_("the same name"),
    Why.SPELLING: N_("nearly the same name"),
    Why.OTHER_SCRIPT: N_("the same name in another script"),
}
_SINCE = {
    Since.ANSWERED: N_("has answered since"),
    Since.SIGNED_IN: N_("has signed in or has a calendar"),
    Since.MAILED: N_("has been sent mail"),
    Since.PART: N_("has another part, or is on another list"),
    Since.PAIRED: N_("is in a pair"),
    Since.CHANGED: N_("was changed since"),
    Since.NAMED: N_("is named elsewhere, in an agenda or a message"),
}
TOLD_ELSEWHERE = (
    N_("At most %(most)s characters fit here; shorten it."),
    N_("A control character stands in this text; delete it."),
    N_("The name is missing; fill it in."),
    N_(
        "CLDR knows no locale “%(text)s”; use a language and a country of it, like ar_JO or"
        " sv_SE, or the language alone."
    ),
    N_("%(country)s has several time zones; say which, for example America/New_York."),
    N_(
        "%(mark)s stands in row %(other)s already: correct it, or say below that both are one"
        " person."
    ),
    N_("This row has more cells than the header; leave it out, or mend the file."),
    N_("“%(text)s” are several people; write the address."),
    N_(
        "“%(text)s” is nobody of this table or programme; write the name or the address as it"
        " stands there."
    ),
    N_("There is no event “%(text)s” here; did you mean “%(near)s”?"),
    N_("There is no event “%(text)s” here; write its title as it stands there."),
)
"""Sentences that the rules note beside a cell."""


def field_name(name: str) -> str:
    """The word for a column; what concerns a whole row has none."""
    return str(_(FIELDS[name])) if name in FIELDS else str(_("The row"))


def state(row: PeopleImport) -> str:
    """How far an import is."""
    return str(_(STATES[row.state]))


def encodings() -> list[tuple[str, str]]:
    return [(name, str(_(_ENCODINGS[name]))) for name in service.ENCODINGS]


def delimiters(now: str) -> list[tuple[str, str]]:
    """What may separate cells; a file may have named something else itself."""
    known = dict.fromkeys((*service.DELIMITERS, now))
    return [(sign, str(_(_DELIMITERS[sign])) if sign in _DELIMITERS else sign) for sign in known]


def fields() -> list[tuple[str, str]]:
    """What a column may be."""
    return [("", str(_("Leave it out"))), *((name, field_name(name)) for name in FIELDS)]


def fault(problem: Problem) -> Markup:
    """What is wrong with a cell."""
    if problem.path in _LISTS and "text" in problem.values:
        text = problem.values["text"]
        return isolate(str(_("“%(text)s” is not known here; choose one.", text=text)))
    return isolate(sentence(problem))


def listed(name: str) -> list[tuple[str, str]]:
    """What can stand in a cell of this column, where that is a closed list."""
    return [(value.value, label(value)) for value in _LISTS.get(name, ())]


def since(why: Since) -> str:
    return str(_(_SINCE[why]))


def why(offer: Offer) -> str:
    """Why a row may be somebody."""
    if offer.number is not None:
        return str(_("row %(number)s, %(why)s", number=offer.number, why=_(_WHY[offer.why])))
    return str(_(_WHY[offer.why]))


def choices(match: Match | None, decision: str) -> list[tuple[str, str]]:
    """What can be decided about a row."""
    if match is None:  # nobody can tell who it is before it is mended
        leave_out = (service.SKIP, str(_("Leave this row out")))
        return [("", str(_("Mend it above"))), leave_out]
    found = [("", str(_("Decide")))] if match.fate is Fate.OPEN else []
    if match.fate is not Fate.OPEN and not decision:
        found = [("", becomes(match))]
    found.append((service.NEW, str(_("Somebody new"))))
    for offer in match.offers:
        words = {"name": offer.name, "why": why(offer)}
        found.append((offer.decision, str(_("The same as %(name)s (%(why)s)", **words))))
        if offer.number is None:
            over = offer.decision.replace(service.SAME, service.OVER, 1)
            text = _("The same as %(name)s, and put these cells in place of what is there", **words)
            found.append((over, str(text)))
    found.append((service.SKIP, str(_("Leave this row out"))))
    return [choice for place, choice in enumerate(found) if choice not in found[:place]]


def becomes(match: Match) -> str:
    """What becomes of a row if nothing else is said."""
    match match.fate:
        case Fate.NEW:
            return str(_("Somebody new"))
        case Fate.SAME if match.known_elsewhere:
            return str(_("Known here by this address: gets a part, nothing else changes"))
        case Fate.SAME:
            return str(_("The same as %(name)s: what is empty is filled", name=match.name))
        case Fate.OVERWRITE:
            return str(
                _("The same as %(name)s: these cells replace what is there", name=match.name)
            )
        case Fate.MERGED:
            return str(_("One person with row %(number)s", number=match.number))
        case Fate.SKIPPED:
            return str(_("Left out"))
        case _:
            return str(_("To be decided"))


def notices(columns: Mapping[str, Any]) -> list[Markup]:
    """What a person should know of how the file was read."""
    found = []
    if columns.get("hidden"):
        names = ", ".join(columns["hidden"])
        found.append(_("Hidden sheets are left out: %(names)s.", names=names))
    if columns.get("merged"):
        names = ", ".join(columns["merged"])
        found.append(
            _("Merged cells are read as if each of them held the text: %(names)s.", names=names)
        )
    if columns.get("above"):
        found.append(
            ngettext(
                "%(num)d row above the names of the columns is left out.",
                "%(num)d rows above the names of the columns are left out.",
                columns["above"],
            )
        )
    return [isolate(str(text)) for text in found]
