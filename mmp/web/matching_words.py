"""Matching in words: why two people, what a choice does, and why nothing can be found."""

from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import format_decimal
from flask import url_for
from flask_babel import get_locale, gettext as _, ngettext
from markupsafe import Markup, escape

from mmp.core.matching.scoring import PRESETS, Part, Weights
from mmp.models import Form, Matching, Person
from mmp.models.enums import MatchingState, Region, StakeholderGroup
from mmp.services import matching as service
from mmp.services.matching import FIRST, OWN, RUN, SECOND, Choosable, Found, Impossible, RunState
from mmp.web import texts
from mmp.web.labels import N_, label, language_list

PRESET_WORDS = {
    "balanced": (N_("Balanced"), N_("Wishes first, then work, languages and hours in common.")),
    "wishes first": (
        N_("Wishes above all"),
        N_("A wish outweighs everything else that two people have in common."),
    ),
    "shared work": (
        N_("Work in common"),
        N_("Who works on the same, in the same sector; wishes count half."),
    ),
    OWN: (N_("Numbers of your own"), N_("Under “Advanced”.")),
}
WEIGHTS = {
    "wishes": (
        N_("Wishes"),
        N_("For a first wish of one of the two; later ones count less, both sides’ add up."),
    ),
    "interests": (N_("Interests"), N_("For each interest they share, up to five.")),
    "languages": (N_("Languages"), N_("For each common language beyond the first, up to two.")),
    "sector": (N_("Sector"), N_("For the same sector.")),
    "hours": (N_("Hours"), N_("For each hour of the week in common, up to ten.")),
}
_STATES = {
    MatchingState.DRAFT: N_("Being prepared"),
    MatchingState.ASKING: N_("Wishes are asked for"),
    MatchingState.PUBLISHED: N_("Published"),
}
_WANTED = {
    "pin": N_("Keep %(one)s and %(other)s together"),
    "unpin": N_("Let %(one)s and %(other)s be free again"),
    "release": N_("Part %(one)s and %(other)s"),
    "exclude": N_("Never pair %(one)s and %(other)s"),
    "allow": N_("Allow %(one)s and %(other)s again"),
    "take": N_("Pair %(one)s and %(other)s"),
}


def state(row: Matching) -> str:
    """How far a round is."""
    return str(_(_STATES[row.state]))


def side_name(side: int) -> str:
    """What a side is called."""
    return label(Region.EUROPE if side == FIRST else Region.MENA)


def tabs(row: Matching) -> list[tuple[str, str, str]]:
    """The pages of a round: endpoint, words, address."""
    places = [("pages.matching", _("Pairs"))]
    if row.state is not MatchingState.PUBLISHED:
        places = [
            ("pages.matching_people", _("People")),
            ("pages.matching_wishes", _("Wishes")),
            ("pages.matching_weights", _("What counts")),
            *places,
        ]
    return [
        (place, str(said), url_for(place, slug=row.programme.slug, uuid=row.uuid))
        for place, said in places
    ]


def preselected(people: Sequence[Choosable]) -> dict[str, int]:
    """Everybody without a pair, on the side of their region; those from elsewhere on the smaller
    one."""
    free = [one.person for one in people if one.free]
    found = {
        str(person.uuid): FIRST if person.region is Region.EUROPE else SECOND
        for person in free
        if person.region is not Region.OTHER
    }
    for person in free:
        if person.region is Region.OTHER:
            firsts = sum(side == FIRST for side in found.values())
            found[str(person.uuid)] = FIRST if firsts <= len(found) - firsts else SECOND
    return found


def other_people(
    row: Matching, people: Sequence[Choosable], ours: Mapping[str, int]
) -> list[tuple[str, str, str]]:
    """Whose side differs between what is saved and what was chosen here."""
    theirs = service.setup_of(row).sides
    lines = [
        (one.person.name, _place(theirs.get(uuid)), _place(ours.get(uuid)))
        for one in people
        for uuid in (str(one.person.uuid),)
        if theirs.get(uuid) != ours.get(uuid)
    ]
    return lines or [(_("People"), str(len(theirs)), str(len(ours)))]


