"""What there is to say of a slot, in words."""

from collections.abc import Iterable
from datetime import timedelta

from babel.lists import format_list
from flask_babel import get_locale, gettext as _, ngettext
from markupsafe import Markup, escape

from mmp.core.slots.finding import Relaxation, Relaxing
from mmp.core.slots.telling import Slot, Why
from mmp.core.working_time import Hit
from mmp.core.zones import day_in_zone
from mmp.models import Person
from mmp.web import labels, when
from mmp.web.texts import isolate, name_of

_WHY = {
    # Whether somebody has something else or a day off is their own affair: both are said alike.
    Why.BUSY: labels.N_("not free then"),
    Why.DAY_OFF: labels.N_("not free then"),
    Why.HOLIDAY: labels.N_("public holiday"),
    Why.WEEKEND: labels.N_("weekend"),
    Why.EARLY: labels.N_("early"),
    Why.LATE: labels.N_("late"),
    Why.HOURS: labels.N_("outside their hours"),
}


def why(reason: Why) -> str:
    """Why a slot is not simply good for somebody."""
    return str(_(_WHY[reason]))


def names(people: Iterable[Person]) -> Markup:
    """“Lina, Omar and Zoé”; of many the first few, and how many more."""
    those = [name_of(person) for person in people]
    if len(those) > 6:
        count = len(those) - 5
        more = ngettext("%(num)s more", "%(num)s more", count)
        those = [*those[:5], escape(more)]
    # Joined by our own words between names that are escaped already.
    return Markup(format_list(those, locale=get_locale()))  # noqa: S704


def outcome(slot: Slot) -> str:
    """Who misses a slot and for how many it is hard, in a line."""
    missing = len(slot.missing)
    hard = len(slot.strains) - missing
    parts = [
        ngettext("%(num)s person cannot come", "%(num)s people cannot come", missing)
        if missing
        else _("Everybody can come"),
        ngettext("not easy for %(num)s", "not easy for %(num)s", hard)
        if hard
        else (_("good hours for all") if not missing else ""),
    ]
    return str(_(", ")).join(part for part in parts if part)


def holiday(hit: Hit) -> Markup:
    """“Wednesday 14 October: Liberation Day, Tunisia (2 people)”."""
    name = hit.name + (f" ({_('estimated')})" if hit.estimated else "")
    return isolate(
        _(
            "%(day)s: %(name)s, %(country)s (%(people)s)",
            day=when.full_day(hit.day),
            name=name or _("public holiday"),
            country=labels.country(hit.country or ""),
            people=ngettext("%(num)s person", "%(num)s people", len(hit.people)),
        )
    )


def relaxing(one: Relaxation, people: Iterable[Person], zone: str) -> Markup:
    """What might be given up, as the words of a link."""
    match one.what:
        case Relaxing.OPTIONAL:
            sentence = escape(_("Do without %(names)s", names="%(names)s"))
            return sentence % {"names": names(people)}
        case Relaxing.SHORTER:
            return isolate(
                ngettext("Meet for %(num)s minute", "Meet for %(num)s minutes", one.minutes or 0)
            )
        case Relaxing.LONGER_SEARCH:
            assert one.closes_at is not None  # this kind has it
            day = when.long_day(day_in_zone(one.closes_at - timedelta(minutes=1), zone))
            return isolate(_("Search up to %(day)s", day=day))


def helps(one: Relaxation) -> str:
    """What a relaxation leads to."""
    if not one.missing:
        return str(_("then everybody can come"))
    count = one.missing
    return str(ngettext("then %(num)s cannot come", "then %(num)s cannot come", count))
