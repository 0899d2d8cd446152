"""People in words: what stands in the table, what was done to them, the table as a file."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _, ngettext
from markupsafe import Markup

from mmp.models import HistoryEntry, Person
from mmp.models.enums import (
    ConsentPurpose,
    MembershipRole,
    MembershipStatus,
    Partstat,
    Region,
    StakeholderGroup,
)
from mmp.services.people import UNLISTED, Order, Row, Standing, Wanted, plain_values
from mmp.web import texts
from mmp.web.labels import N_, country, label
from mmp.web.people_desk_forms import PersonForm
from mmp.web.value_words import code

_STANDINGS = {
    Standing.CURRENT: N_("Who takes part today"),
    Standing.ALUMNI: N_("Alumni"),
    Standing.LEFT: N_("Who left"),
    Standing.EVERYBODY: N_("Everybody"),
}
_STATUSES = {
    MembershipStatus.ACTIVE: N_("takes part"),
    MembershipStatus.LEFT: N_("left"),
    MembershipStatus.ALUMNI: N_("alumni"),
}
_CONSENTS = {
    ConsentPurpose.LISTED: N_("Others of the programme see their name"),
    ConsentPurpose.PHOTO: N_("Photos of them are shown"),
    ConsentPurpose.QUOTES: N_("What they said is quoted"),
    ConsentPurpose.FEED_DETAIL: N_("Their name stands in others’ calendars"),
    ConsentPurpose.ALUMNI_CONTACT: N_("They are written to as alumni"),
}
_FIELDS = {
    "name": N_("Name"),
    "name_native": N_("Name in their own script"),
    "email": N_("E-mail address"),
    "country": N_("Country"),
    "region": N_("Region"),
    "zone": N_("Time zone"),
    "locale": N_("Language of pages and mails"),
    "organisation": N_("Organisation"),
    "position": N_("Position"),
    "group": N_("Sector"),
    "gender": N_("Gender"),
    "gender_description": N_("Gender, in their own words"),
    "languages": N_("Languages"),
    "discreet": N_("Discreet"),
    "roles": N_("Parts in the programme"),
    "tag": N_("Tag"),
    "reason": N_("Reason"),
    "left_on": N_("Left on"),
    "joined": N_("Joined with"),
}
_ACTIONS = {
    "created": N_("%(who)s added them"),
    "changed": N_("%(who)s changed something"),
    "tagged": N_("%(who)s gave them a tag"),
    "untagged": N_("%(who)s took a tag away"),
    "left": N_("%(who)s let them leave the programme"),
    "returned": N_("%(who)s took them in again"),
    "alumni": N_("%(who)s made them alumni"),
    "undone": N_("%(who)s took the last change back"),
    "taken_apart": N_("%(who)s took two records of them apart"),
    "address_changed": N_("%(who)s confirmed a new address"),
    "address_kept": N_("A change of their address was stopped"),
    "merged": N_("%(who)s joined two records of them"),
}


def standings() -> list[tuple[str, str]]:
    """What the table can be narrowed to, by how people stand to the programme."""
    return [
        ("" if one is Standing.CURRENT else one.value, str(_(words)))
        for one, words in _STANDINGS.items()
    ]


def status(value: MembershipStatus) -> str:
    """“left”."""
    return str(_(_STATUSES[value]))


def answers() -> list[tuple[str, str]]:
    """What the table can be narrowed to, by the answer to an event."""
    return [
        ("", str(_("On the list"))),
        *((one.value, label(one)) for one in Partstat),
        (UNLISTED, str(_("Not on the list"))),
    ]


def orders() -> list[tuple[Order, str]]:
    """The ways to order the table."""
    return [
        (Order.NAME, str(_("Name"))),
        (Order.ORGANISATION, str(_("Organisation"))),
        (Order.COUNTRY, str(_("Country"))),
        (Order.NEWEST, str(_("Newest first"))),
    ]


def choices() -> dict[str, Any]:
    """The closed lists that the table can be narrowed by, and its orders."""
    return {
        "roles": list(MembershipRole),
        "regions": list(Region),
        "groups": list(StakeholderGroup),
        "orders": [
            ("" if order is Order.NAME else order.value, words) for order, words in orders()
        ],
    }


def consent(purpose: ConsentPurpose) -> str:
    """What somebody agreed to, or not."""
    return str(_(_CONSENTS[purpose]))


def how_many(count: int) -> str:
    """“31 people”."""
    return str(ngettext("%(num)d person", "%(num)d people", count))


def done(entries: Sequence[HistoryEntry]) -> str:
    """What was just done to so many people."""
    count = len(entries)
    match entries[0].action:
        case "left":
            return str(
                ngettext(
                    "%(num)d person has left the programme.",
                    "%(num)d people have left the programme.",
                    count,
                )
            )
        case "tagged" | "untagged":
            return str(
                ngettext(
                    "The tag of %(num)d person has changed.",
                    "The tags of %(num)d people have changed.",
                    count,
                )
            )
    return str(ngettext("%(num)d person is saved.", "%(num)d people are saved.", count))


def action(entry: HistoryEntry) -> Markup:
    """Who did what, as one sentence."""
    who = texts.name_of(entry.actor) if entry.actor else texts.isolate(_("The programme file"))
    known = _ACTIONS.get(entry.action, N_("%(who)s changed something"))
    return Markup(_(known)) % {"who": who}  # noqa: S704  our own sentence, values escape


def changes(entry: HistoryEntry) -> list[tuple[str, str, str]]:
    """What an entry says changed: field, before, after."""
    return [
        (str(_(_FIELDS[name])), value(name, change[0]), value(name, change[1]))
        for name, change in entry.changes.items()
        if name in _FIELDS and isinstance(change, list) and len(change) == 2
        if change[0] or change[1]
    ]


def value(name: str, found: Any) -> str:
    """What a field held, in words."""
    if found is None or found in ("", [], {}):
        return str(_("nothing"))
    if isinstance(found, bool):
        return str(_("yes") if found else _("no"))
    if isinstance(found, dict):
        return texts.plain(found)
    if isinstance(found, list):
        return ", ".join(value(name, one) for one in found)
    return code(name, str(found), "UTC")  # days alone, no moments


def differences(
    person: Person, roles: Sequence[str], form: PersonForm
) -> list[tuple[str, str, str]]:
    """Where somebody as they are now differs from what was typed: field, theirs, ours."""
    typed = form.values(person.zone, person.locale)
    theirs = plain_values(person) | {"roles": sorted(roles)}
    theirs["organisation"] = texts.plain(person.organisation.name) if person.organisation else None
    found = []
    for name, saved in theirs.items():
        ours: Any = getattr(typed, name)
        if name == "roles":
            ours = sorted(ours)
        if (saved or None) != (ours or None):
            found.append((str(_(_FIELDS[name])), value(name, saved), value(name, ours)))
    return found or [(str(_("Name")), person.name, typed.name)]


def table(rows: Sequence[Row], wanted: Wanted, *, addresses: bool) -> list[list[str]]:
    """The people for a spreadsheet. `addresses` and tags are for coordinators; of alumni those
    who did not agree to be written to have none."""
    head = [_("Name"), _("Name in their own script")]
    head += [_("E-mail address")] if addresses else []
    head += [_("Part in the programme"), _("Country"), _("Region"), _("Organisation")]
    head += [_("Position"), _("Sector"), _("Languages"), _("Time zone")]
    head += [_("Tags")] if addresses else []
    head += [_("Answer")] if wanted.event else []
    lines = [head]
    for row in rows:
        person = row.person
        cells = [person.name, person.name_native or ""]
        cells += [(person.email or "") if row.may_be_reached else ""] if addresses else []
        cells += [
            parts(row),
            country(person.country) if person.country else "",
            label(person.region),
            texts.plain(person.organisation.name) if person.organisation else "",
            texts.plain(person.position),
            label(person.group) if person.group else "",
            ", ".join(person.languages),
            person.zone,
        ]
        cells += [", ".join(row.tags)] if addresses else []
        cells += [answer(row)] if wanted.event else []
        lines.append(cells)
    return lines


def parts(row: Row) -> str:
    """“Mentor, Speaker (left)”."""
    said = []
    for one in row.parts:
        words = label(one.role)
        gone = one.status is not MembershipStatus.ACTIVE
        said.append(f"{words} ({status(one.status)})" if gone else words)
    return str(_(", ")).join(said)


def answer(row: Row) -> str:
    """Their answer to the event that was chosen."""
    return label(row.partstat) if row.partstat else str(_("Not on the list"))