def _place(side: int | None) -> str:
    return side_name(side) if side else str(_("Not in this round"))


def number(value: float) -> str:
    """A score or a weight, as the reader writes numbers."""
    return str(format_decimal(round(value, 1), locale=get_locale()))


def signed(value: float) -> str:
    """What is gained or lost; the sign stands before the number in Arabic too."""
    return f"\u200e{'+' if value >= 0 else '−'}{number(abs(value))}"


def why(found: Found, options: Mapping[str, str]) -> list[tuple[Markup, str]]:
    """Why these two: each reason with its points."""
    return [
        (reason(part, found.first, found.second, options), signed(part.points))
        for part in found.score.parts
    ]


def reason(part: Part, first: Person, second: Person, options: Mapping[str, str]) -> Markup:
    """One reason in a sentence."""
    if part.code in ("wished_by_first", "wished_by_second"):
        one, other = (first, second) if part.code == "wished_by_first" else (second, first)
        sentence = (
            _("%(one)s would like to work with %(other)s most of all")
            if part.count == 1
            else _(
                "%(other)s is wish number %(count)s of %(one)s",
                count=part.count,
                one="%(one)s",
                other="%(other)s",
            )
        )
        values = {"one": texts.name_of(one), "other": texts.name_of(other), "count": part.count}
        return Markup(sentence) % values  # noqa: S704  escaped by %
    match part.code:
        case "interests":
            names = ", ".join(options.get(key, key) for key in part.names)
            return Markup(_("Both want to work on: %(names)s")) % {  # noqa: S704  escaped by %
                "names": texts.isolate(names)
            }
        case "languages":
            return Markup(_("Common languages: %(names)s")) % {  # noqa: S704  escaped by %
                "names": language_list(part.names)
            }
        case "hours":
            return escape(
                ngettext(
                    "%(num)d hour of the week suits both",
                    "%(num)d hours of the week suit both",
                    part.count,
                )
            )
        case "sector":
            known = part.names and part.names[0] in list(StakeholderGroup)
            name = label(StakeholderGroup(part.names[0])) if known else "".join(part.names)
            return escape(_("Same sector: %(name)s", name=name))
    return escape(_("Alike in experience"))


def group_names(group: Sequence[Found]) -> Markup:
    """“Erik & Lina”, of a trio all three."""
    people = {each.id: each for found in group for each in (found.first, found.second)}
    return escape(" & ").join(texts.name_of(person) for person in people.values())


def interests_of(form: Form | None) -> dict[str, str]:
    """What is offered as interests, in the reader's language, by its handle."""
    return {
        option["key"]: texts.plain(option["text"])
        for question in (form.questions if form else ())
        for option in question.options
    }


def running(row: Matching) -> Mapping[str, Any] | None:
    """How far a run is that is on its way."""
    run = row.settings.get(RUN, {})
    return run if run.get("state") in (RunState.WAITING, RunState.RUNNING) else None


def wanted(act: Sequence[str], people: Mapping[str, Person]) -> Markup:
    """What somebody wanted to do with two people."""
    if act[0] not in _WANTED or act[1] not in people or act[2] not in people:
        return Markup("")
    return _named(_(_WANTED[act[0]]), one=people[act[1]], other=people[act[2]])


def impossible_of(row: Matching, error: Impossible | None, people: Mapping[str, Person]) -> Markup:
    """Why the last run found nothing, or why none can; empty where all is well."""
    if error is not None:
        return _impossible(row, error.why, error.who, error.whom, people)
    run = row.settings.get(RUN, {})
    if run.get("state") != RunState.FAILED:
        return Markup("")
    return _impossible(row, run["why"], run.get("who", ()), run.get("whom", ()), people)


