"""Groups in words: why somebody sits there, what it is worth, what a move costs, what is wrong."""

from collections.abc import Iterable, Mapping
from typing import Any

from babel.lists import format_list
from flask_babel import get_locale, gettext as _, ngettext
from markupsafe import Markup, escape

from mmp.core.breakouts.bounds import Bound
from mmp.core.breakouts.measures import Measures
from mmp.core.breakouts.reasons import Change, Reason
from mmp.models import Person
from mmp.models.breakouts import BreakoutGroup
from mmp.models.enums import Gender, StakeholderGroup
from mmp.services.breakouts import Partners, Preset, Table, Trouble
from mmp.services.breakouts.settings import ATTRIBUTES, WEIGHTS
from mmp.web.labels import N_, label, language_list, language_name
from mmp.web.texts import isolate, may_name, name_of, plain

PRESETS = {
    Preset.MEET: (
        N_("Meet new people"),
        N_("Who has met before is kept apart as far as can be; then groups are balanced."),
    ),
    Preset.BALANCE: (
        N_("Balance first"),
        N_("Regions, genders and stakeholder groups are spread evenly; then people meet anew."),
    ),
    Preset.LANGUAGE: (
        N_("By language"),
        N_("People who read the same language sit together; then people meet anew."),
    ),
}
PARTNERS = {
    Partners.APART: N_("Never in one group"),
    Partners.TOGETHER: N_("Always in one group"),
    Partners.ANY: N_("As it comes"),
}
WEIGHT_NAMES = {
    "repeat": N_("Two who have met before"),
    "mix": N_("One step off balance"),
    "language": N_("Two who read different languages"),
    "region": N_("Balance of regions counts"),
    "gender": N_("Balance of genders counts"),
    "group": N_("Balance of stakeholder groups counts"),
}
STEPS = {
    "searched": N_("the search"),
    "moved": N_("the move"),
    "locked": N_("the lock"),
    "unlocked": N_("the unlocking"),
    "repaired": N_("the repair"),
}
assert tuple(WEIGHT_NAMES) == WEIGHTS


def names(people: Iterable[Person], most: int = 6) -> Markup:
    """“Lina Haddad, Omar Said and 3 others”."""
    those = [str(name_of(one)) for one in people]
    shown = those[:most]
    if len(those) > most:
        more = len(those) - most
        shown.append(ngettext("%(num)d other", "%(num)d others", more))
    return Markup(format_list(shown, locale=get_locale()))  # noqa: S704  name_of has escaped them


def group_name(group: BreakoutGroup) -> str:
    """Its own name, else its number."""
    return plain(group.name) or str(_("Group %(number)s", number=group.position + 1))


def reason(table: Table, person: Person, one: Reason) -> Markup:
    """One reason for where somebody sits; empty where it is not worth saying."""
    people = names(table.people[number] for number in one.people)
    if one.code in _WITH_NAMES:
        return escape(_(_WITH_NAMES[one.code])) % {"names": people}
    match one.code:
        case "breaks_language":
            return escape(_("shares no language with this group"))
        case "only_facilitator":
            return escape(_("the only one here who can lead"))
        case "language":
            return understood(table, one.value)
        case "new" if one.value:
            return escape(
                ngettext("meets %(num)d person anew", "meets %(num)d people anew", one.value)
            )
        case "only_one_of":
            return _alone(person, [one])
    return Markup("")


def understood(table: Table, bit: int) -> Markup:
    """Which language all in a group have."""
    spoken = language_name(table.languages[bit])
    return isolate(_("all understand: %(language)s", language=spoken))


_WITH_NAMES: Mapping[str, str] = {
    "with": N_("with %(names)s"),
    "not_with": N_("apart from %(names)s"),
    "breaks_with": N_("should sit with %(names)s"),
    "breaks_not_with": N_("should not sit with %(names)s"),
    "again": N_("has met %(names)s before"),
}


def reasons(table: Table, person: Person, found: Iterable[Reason]) -> list[tuple[Markup, bool]]:
    """All that is worth saying, what matters most first, each with whether it is a broken rule."""
    if not may_name(person):
        return []  # what sets somebody apart would say who it is
    rows = sorted(found, key=lambda one: _ORDER.index(one.code) if one.code in _ORDER else -1)
    single = [one for one in rows if one.code == "only_one_of"]
    said = [
        (_alone(person, single) if one in single else reason(table, person, one), _breaks(one))
        for one in rows
        if one not in single[1:]
    ]
    return [line for line in said if line[0]]


def _breaks(one: Reason) -> bool:
    return one.code.startswith("breaks")


def _alone(person: Person, found: Iterable[Reason]) -> Markup:
    """“alone here: Man, Media”."""
    values = filter(None, (_value(person, ATTRIBUTES[one.value]) for one in found))
    what = str(_(", ")).join(values)
    return isolate(_("alone here: %(what)s", what=what)) if what else Markup("")


_ORDER = ("with", "only_facilitator", "only_one_of", "again", "new", "not_with", "language")
"""Broken rules come before all of them."""


def _value(person: Person, attribute: str) -> str:
    if attribute == "region":
        return label(person.region)
    if attribute == "gender":
        return "" if person.gender is Gender.NOT_STATED else label(person.gender)
    return label(person.group) if isinstance(person.group, StakeholderGroup) else ""


