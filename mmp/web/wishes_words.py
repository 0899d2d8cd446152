"""Wishes in words, and as they are typed."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale, gettext as _
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from mmp.adapters.hours import clock_interval
from mmp.core.matching.hours import PARTS
from mmp.core.texts import Translated
from mmp.models import Matching, Person
from mmp.models.enums import StakeholderGroup
from mmp.services import matching as service
from mmp.services.matching import Asked
from mmp.web import matching_words, texts
from mmp.web.labels import country, label, language_list

_ALWAYS = ("ar", "en", "fr")
_MONDAY = date(2026, 6, 1)


def weekday(number: int) -> str:
    """A day of the week, 0 for Monday."""
    return str(format_date(_MONDAY.replace(day=1 + number), "EEEE", locale=get_locale()))


def week() -> list[int]:
    """The days of the week, 0 for Monday, in the order of the reader's weeks."""
    first = get_locale().first_week_day
    return [(first + step) % 7 for step in range(7)]


def part_name(part: str) -> str:
    """Hours of a day by the reader's clock: “8–12”, or “3–6 م”."""
    hours = PARTS[part]
    starts, ends = (datetime.combine(_MONDAY, time(at)) for at in (hours.start, hours.stop))
    return re.sub(r":00|\b0(?=\d)", "", clock_interval(starts, ends, get_locale()))


def asking_of(row: Matching, last_day: date) -> dict[str, str]:
    """What coordinators say of the form, as it is."""
    options = matching_words.interests_of(row.form)
    return {"closes_on": last_day.isoformat(), "interests": "\n".join(options.values())}


def lines(offered: Sequence[Translated]) -> str:
    """Interests, one on a line."""
    return "\n".join(texts.plain(one) for one in offered)


def interests_typed(typed: str, known: Sequence[Translated]) -> list[Translated]:
    """One on each line. A line that is there already keeps its other languages."""
    by_line = {texts.plain(one).casefold(): one for one in known}
    found = []
    for line in typed.splitlines():
        words = " ".join(line.replace("\0", "").split())
        if words:
            found.append(by_line.get(words.casefold(), {texts.language(): words}))
    return found


def other_asking(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What is saved beside what was typed."""
    return [
        (_("Last day for wishes"), theirs["closes_on"], ours["closes_on"]),
        (_("Interests, one on a line"), theirs["interests"], ours["interests"]),
    ]


def given(asked: Asked) -> dict[str, Any]:
    """What somebody answered; before they did, what is known of them."""
    if asked.given:
        return dict(asked.given)
    group = asked.person.group
    return {"languages": asked.person.languages, "sector": group.value if group else ""}


def typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """Wishes as they were sent."""
    wished = [one for number in range(service.MOST_WISHED) if (one := form.get(f"wish-{number}"))]
    return {
        "interests": form.getlist("interests"),
        "languages": form.getlist("languages"),
        "sector": form.get("sector", ""),
        "hours": form.getlist("hours"),
        "wished": wished,
        "unwanted": form.getlist("unwanted"),
    }


def languages_of(asked: Asked, people: Sequence[Person]) -> list[str]:
    """The languages that can be ticked: those that somebody of the round speaks."""
    spoken = {code for person in (asked.person, *people) for code in person.languages}
    return sorted(spoken | {*_ALWAYS, *asked.given.get("languages", ())})


def plain_person(person: Person) -> str:
    """A name with organisation and country, for a list that takes no markup."""
    organisation = texts.plain(person.organisation.name) if person.organisation else ""
    where = [organisation, country(person.country) if person.country else ""]
    return " · ".join(part for part in (plain_name(person), *where) if part)


def plain_name(person: Person) -> str:
    """A name in the reader's script where there is one."""
    return str(texts.name_of(person).striptags())


def summary(
    answers: Mapping[str, Any], people: Mapping[str, Person], interests: Mapping[str, str]
) -> list[tuple[str, Markup]]:
    """What somebody answered, for coordinators."""
    sector = answers.get("sector")
    found = [
        (_("Would like to work with"), _people(answers.get("wished", ()), people)),
        (_("Would rather not work with"), _people(answers.get("unwanted", ()), people)),
        (
            _("Interests"),
            texts.isolate(
                ", ".join(interests.get(one, one) for one in answers.get("interests", ()))
            ),
        ),
        (
            _("Languages"),
            language_list(answers["languages"]) if answers.get("languages") else Markup(""),
        ),
        (
            _("Sector"),
            escape(label(StakeholderGroup(sector))) if sector in list(StakeholderGroup) else "",
        ),
        (_("Hours"), texts.isolate(hours(answers.get("hours", ())))),
    ]
    return [(str(name), Markup(value)) for name, value in found if value]  # noqa: S704  escaped


def hours(ticks: Sequence[str]) -> str:
    by_day: dict[int, list[str]] = {}
    for tick in ticks:
        day, _hyphen, part = tick.partition("-")
        by_day.setdefault(int(day), []).append(part_name(part))
    return " · ".join(f"{weekday(day)} {', '.join(those)}" for day, those in sorted(by_day.items()))


def _people(uuids: Sequence[str], people: Mapping[str, Person]) -> Markup:
    return escape(", ").join(texts.name_of(people[one]) for one in uuids if one in people)
