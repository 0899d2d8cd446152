"""Who may be named on a page that everybody can read.

Speakers, hosts, moderators, facilitators and masters of ceremony stand on a stage: they are named
unless they are discreet or took back that others see their name. Mentors are not named for being
mentors; a pair shows as its countries.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from babel.lists import format_list
from flask_babel import get_locale, gettext as _
from markupsafe import Markup, escape

from mmp.models import AgendaRole, Contribution, Event, Pair, Person
from mmp.models.enums import AgendaRoleName, AttributionConsent
from mmp.services.consents import Naming
from mmp.web.labels import from_country, label
from mmp.web.texts import isolate, name_of, shown

_ON_STAGE = {
    AgendaRoleName.HOST,
    AgendaRoleName.SPEAKER,
    AgendaRoleName.MODERATOR,
    AgendaRoleName.MASTER_OF_CEREMONY,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """Someone as a public page shows them: `name`, and what they were introduced as."""

    name: Markup
    introduced_as: Markup


@dataclass(frozen=True, slots=True)
class Part:
    """One role of an agenda item with those who play it."""

    label: str
    people: list[Shown]


def people_of(event: Event) -> set[int]:
    """Everybody whose name might stand on the event's page, and who is quoted in a pair."""
    named = [role.person_id for item in event.agenda for role in item.roles]
    said = [said for item in event.agenda for said in item.contributions]
    quoted = [one.person_id for one in said]
    in_pairs = [member.person_id for one in said if one.pair for member in one.pair.members]
    everybody = (event.contact_id, *named, *quoted, *in_pairs)
    return {person for person in everybody if person is not None}


def contact_of(event: Event, known: Naming) -> Person | None:
    """Whom to write to, if they may be named."""
    contact = event.contact
    if contact is None or _unnamed(contact) or contact.id in known.unlisted:
        return None
    return contact


def parts(roles: Iterable[AgendaRole], known: Naming, day: date) -> list[Part]:
    """The roles of an agenda item in their order, each with its people."""
    found: dict[AgendaRoleName, Part] = {}
    for role in roles:
        part = found.setdefault(role.role, Part(label(role.role), []))
        part.people.append(_in_role(role, known, day))
    return list(found.values())


def _in_role(role: AgendaRole, known: Naming, day: date) -> Shown:
    if role.pair is not None:
        return Shown(pair_words(role.pair, day), Markup())
    person = role.person
    assert person is not None  # a role is a person's or a pair's
    if _unnamed(person) or person.id in known.unlisted:
        return Shown(escape(_("a participant")), Markup())
    if role.role not in _ON_STAGE and person.id in known.mentors:
        return Shown(_mentor_words(person), Markup())
    return Shown(name_of(person), shown(role.introduced_as or person.position))


def attribution(contribution: Contribution, known: Naming, day: date) -> Markup:
    """To whom words are attributed that may be quoted; without their consent to no one in
    particular, and a pair not by its countries either."""
    named = contribution.consent is AttributionConsent.NAMED
    if contribution.pair is not None:
        members = {member.person_id for member in contribution.pair.members}
        if not named or members & known.unquoted:
            return escape(_("a pair of mentors"))
        return pair_words(contribution.pair, day)
    person = contribution.person
    assert person is not None  # as above
    unquoted = person.id in known.unquoted | known.unlisted
    if named and not (_unnamed(person) or unquoted):
        return name_of(person)
    return escape(_("a participant"))


def _unnamed(person: Person) -> bool:
    """Whether nobody who just reads along learns of this person."""
    return person.discreet or person.erased_at is not None


def pair_words(pair: Pair, day: date) -> Markup:
    """“a pair of mentors from Sweden and Jordan”, as the pair was on that day.

    Where a member is discreet, not even the countries are told.
    """
    people = [
        member.person
        for member in pair.members
        if (member.starts_on or day) <= day <= (member.ends_on or day)
    ]
    trio = len(people) > 2
    countries = list(dict.fromkeys(from_country(one.country) for one in people if one.country))
    if not countries or any(_unnamed(person) for person in people):
        return escape(_("three mentors") if trio else _("a pair of mentors"))
    words = format_list(countries, locale=get_locale())
    if trio:
        return isolate(_("three mentors from %(countries)s", countries=words))
    return isolate(_("a pair of mentors from %(countries)s", countries=words))


def _mentor_words(person: Person) -> Markup:
    if person.country is None:
        return escape(_("a mentor"))
    return isolate(_("a mentor from %(country)s", country=from_country(person.country)))