def cost(change: Change) -> str:
    """What a move would do, in a few words."""
    parts = []
    count = abs(change.hard)
    if change.hard > 0:
        parts.append(ngettext("breaks %(num)d rule", "breaks %(num)d rules", count))
    elif change.hard < 0:
        parts.append(ngettext("mends %(num)d rule", "mends %(num)d rules", count))
    count = abs(change.repeats)
    if change.repeats > 0:
        parts.append(ngettext("%(num)d more pair has met", "%(num)d more pairs have met", count))
    elif change.repeats < 0:
        parts.append(ngettext("%(num)d pair fewer has met", "%(num)d pairs fewer have met", count))
    count = abs(change.mix)
    if change.mix > 0:
        parts.append(ngettext("balance %(num)d step worse", "balance %(num)d steps worse", count))
    elif change.mix < 0:
        parts.append(ngettext("balance %(num)d step better", "balance %(num)d steps better", count))
    return _(", ").join(str(part) for part in parts) or str(_("costs nothing"))


def rules_line(measures: Measures, bound: Bound) -> str:
    """Whether every rule is kept."""
    if not measures.hard:
        return str(_("Every rule is kept."))
    said = ngettext("%(num)d rule is broken.", "%(num)d rules are broken.", measures.hard)
    return " ".join((said, _("The groups below say which.")))


def repeats_line(measures: Measures, bound: Bound) -> str:
    """How many meet again, and how few it could be."""
    if not measures.repeats:
        return str(_("Nobody sits with somebody they have met in groups before."))
    said = ngettext(
        "%(num)d pair of people has met before.",
        "%(num)d pairs of people have met before.",
        measures.repeats,
    )
    colon = _(": ")
    if measures.repeats <= bound.repeats:
        least = _("Fewer is not possible")
        return f"{said} {least}{colon}{_because(bound)}"
    if bound.repeats:
        least = ngettext("%(num)d cannot be avoided", "%(num)d cannot be avoided", bound.repeats)
        return f"{said} {least}{colon}{_because(bound)}"
    return " ".join((said, _("It may be that fewer are possible.")))


def _because(bound: Bound) -> str:
    if bound.reason == "pigeonhole":
        return str(_("an earlier group has more people than there are groups now."))
    return str(_("too few people are left who have not met."))


def mix_line(measures: Measures, bound: Bound) -> str:
    """How even the groups are."""
    if not measures.mix:
        return str(_("Regions, genders and stakeholder groups are spread as evenly as can be."))
    said = ngettext(
        "%(num)d step off an even spread of regions, genders and stakeholder groups.",
        "%(num)d steps off an even spread of regions, genders and stakeholder groups.",
        measures.mix,
    )
    return " ".join((said, _("None at all is not always possible.")))


def advice(bound: Bound) -> str:
    """What would help, where something would."""
    if not bound.fewer_groups_than_size:
        return ""
    return str(_("More and smaller groups would let more people meet for the first time."))


def trouble(table: Table, one: Trouble) -> Markup:
    """One thing that must be mended, naming who or what."""
    text = _TROUBLES[one.code]
    values: dict[str, Any] = {"have": one.have, "need": one.need, "names": names(one.people)}
    values["person"] = names(one.people[:1])
    return escape(_(text)) % values


_TROUBLES: Mapping[str, str] = {
    "nobody": N_("Nobody takes part yet. Put people on the event’s list first."),
    "too_many": N_("%(have)s people take part; groups can be made of %(need)s at most."),
    "too_few": N_("%(have)s people cannot fill %(need)s groups: make fewer groups."),
    "alone": N_("%(have)s people in %(need)s groups: most would sit alone. Make fewer groups."),
    "sizes": N_("The sizes make %(have)s seats and %(need)s people take part: mend the sizes."),
    "languages": N_("The list names %(have)s languages; %(need)s at most can be told apart."),
    "leads_away": N_(
        "%(person)s is to lead group %(have)s and does not take part: choose somebody else."
    ),
    "reports_away": N_(
        "%(person)s is to report for group %(have)s and does not take part: choose somebody else."
    ),
    "rule_away": N_("Rules name who does not take part; those do not count now: %(names)s."),
    "together_and_apart": N_("%(names)s must sit together and must not: take back one rule."),
    "unit_too_big": N_(
        "%(names)s must sit together, and no group holds so many: %(need)s people, %(have)s seats."
    ),
    "units_do_not_fit": N_(
        "Those who must sit together do not fit into groups of these sizes: %(names)s."
    ),
    "too_many_apart": N_(
        "None of these may meet another, and there are only %(have)s groups: %(names)s."
    ),
    "facilitators": N_(
        "%(need)s groups each need somebody who can lead, and there are %(have)s of those you "
        "named: name more, or make fewer groups."
    ),
    "no_language": N_("Nobody knows which languages %(names)s speaks: write them down."),
    "no_common_language": N_("%(names)s must sit together and share no language."),
    "no_room": N_("No room speaks a language of %(names)s: let somebody interpret."),
    "pinned_apart": N_("%(names)s are held in one group and must not meet."),
    "pinned_together": N_("%(names)s are held in different groups and must sit together."),
    "group_full": N_("More people are held in one group than it has seats: %(names)s."),
    "crowded": N_(
        "So many are held in group %(have)s that another would be left nearly empty: %(names)s."
    ),
    "pinned_away": N_("%(names)s is held in a group and does not take part."),
    "pinned_deaf": N_("%(names)s is held in a room whose languages they do not speak."),
}


def room(group: BreakoutGroup) -> Markup:
    """The languages of a room."""
    return language_list(group.languages)