def _impossible(
    row: Matching,
    why: str,
    who: Sequence[str],
    whom: Sequence[str],
    people: Mapping[str, Person],
) -> Markup:
    setup = service.setup_of(row)
    first, second = len(setup.side(FIRST)), len(setup.side(SECOND))
    values = {
        "who": _names(who, people),
        "whom": _names(whom, people),
        "first": first,
        "second": second,
        "first_name": side_name(FIRST),
        "second_name": side_name(SECOND),
        "too_many": abs(first - second) - 1,
    }
    sentences = {
        "empty_side": _(
            "There is nobody on one side: %(first_name)s has %(first)s, %(second_name)s"
            " %(second)s. Choose people for both."
        ),
        "sides": _(
            "%(first_name)s has %(first)s people and %(second_name)s %(second)s. One more makes a"
            " trio; beyond that %(too_many)s would be left over: take as many out of the larger"
            " side, or find more for the other."
        ),
        "same_side": _(
            "%(who)s are to stay together, but stand on the same side. Let them be free again, or"
            " change a side."
        ),
        "pinned_and_excluded": _(
            "%(who)s are to stay together and must not be paired, both at once. Take one of the"
            " two back."
        ),
        "pinned_twice": _(
            "%(who)s is to stay together with two people, but there is no trio to make. Let one of"
            " them be free again."
        ),
        "nobody_for": _(
            "For %(who)s there are too few partners left: everybody else is excluded, unwanted, an"
            " earlier partner or speaks no common language. Allow a pair again, see to their"
            " languages, or take somebody out of the round."
        ),
        "rest": _(
            "%(who)s cannot be paired with each other. Part one more pair so that there is a"
            " choice, or find all pairs anew."
        ),
    }
    if why == "nobody_for" and whom:
        said = _(
            "%(who)s may only be paired with %(whom)s, who are too few for all of them. Allow one"
            " pair more."
        )
    else:
        said = sentences.get(why) or _("Something went wrong while looking. Try once more.")
    return Markup(said) % values if "%(" in said else escape(said)  # noqa: S704  escaped by %


def weights_of(row: Matching) -> dict[str, Any]:
    """The weights of a round as the page shows them."""
    setup = service.setup_of(row)
    return {
        "preset": setup.preset,
        "weights": {name: f"{getattr(setup.weights, name):g}" for name in WEIGHTS},
        "fairest": setup.fairest,
        "again": setup.again,
    }


def weights_typed(form: Mapping[str, str]) -> dict[str, Any]:
    """As they were typed. One who changes a number means it, whatever preset is ticked."""
    return {
        "preset": form.get("preset", ""),
        "weights": {name: form.get(name, "") for name in WEIGHTS}
        | {"seniority": f"{Weights().seniority:g}"},
        "fairest": "fairest" in form,
        "again": "again" in form,
    }


def other_weights(row: Matching, ours: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What is saved beside what was typed."""
    theirs = weights_of(row)
    yes = {True: _("Yes"), False: _("No")}
    lines = [(_("What counts"), preset_name(theirs["preset"]), preset_name(ours["preset"]))]
    if OWN in (theirs["preset"], ours["preset"]):
        lines += [
            (_(WEIGHTS[name][0]), theirs["weights"][name], ours["weights"][name])
            for name in WEIGHTS
        ]
    lines += [
        (_("The fairest pairs"), yes[theirs["fairest"]], yes[ours["fairest"]]),
        (_("Earlier partners may meet again"), yes[theirs["again"]], yes[ours["again"]]),
    ]
    return lines


def preset_name(name: str) -> str:
    return str(_(PRESET_WORDS[name][0])) if name in PRESET_WORDS else ""


def preset_numbers(name: str) -> str:
    """The numbers of a preset, for who wants to know."""
    weights = PRESETS[name]
    return ", ".join(
        f"{_(words)}: {number(getattr(weights, part))}" for part, (words, _why) in WEIGHTS.items()
    )


def _names(uuids: Sequence[str], people: Mapping[str, Person]) -> Markup:
    return escape(", ").join(texts.name_of(people[one]) for one in uuids if one in people)


def _named(sentence: str, **people: Person) -> Markup:
    values = {name: texts.name_of(person) for name, person in people.items()}
    return Markup(sentence) % values  # noqa: S704  escaped by %
